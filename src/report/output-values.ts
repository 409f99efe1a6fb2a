import { OUTPUTS, type OutputName } from '../settings/outputs.ts';
import type { Report } from './report.ts';
import { worstOf } from './several-targets.ts';

/** All outputs of a run. An output without a value is empty. */
export function outputsOf(
  reports: readonly [Report, ...Report[]],
  commentUrl: string | undefined,
): Readonly<Record<OutputName, string>> {
  const [only, ...more] = reports;
  const { outcome, reason } = worstOf(reports);
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
    evaluation: report.evaluation === undefined ? '' : JSON.stringify(report.evaluation.metrics),
    prediction: prediction?.response ?? '',
    'latency-ms': prediction?.latency === undefined ? '' : String(Math.round(prediction.latency)),
  };
}

/** The values of one target among several, for later steps of the workflow. */
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

/** The runner accepts an output of at most 1 MiB. */
const LONGEST_MANIFEST = 200_000;

const LONGEST_REQUEST = 100_000;
