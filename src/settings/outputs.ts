/** Every output of the action: `action.yml` and the README's table are made from this list. */
export interface OutputDefinition {
  readonly name: string;
  readonly description: string;
}

export const OUTPUTS = [
  {
    name: 'outcome',
    description:
      '`deployed`, `unchanged`, `planned`, `rendered` (`apply: false`), `restored` (mode `rollback`), `reported` (mode `status`), `removed`, `ignored` (the event is not meant for the action), `refused` (a command that somebody may not give), or why not: `skipped` (a target that it needs is not well), `failed`, `rolled-back`, `withdrawn`, `kept`, `unknown`.',
  },
  { name: 'reason', description: 'Stable code of the cause, such as `ok`, `crash-loop` or `model-not-found`.' },
  { name: 'endpoint-url', description: '`<ingress-url>/seldon/<namespace>/<name>`; empty without `ingress-url`.' },
  { name: 'predict-url', description: 'Where predictions are posted from outside; empty without `ingress-url`.' },
  { name: 'name', description: 'Name of the SeldonDeployment.' },
  { name: 'namespace', description: 'Namespace of the SeldonDeployment.' },
  { name: 'model-name', description: 'Name of the registered model, where there is one.' },
  { name: 'model-version', description: 'Version of the registered model, where there is one.' },
  { name: 'model-storage-uri', description: 'The immutable storage URI that Seldon loads.' },
  { name: 'previous-model-uri', description: 'The storage URI that was live before.' },
  {
    name: 'manifest-path',
    description: 'File with the rendered manifest; with `apply: false` the path in `manifest-file`.',
  },
  {
    name: 'predictors',
    description: 'Who gets how much, as JSON: `[{"name": "main", "model": …, "traffic": 90, …}]`.',
  },
  { name: 'prediction', description: "The model's answer to the smoke prediction, as JSON text." },
  { name: 'latency-ms', description: 'Milliseconds the smoke prediction took.' },
  { name: 'comment-url', description: 'The comment on the pull request.' },
  { name: 'result', description: 'All of it and the steps, as JSON with `schema_version: 1`.' },
  {
    name: 'targets',
    description:
      'With `config`: how each target ended, as JSON: `{"wine-prod": {"outcome": …, "reason": …, "predict-url": …}}`. With several targets in one run, `outcome` and `reason` are those of the worst, and what only one can have is empty.',
  },
] as const satisfies readonly OutputDefinition[];

export type OutputName = (typeof OUTPUTS)[number]['name'];
