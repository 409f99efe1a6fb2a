import { UserError } from '../../base/errors.ts';
import { isJsonObject, jsonOf } from '../../base/json-value.ts';
import type { Clock } from '../../base/ports.ts';
import { withoutTrailing } from '../../base/trailing.ts';
import type { Metrics, Sample } from '../../proof/evidence/metrics.ts';
import { createAgent, HttpFailure, type HttpResponse, sendWithRetry } from '../http/client.ts';

export interface PrometheusOptions {
  readonly url: string;
  /** A bearer token, if it requires one. */
  readonly token: string | undefined;
  readonly clock: Clock;
}

/** Timeout of one query in milliseconds. */
const TIMEOUT = 30_000;
const CURE = 'check the inputs `prometheus-url` and `prometheus-token`, and that the runner can reach it';

/** HTTP API v1 of Prometheus and compatible servers (Thanos, Mimir, managed services). */
export function openPrometheus({ url, token, clock }: PrometheusOptions): Metrics {
  const base = withoutTrailing(url, '/');
  const agent = createAgent(new URL(base).protocol);
  const headers = { accept: 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) };
  const unusable = (why: string, cause?: unknown) =>
    new UserError('metrics-unreachable', `Prometheus at ${base} returned no metrics: ${why}`, { hint: CURE, cause });
  async function series(expression: string, time?: number): Promise<readonly Sample[]> {
    const target = new URL(`${base}/api/v1/query`);
    target.searchParams.set('query', expression);
    if (time !== undefined) target.searchParams.set('time', String(time));
    let answer: HttpResponse;
    try {
      const policy = { clock, attempts: 3, delay: 500 };
      answer = await sendWithRetry({ method: 'GET', url: target, headers, agent, timeout: TIMEOUT }, policy);
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error;
      throw unusable(error.message, error);
    }
    const body = jsonOf(answer.body);
    if (answer.status !== 200 || !isJsonObject(body) || body['status'] !== 'success')
      throw unusable(refusal(answer, body));
    return samplesOf(body['data']);
  }
  return {
    series: (expression) => series(expression),
    async query(expression, time) {
      const [first, ...more] = await series(expression, time);
      if (more.length > 0) throw unusable(`${more.length + 1} series, not one: sum them in \`${expression}\``);
      return first;
    },
  };
}

function refusal({ status }: HttpResponse, body: unknown): string {
  if (isJsonObject(body) && typeof body['error'] === 'string') return `HTTP ${status}: ${body['error']}`;
  return status === 200 ? 'HTTP 200, but not an answer of Prometheus' : `HTTP ${status}`;
}

/** `{resultType: "vector", result: [{metric, value: [seconds, "12"]}]}`. What is no finite number is left out. */
function samplesOf(data: unknown): readonly Sample[] {
  const result = isJsonObject(data) ? data['result'] : undefined;
  if (!Array.isArray(result)) return [];
  return result.flatMap((one: unknown) => {
    const [metric, sample] = isJsonObject(one) ? [one['metric'], one['value']] : [];
    const [time, value] = Array.isArray(sample) ? sample.map(Number) : [];
    if (time === undefined || value === undefined || !Number.isFinite(time) || !Number.isFinite(value)) return [];
    const labels = Object.entries(isJsonObject(metric) ? metric : {}).map(([name, text]) => [name, String(text)]);
    return [{ labels: Object.fromEntries(labels) as Record<string, string>, value, time }];
  });
}
