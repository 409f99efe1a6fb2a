import { GATE_INPUTS } from './gate-input-definitions.ts';
import type { InputDefinition } from './input-definition.ts';
import { MODES } from './modes.ts';
import { PROOF_INPUTS } from './proof-inputs.ts';
import { TRIGGER_INPUTS } from './trigger-inputs.ts';

export const INPUTS = [
  {
    name: 'model-uri',
    description:
      'The MLflow model (only for the modes that deploy one: `direct`, `canary`, `shadow`, `ab`, `blue-green`): `models:/name/7`, `models:/name@alias`, `models:/name/latest`, `models:/m-<id>`, `runs:/<run>/<path>`, or the storage URI of the folder that holds `MLmodel`.',
  },
  {
    name: 'mode',
    choices: MODES,
    default: 'direct',
    description: `Rollout mode: ${MODES.map((mode) => `\`${mode}\``).join(', ')}; see [docs/modes.md](docs/modes.md).`,
  },
  {
    name: 'check-modes',
    isOfStep: true,
    description:
      'Mode `check`: the modes whose permissions are needed, separated by commas, such as `direct`. Default: all modes.',
  },
  {
    name: 'traffic',
    description:
      'Percentage of the requests for the new predictor. Default: 10 for `canary`, 50 for `ab`. For `shadow`: percentage of requests to copy, default 100.',
  },
  {
    name: 'steps',
    description:
      'Traffic percentages of a canary, such as `5,25,50`. The canary goes to the next step if it is healthy. Use instead of `traffic`.',
  },
  { name: 'step-interval', description: 'Duration of each canary step: seconds, or `5m`. Default: 60.' },
  {
    name: 'first-deployment',
    choices: ['deploy', 'refuse'],
    description:
      'What `canary` and `blue-green` do where no SeldonDeployment of that name exists yet: `deploy` gives the new model all requests, as `direct` does, and the report says so; `refuse` ends the run. Default: `deploy`.',
  },
  {
    name: 'predictor',
    description:
      'Name of the predictor beside main: the new one of `ab` (default `b`), or the one to `promote` or `rollback` if there are several.',
  },
  {
    name: 'to',
    description:
      'Target of `rollback`: a revision of the history (`3`) or a model version (`v3`). Default: the last proven model before the live one.',
  },
  {
    name: 'routing',
    choices: ['seldon', 'ambassador-annotations'],
    default: 'seldon',
    description:
      '`seldon`: two predictors of one SeldonDeployment. `ambassador-annotations`: a second SeldonDeployment, as in Seldon before 0.4. It is refused if the operator does not support it.',
  },
  {
    name: 'prove-first',
    description:
      '`true`: mode `direct` proves the model on a predictor `candidate` without requests before main changes to it. It needs about twice the pods and the time; see [docs/modes.md](docs/modes.md). Default: `false`.',
  },
  {
    name: 'ingress-lag',
    description:
      'Time that the ingress may need to update its routes. After the requests have been moved, the old predictor is kept this long. Default: 5 seconds.',
  },
  ...GATE_INPUTS,
  {
    name: 'compare-requests',
    description:
      'Path of a file with requests for a comparison of the old and the new predictor: a JSON list, or one JSON text per line. Default: the smoke prediction.',
  },
  {
    name: 'compare-tolerance',
    description:
      'Maximum relative difference between old and new answers, such as `0.05` or `5%`. Default: none; differences are only reported.',
  },
  {
    name: 'name',
    description:
      "Name of the SeldonDeployment. Default: the one in `manifest`, else made from the registered model's name.",
  },
  {
    name: 'namespace',
    description:
      "Namespace of the SeldonDeployment. Default: the one in `manifest`, else the kubeconfig context's, else `seldon`.",
  },
  {
    name: 'ingress-url',
    description:
      'URL of Ambassador or the Istio gateway, such as `https://models.example.com`. If set, the model is also proven through the public endpoint, and the comment shows that endpoint.',
  },
  {
    name: 'mlflow-tracking-uri',
    description: 'URL of the MLflow server. Default: `MLFLOW_TRACKING_URI`. Needed for `models:/` and `runs:/` URIs.',
  },
  { name: 'mlflow-token', isOfStep: true, description: 'Bearer token for MLflow. Default: `MLFLOW_TRACKING_TOKEN`.' },
  {
    name: 'mlflow-username',
    isOfStep: true,
    description: 'User for MLflow with basic auth. Default: `MLFLOW_TRACKING_USERNAME`.',
  },
  {
    name: 'mlflow-password',
    isOfStep: true,
    description: 'Password for MLflow with basic auth. Default: `MLFLOW_TRACKING_PASSWORD`.',
  },
  {
    name: 'artifacts-destination',
    description:
      "Storage URI behind the server's `mlflow-artifacts:/`, as Seldon can read it: the value of `mlflow server --artifacts-destination`, such as `s3://mlflow`.",
  },
  {
    name: 'storage-uri-map',
    description:
      'Rules that rewrite storage URIs, one `from=to` per line. The first match wins. Example: `s3://mlruns/=gs://mlruns/`.',
  },
  {
    name: 'allow-storages',
    description:
      'Storage that models may be loaded from, one pattern a line, `*` for anything, such as `s3://mlflow/*`. Default: any that `model-uri` names; a registry may only name `s3://`, `gs://`, Azure, R2 and B2, and what is below `artifacts-destination` or a target of `storage-uri-map`.',
  },
  {
    name: 'allow-artifact-hosts',
    description:
      "Hosts to which the MLflow server may redirect downloads of a model's files, such as `*.s3.eu-west-1.amazonaws.com`, for signed URLs. They do not get MLflow's credentials. Default: none.",
  },
  {
    name: 'kubeconfig',
    isOfStep: true,
    description: 'Content or path of a kubeconfig. Default: `KUBECONFIG`, `~/.kube/config`, in-cluster.',
  },
  { name: 'context', description: 'Context of the kubeconfig. Default: the current context.' },
  {
    name: 'protocol',
    choices: ['seldon', 'v2'],
    description:
      "`seldon` (`/api/v0.1/predictions`) or `v2` (Open Inference, served by MLServer). Default: the live object's, else `seldon`.",
  },
  {
    name: 'api-version',
    choices: ['v1', 'v1alpha2'],
    default: 'v1',
    description: '`v1` or `v1alpha2` of `machinelearning.seldon.io`.',
  },
  {
    name: 'replicas',
    description:
      "Replicas of the predictor. Default: the live object's or the manifest's, else none: then there is 1 pod, or as many as `kubectl scale` asks for.",
  },
  {
    name: 'env-secret',
    description: 'Secret with the `RCLONE_CONFIG_*` variables of the storage, for the storage initializer.',
  },
  { name: 'service-account', description: 'ServiceAccount of the pods, for storage that trusts workload identity.' },
  {
    name: 'manifest',
    description:
      'Path of a base SeldonDeployment in the repository. The model and the inputs override its values; see [docs/manifests.md](docs/manifests.md).',
  },
  {
    name: 'orchestrator',
    choices: ['true', 'false'],
    default: 'true',
    description:
      "`false`: run without Seldon's orchestrator (`seldon.io/no-engine`). Pods are ready about 20 s sooner, and `/health/ping` answers at the endpoint.",
  },
  {
    name: 'startup-probe',
    choices: ['true', 'false'],
    default: 'false',
    description:
      '`true`: use a startup probe with the same budget instead of the 60 s initial delay, so that a fast model is ready sooner.',
  },
  {
    name: 'timeout',
    description:
      'Timeout of the rollout: seconds, or `15m`. Default: the budget of the probes, 680 s for each batch of replicas.',
  },
  ...PROOF_INPUTS,
  {
    name: 'comment',
    isOfStep: true,
    default: 'auto',
    description:
      '`auto`: comment if the pull request is known. `always`: warn if it is not known. `never`: no comment.',
  },
  {
    name: 'pull-request',
    isOfStep: true,
    description: 'Number of the pull request. Default: found from the event; on `push` from the merged commit.',
  },
  {
    name: 'github-token',
    isOfStep: true,
    default: '${{ github.token }}',
    description: 'Token with permission to write comments (`pull-requests: write`).',
  },
  ...TRIGGER_INPUTS,
] as const satisfies readonly InputDefinition[];

export type InputName = (typeof INPUTS)[number]['name'];
