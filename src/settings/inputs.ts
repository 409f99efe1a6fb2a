import type { InputDefinition } from './input-definition.ts';
import { PROOF_INPUTS } from './proof-inputs.ts';
import { TRIGGER_INPUTS } from './trigger-inputs.ts';

export const INPUTS = [
  {
    name: 'model-uri',
    description:
      'The MLflow model (only for the modes that bring one: `direct`, `canary`, `shadow`, `ab`, `blue-green`): `models:/name/7`, `models:/name@alias`, `models:/name/latest`, `models:/m-<id>`, `runs:/<run>/<path>`, or the storage URI of the folder that holds `MLmodel`.',
  },
  {
    name: 'mode',
    choices: [
      'direct',
      'canary',
      'shadow',
      'ab',
      'blue-green',
      'promote',
      'rollback',
      'status',
      'remove',
      'sweep',
      'abort',
      'lock',
      'unlock',
    ],
    default: 'direct',
    description:
      'Rollout mode: `direct`, `canary`, `shadow`, `ab`, `blue-green`, `promote`, `rollback`, `status`, `remove`, `sweep`, `abort`, `lock`, `unlock`; see [docs/modes.md](docs/modes.md).',
  },
  {
    name: 'traffic',
    description:
      'Percent of the requests for the new predictor. Default: 10 for `canary`, 50 for `ab`; of their copies for `shadow`: 100.',
  },
  {
    name: 'steps',
    description: 'Percents a canary goes through while it stays healthy, such as `5,25,50`. Instead of `traffic`.',
  },
  { name: 'step-interval', description: 'How long each step of a canary lasts: seconds, or `5m`. Default: 60.' },
  {
    name: 'predictor',
    description:
      'Name of the predictor beside the first: the new one of `ab` (default `b`), or the one to `promote` or `rollback` where there are several.',
  },
  {
    name: 'to',
    description:
      'Where `rollback` goes: a revision of the history (`3`) or a model version (`v3`). Default: the last proven model before this one.',
  },
  {
    name: 'routing',
    choices: ['seldon', 'ambassador-annotations'],
    default: 'seldon',
    description:
      '`seldon`: two predictors of one SeldonDeployment. `ambassador-annotations`: a second SeldonDeployment, as Seldon before 0.4 wants it; refused where it would do harm.',
  },
  {
    name: 'ingress-lag',
    description:
      'How long the ingress may take to follow its routes: a predictor that answered goes only so long after its requests went. Default: 5 seconds.',
  },
  {
    name: 'prometheus-url',
    description:
      'Prometheus with the metrics of the orchestrators. With it a step of a canary is only left when its figures are good.',
  },
  { name: 'prometheus-token', isOfStep: true, description: 'Bearer token for Prometheus.' },
  {
    name: 'gate-error-margin',
    description: "By how much the canary's share of failed requests may exceed main's. Default: 0.01.",
  },
  {
    name: 'gate-latency-ratio',
    description: "How many times main's mean latency the canary's may be. Default: 1.5.",
  },
  {
    name: 'gate-no-data',
    choices: ['fail', 'pass'],
    default: 'fail',
    description: 'What it means when Prometheus has no figures of the canary: `fail` or `pass`.',
  },
  {
    name: 'compare-requests',
    description:
      'Path of a file with requests to send to the old and the new predictor side by side: a JSON list, or one JSON text a line. Default: the smoke prediction.',
  },
  {
    name: 'compare-tolerance',
    description:
      'Largest relative difference between old and new answers, such as `0.05` or `5%`. Default: none, they are told only.',
  },
  { name: 'name', description: "Name of the SeldonDeployment. Default: made from the registered model's name." },
  {
    name: 'namespace',
    description: "Namespace of the SeldonDeployment. Default: the kubeconfig context's, else `seldon`.",
  },
  {
    name: 'ingress-url',
    description:
      'URL of Ambassador or the Istio gateway, such as `https://models.example.com`. With it the model is also proven through the public endpoint, which the comment then shows.',
  },
  {
    name: 'mlflow-tracking-uri',
    description: 'The MLflow server. Default: `MLFLOW_TRACKING_URI`. Needed for `models:/` and `runs:/` URIs.',
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
      "Storage behind the server's `mlflow-artifacts:/`, as Seldon reaches it: what `mlflow server --artifacts-destination` says, such as `s3://mlflow`.",
  },
  {
    name: 'storage-uri-map',
    description:
      'Rewrites of storage URIs, one `from=to` a line, first match wins, such as `s3://mlruns/=gs://mlruns/`.',
  },
  {
    name: 'allow-storages',
    description:
      'Storage that models may be loaded from, one pattern a line, `*` for anything, such as `s3://mlflow/*`. Default: any, but a registry may not name `pvc://` by itself.',
  },
  {
    name: 'kubeconfig',
    isOfStep: true,
    description: 'Content or path of a kubeconfig. Default: `KUBECONFIG`, `~/.kube/config`, in-cluster.',
  },
  { name: 'context', description: 'Context of the kubeconfig. Default: its current one.' },
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
  { name: 'replicas', description: "Replicas of the predictor. Default: the live object's or the manifest's, else 1." },
  {
    name: 'env-secret',
    description: 'Secret with the `RCLONE_CONFIG_*` variables of the storage, for the storage initializer.',
  },
  { name: 'service-account', description: 'ServiceAccount of the pods, for storage that trusts workload identity.' },
  {
    name: 'manifest',
    description:
      'Path of a base SeldonDeployment in the repository. The model and the inputs are laid over it; where they are silent it decides.',
  },
  {
    name: 'orchestrator',
    choices: ['true', 'false'],
    default: 'true',
    description:
      "`false` leaves out Seldon's orchestrator (`seldon.io/no-engine`): ready some 20 s sooner, and `/health/ping` answers at the endpoint.",
  },
  {
    name: 'startup-probe',
    choices: ['true', 'false'],
    default: 'false',
    description:
      '`true` puts a startup probe with the same budget in place of the 60 s initial delay, so that a fast model is ready at once.',
  },
  {
    name: 'timeout',
    description:
      "How long the rollout may take: seconds, or `15m`. Default: the probes' budget, 680 s for each batch of replicas.",
  },
  ...PROOF_INPUTS,
  {
    name: 'comment',
    isOfStep: true,
    default: 'auto',
    description: '`auto`: comment when a pull request is known. `always`: warn when none is. `never`.',
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
    description: 'Token that may write comments (`pull-requests: write`).',
  },
  ...TRIGGER_INPUTS,
] as const satisfies readonly InputDefinition[];

export type InputName = (typeof INPUTS)[number]['name'];
