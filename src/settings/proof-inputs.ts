import type { InputDefinition } from './input-definition.ts';

/** Inputs about the apply of the manifest and the proof of the model. */
export const PROOF_INPUTS = [
  {
    name: 'access',
    choices: ['api-server', 'ingress'],
    default: 'api-server',
    description:
      'How to reach the model for the proof: `api-server` (through its service proxy, without an ingress) or `ingress` (only through `ingress-url`).',
  },
  {
    name: 'smoke-request',
    default: 'auto',
    description:
      "The prediction to send: JSON, or the path of a JSON file. `auto`: made from the model's logged input example or signature.",
  },
  {
    name: 'smoke-expect',
    description:
      'Requirements for the answer: JSON that it must contain, or checks such as `$.data.ndarray[0] between 3 and 9`.',
  },
  {
    name: 'evaluate',
    description:
      'Path of a file with labelled rows: CSV, JSON, JSON lines or an MLflow dataset. They are sent to the new predictor and to main before requests are moved. The metric is compared with the one logged in MLflow and with main; see [docs/evaluate.md](docs/evaluate.md).',
  },
  {
    name: 'evaluate-label',
    description:
      'Column of `evaluate` with the correct answers. Default: the only column that is no input of the model, or the one named `label`, `target`, `class` or `y`.',
  },
  {
    name: 'evaluate-metric',
    choices: ['accuracy', 'f1', 'rmse', 'mae'],
    description: 'Metric that decides. Default: `accuracy` for classes, `rmse` for numbers.',
  },
  {
    name: 'evaluate-margin',
    description:
      'By how much the metric may be worse: a difference for `accuracy` and `f1`, a share of the other value for `rmse` and `mae`. Default: 0.02.',
  },
  {
    name: 'smoke-required',
    choices: ['when-possible', 'always'],
    default: 'when-possible',
    description:
      '`when-possible`: health and readiness are enough for a model for which no request is known, or whose server refuses the requests that were made up. `always`: such a model is refused.',
  },
  {
    name: 'dry-run',
    isOfStep: true,
    default: 'false',
    description: '`true`: resolve, render and validate on the server, but apply nothing.',
  },
  {
    name: 'apply',
    choices: ['true', 'false'],
    default: 'true',
    description:
      '`false`: write the manifest to `manifest-file`, for Argo CD and Flux. Nothing is applied and no cluster is needed. See [docs/gitops.md](docs/gitops.md).',
  },
  {
    name: 'manifest-file',
    description:
      'With `apply: false`: path in the workspace of the file with the SeldonDeployment. Its content counts as the live state, and the file is replaced.',
  },
  {
    name: 'on-failure',
    choices: ['rollback', 'keep'],
    default: 'rollback',
    description: '`rollback`: restore the previous state. `keep`: leave the failed rollout as it is, for inspection.',
  },
] as const satisfies readonly InputDefinition[];
