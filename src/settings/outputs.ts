/** Every output of the action: `action.yml` and the README's table are made from this list. */
export interface OutputDefinition {
  readonly name: string;
  readonly description: string;
}

export const OUTPUTS = [
  {
    name: 'outcome',
    description:
      '`deployed`, `unchanged`, `planned`, `rendered` (`apply: false`), `restored` (mode `rollback`), `reported` (modes `status` and `check`), `removed`, `ignored` (the event is not for this action), `refused` (a command without permission); or a failure: `skipped` (a needed target failed), `failed` (nothing was changed), `rolled-back` (the previous state is restored), `withdrawn` (a failed first deployment was deleted), `undo-failed` (the previous state is not back: restoring it was refused, or what was restored is not available), `kept` (the failed or stopped rollout was left as it is), `object-changed` (another person or tool changed the object, which was left so), `unknown` (the cluster cannot be asked what is live).',
  },
  {
    name: 'reason',
    description:
      'Stable code of the cause, such as `ok`, `crash-loop` or `model-not-found`; see [docs/troubleshooting.md](docs/troubleshooting.md).',
  },
  { name: 'endpoint-url', description: '`<ingress-url>/seldon/<namespace>/<name>`; empty without `ingress-url`.' },
  { name: 'predict-url', description: 'URL for predictions from outside; empty without `ingress-url`.' },
  { name: 'name', description: 'Name of the SeldonDeployment.' },
  { name: 'namespace', description: 'Namespace of the SeldonDeployment.' },
  { name: 'model-name', description: 'Name of the registered model, if there is one.' },
  { name: 'model-version', description: 'Version of the registered model, if there is one.' },
  { name: 'model-storage-uri', description: 'The immutable storage URI that Seldon loads.' },
  { name: 'previous-model-uri', description: 'The storage URI that was live before.' },
  {
    name: 'manifest-path',
    description: 'Path of the rendered manifest; with `apply: false` the path in `manifest-file`.',
  },
  {
    name: 'predictors',
    description:
      'Predictors with their models and traffic percentages, as JSON: `[{"name": "main", "model": …, "traffic": 90, …}]`.',
  },
  { name: 'prediction', description: "The model's answer to the smoke prediction, as JSON text." },
  { name: 'latency-ms', description: 'Duration of the smoke prediction in milliseconds.' },
  {
    name: 'evaluation',
    description:
      'With `evaluate`: each metric as logged, of main and of the new predictor with its interval, and the verdict, as JSON.',
  },
  { name: 'comment-url', description: 'URL of the comment on the pull request.' },
  { name: 'result', description: 'All values above and the steps, as JSON with `schema_version: 1`.' },
  {
    name: 'targets',
    description:
      'With `config`: the result of each target, as JSON: `{"wine-prod": {"outcome": …, "reason": …, "predict-url": …}}`. With several targets in one run, `outcome` and `reason` are those of the worst target, and outputs about a single target are empty.',
  },
] as const satisfies readonly OutputDefinition[];

export type OutputName = (typeof OUTPUTS)[number]['name'];
