import type { Outcome } from '../../base/outcome.ts';
import { codeSpan, cut, fence, inline, link, prose } from '../../base/untrusted-text.ts';
import { curlLine } from '../curl.ts';
import { modelTitle } from '../headline.ts';
import type { Report } from '../report.ts';
import { fold } from './fold.ts';
import type { Section } from './sections.ts';
import { humanDuration } from './steps.ts';
import { table } from './table.ts';

/** Outcomes after which the endpoint answers with the model of the report, or as before. */
const WITH_ENDPOINT: ReadonlySet<Outcome> = new Set(['deployed', 'unchanged', 'restored', 'reported', 'rolled-back']);

/** Undefined while there is none: for a plan, for a file, and after the object was deleted. */
function liveEndpoint({ endpoint, outcome, reason }: Report): Report['endpoint'] {
  return WITH_ENDPOINT.has(outcome) && reason !== 'rendered' ? endpoint : undefined;
}

/** Where the model answers. */
export function endpointLine(report: Report): readonly string[] {
  const at = liveEndpoint(report);
  if (at === undefined) return [];
  const where =
    at.predictUrl === undefined ? ' (inside the cluster; set `ingress-url` to get the public endpoint)' : '';
  return [`**Endpoint**: ${codeSpan(at.predictUrl ?? at.inClusterUrl, 2000)}${where}`];
}

/** Characters of a curl line that is shown however little room there is. */
const LEAST_CURL = 256;

/** A line to paste into a shell. */
export function curlSections(report: Report): readonly Section[] {
  const at = liveEndpoint(report);
  if (at === undefined) return [];
  const { prediction, sampleRequest } = report;
  const line = curlLine(at.predictUrl ?? at.inClusterUrl, prediction?.request ?? sampleRequest);
  // Half a command is of no use.
  const isShort = (longest: number) => line.length <= Math.max(longest, LEAST_CURL);
  return [{ render: (longest) => (isShort(longest) ? fold('Send a request with curl', fence(line, 'sh')) : '') }];
}

/** Model, storage and object, by name. */
export function factsSection(report: Report): readonly string[] {
  const rows = factRows(report);
  return rows.length === 0 ? [] : [fold('Model, storage and object', table(rows))];
}

function factRows({ model, previous, name, namespace, mode, protocol, since }: Report): readonly (readonly string[])[] {
  const from =
    previous === undefined
      ? []
      : [
          [
            'before',
            `${modelTitle({ ...previous, storageUri: previous.modelUri })}${previous.name === undefined ? '' : ` from ${codeSpan(previous.modelUri)}`}`,
          ],
        ];
  const shipped =
    model === undefined
      ? []
      : [
          ['model', link(identity(model), model.link)],
          ['requested', codeSpan(model.requestedUri)],
          ['loads', codeSpan(model.storageUri)],
        ];
  const where =
    name === undefined
      ? []
      : [['SeldonDeployment', `${codeSpan(`${namespace}/${name}`)}, mode ${mode}, protocol ${protocol}`]];
  const age = since === undefined ? [] : [['since', inline(since.slice(0, 16).replace('T', ' '), 40)]];
  return [...shipped, ...from, ...where, ...age];
}

function identity({ name, version, runId, storageUri }: NonNullable<Report['model']>): string {
  if (name !== undefined) return `${name} v${version}${runId === undefined ? '' : `, run ${runId}`}`;
  return runId === undefined ? storageUri : `run ${runId}`;
}

/** The differences of the manifest. */
export function changesSection({ changes: lines, outcome }: Report): readonly string[] {
  if (lines.length === 0 || outcome === 'unchanged') return [];
  const list = lines.map((line) => `- ${codeSpan(line)}`).join('\n');
  return [fold(`${lines.length === 1 ? '1 change' : `${lines.length} changes`} to the manifest`, list)];
}

/** The request that proved the model, and its answer. */
export function predictionSections({ prediction, predictionSkipped, findings }: Report): readonly Section[] {
  if (predictionSkipped !== undefined) return [{ render: () => `> [!NOTE]\n> ${prose(predictionSkipped)}` }];
  if (prediction?.response === undefined || findings.length > 0) return [];
  const { origin, request, response, latency, status } = prediction;
  const made = {
    input: 'from `smoke-request`',
    example: "made from the model's input example",
    signature: "made from the model's signature",
  }[origin];
  const title = `Prediction ${made}: HTTP ${status} in ${humanDuration(latency ?? 0)}`;
  return [
    {
      render: (longest) =>
        fold(title, `${fence(cut(request, longest), 'json')}\n\n${fence(cut(response, longest), 'json')}`),
    },
  ];
}
