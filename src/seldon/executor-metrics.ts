import type { Pod } from './snapshot.ts';

/** The histogram in which Seldon's executor counts what it answers (executor/api/metric, v1.17.1). */
export const SERVER_REQUESTS = 'seldon_api_executor_server_requests_seconds';

/** Requests counted so far by one executor that ended with `code` and took at most `bound` seconds. */
export interface RequestCount {
  readonly deployment: string;
  readonly predictor: string;
  readonly code: string;
  /** Infinity for all of them. */
  readonly bound: number;
  readonly count: number;
}

/** Name of the executor's container. */
export const EXECUTOR = 'seldon-container-engine';
/** The port on which it counts, unless its container says another. */
const USUAL_PORT = 8000;
/** Names of the port with the counts, best first: Seldon's installation may give the executor another number. */
const PORT_NAMES = ['metrics', 'http'];

/** The port on which the executor of a pod counts; undefined where the pod has no executor. */
export function executorPortOf({ spec }: Pick<Pod, 'spec'>): string | undefined {
  const executor = spec?.containers?.find(({ name }) => name === EXECUTOR);
  if (executor === undefined) return undefined;
  const ports = PORT_NAMES.map((wanted) => executor.ports?.find(({ name }) => name === wanted)?.containerPort);
  return String(ports.find((port) => port !== undefined) ?? USUAL_PORT);
}

export type Labels = Readonly<Record<string, string>>;

const LINE = new RegExp(`^${SERVER_REQUESTS}_bucket\\{([^}]*)\\}\\s+(\\S+)`);
const LABEL = /\b([a-zA-Z_]\w*)="((?:[^"\\]|\\.){0,1000})"/g;
/** Lines of a page that are read: 15 bounds for each code and method are some hundreds. */
const MOST_LINES = 20_000;

/**
 * The counts of one series of the histogram's buckets. Undefined for what is no prediction: status calls and feedback
 * count under another `service`.
 */
export function requestCountOf(labels: Labels, count: number): RequestCount | undefined {
  const { deployment_name: deployment, predictor_name: predictor, service, code = '', le } = labels;
  const bound = le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le);
  const isUsable = Number.isFinite(count) && count >= 0 && !Number.isNaN(bound);
  if (service !== 'predictions' || deployment === undefined || predictor === undefined || !isUsable) return undefined;
  return { deployment, predictor, code, bound, count };
}

/** All predictions counted so far by one executor, from its `/prometheus` page in Prometheus's text format. */
export function requestCounts(page: string): readonly RequestCount[] {
  return page
    .split('\n', MOST_LINES)
    .flatMap((line) => {
      const [, labels = '', value = ''] = LINE.exec(line) ?? [];
      return value === '' ? [] : [requestCountOf(labelsIn(labels), Number(value))];
    })
    .filter((one) => one !== undefined);
}

/** The number of predictions counted so far by one executor, from its `/prometheus` page. */
export function predictionsCounted(page: string): number {
  return page
    .split('\n', MOST_LINES)
    .filter((line) => line.startsWith(`${SERVER_REQUESTS}_count{`) && line.includes('service="predictions"'))
    .map(
      (line) =>
        Number(
          line
            .slice(line.lastIndexOf('}') + 1)
            .trim()
            .split(' ')[0],
        ) || 0,
    )
    .reduce((sum, count) => sum + count, 0);
}

function labelsIn(text: string): Labels {
  return Object.fromEntries(
    [...text.matchAll(LABEL)].map(([, name = '', value = '']) => [name, value.replace(/\\(.)/g, '$1')]),
  );
}
