import { UserError } from '../../base/errors.ts';
import { isJsonObject, jsonOf } from '../../base/json-value.ts';
import type { Clock } from '../../base/ports.ts';
import type { Metrics } from '../../proof/evidence/metrics.ts';
import { createAgent, HttpFailure, type HttpResponse, sendWithRetry } from '../http/client.ts';

export interface PrometheusOptions {
  readonly url: string;
  /** A bearer token, where it wants one. */
  readonly token: string | undefined;
  readonly clock: Clock;
}

/** Milliseconds one query may take. */
const TIMEOUT = 30_000;
const CURE = 'check the inputs `prometheus-url` and `prometheus-token`, and that the runner may reach it';

/** Prometheus and what speaks like it (Thanos, Mimir, managed services): its HTTP API v1. */
export function openPrometheus({ url, token, clock }: PrometheusOptions): Metrics {
  const base = url.replace(/\/+$/, '');
  const agent = createAgent(new URL(base).protocol);
  const headers = { accept: 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) };
  const unusable = (why: string, cause?: unknown) =>
    new UserError('metrics-unreachable', `Prometheus at ${base} gives no figures: ${why}`, { hint: CURE, cause });
  return {
    async query(expression) {
      const target = new URL(`${base}/api/v1/query`);
      target.searchParams.set('query', expression);
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
      return sampleOf(body['data']);
    },
  };
}

function refusal({ status }: HttpResponse, body: unknown): string {
  if (isJsonObject(body) && typeof body['error'] === 'string') return `HTTP ${status}: ${body['error']}`;
  return status === 200 ? 'HTTP 200, but not in the words of Prometheus' : `HTTP ${status}`;
}

/** `{resultType: "vector", result: [{metric, value: [seconds, "12"]}]}`; one series, since our queries sum. */
function sampleOf(data: unknown): number | undefined {
  const result = isJsonObject(data) ? data['result'] : undefined;
  const first: unknown = Array.isArray(result) ? result[0] : undefined;
  const sample = isJsonObject(first) ? first['value'] : undefined;
  const value = Number(Array.isArray(sample) ? sample[1] : Number.NaN);
  return Number.isFinite(value) ? value : undefined;
}
