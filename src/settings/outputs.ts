import type { Report } from '../report/report.ts';
import { decisive } from '../report/several.ts';

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

/** The runner keeps an output of at most 1 MiB. */
const LONGEST_MANIFEST = 200_000;
const LONGEST_REQUEST = 100_000;

/** All outputs of a run; what does not exist is empty. */
export function outputsOf(
  reports: readonly [Report, ...Report[]],
  commentUrl: string | undefined,
): Readonly<Record<OutputName, string>> {
  const [only, ...more] = reports;
  const { outcome, reason } = decisive(reports);
  const told: Partial<Record<OutputName, string>> = more.length === 0 ? outputsOfOne(only) : {};
  const results = reports.map(resultOf);
  const result = more.length === 0 ? results[0] : { outcome, reason, targets: results };
  const targets = reports.flatMap((report) =>
    report.context.target === undefined ? [] : [[report.context.target, rowOf(report)]],
  );
  return {
    ...NOTHING,
    ...told,
    outcome,
    reason,
    'comment-url': commentUrl ?? '',
    result: JSON.stringify({ schema_version: 1, ...result, commentUrl }),
    targets: targets.length === 0 ? '' : JSON.stringify(Object.fromEntries(targets)),
  };
}

const NOTHING = Object.fromEntries(OUTPUTS.map(({ name }) => [name, ''])) as Record<OutputName, string>;

function outputsOfOne(report: Report): Partial<Record<OutputName, string>> {
  const { model, previous, prediction, endpoint } = report;
  return {
    'endpoint-url': endpoint?.url ?? '',
    'predict-url': endpoint?.predictUrl ?? '',
    name: report.name ?? '',
    namespace: report.namespace ?? '',
    'model-name': model?.name ?? '',
    'model-version': model?.version ?? '',
    'model-storage-uri': model?.storageUri ?? '',
    'previous-model-uri': previous?.modelUri ?? '',
    'manifest-path': report.manifestPath ?? '',
    predictors: JSON.stringify(report.predictors),
    prediction: prediction?.response ?? '',
    'latency-ms': prediction?.latency === undefined ? '' : String(Math.round(prediction.latency)),
  };
}

/** What a workflow wants to know of one target among several. */
function rowOf(report: Report): Readonly<Record<string, string>> {
  const told = outputsOfOne(report);
  const { outcome, reason } = report;
  const { name, namespace, 'predict-url': url, 'model-name': model, 'model-version': version } = told;
  const rest = { name, namespace, 'predict-url': url, 'model-name': model, 'model-version': version };
  return { outcome, reason, ...(rest as Record<string, string>) };
}

function resultOf(report: Report): Partial<Report> {
  const { prediction, manifest } = report;
  return {
    ...report,
    sampleRequest: report.sampleRequest?.slice(0, LONGEST_REQUEST),
    prediction: prediction && { ...prediction, request: prediction.request.slice(0, LONGEST_REQUEST) },
    manifest: (manifest?.length ?? 0) > LONGEST_MANIFEST ? undefined : manifest,
  };
}
