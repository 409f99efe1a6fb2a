import type { Service } from './routes.ts';

/** One request that the executor answered. */
export interface Observed {
  readonly service: Service;
  readonly method: string;
  readonly code: number;
  readonly seconds: number;
}

const NAME = 'seldon_api_executor_server_requests_seconds';
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

interface Series {
  readonly counts: number[];
  sum: number;
  count: number;
}

/** How long requests took, as Prometheus reads it. */
export class RequestHistogram {
  readonly #labels: Readonly<Record<string, string>>;
  readonly #series = new Map<string, Series>();

  /** @param labels labels of all series */
  constructor(labels: Readonly<Record<string, string>>) {
    this.#labels = labels;
  }

  observe({ service, method, code, seconds }: Observed): void {
    const labels = { ...this.#labels, code: String(code), method: method.toLowerCase(), service };
    const pairs = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
    const key = pairs.sort().join(',');
    const series = this.#series.get(key) ?? { counts: BUCKETS.map(() => 0), sum: 0, count: 0 };
    this.#series.set(key, series);
    for (const [index, limit] of BUCKETS.entries())
      if (seconds <= limit) series.counts[index] = (series.counts[index] ?? 0) + 1;
    series.sum += seconds;
    series.count++;
  }

  /** The text format. */
  toString(): string {
    const lines = [`# HELP ${NAME} A histogram of latencies for executor server`, `# TYPE ${NAME} histogram`];
    for (const [labels, { counts, sum, count }] of this.#series) {
      for (const [index, limit] of BUCKETS.entries())
        lines.push(`${NAME}_bucket{${labels},le="${limit}"} ${counts[index]}`);
      lines.push(`${NAME}_bucket{${labels},le="+Inf"} ${count}`);
      lines.push(`${NAME}_sum{${labels}} ${sum}`, `${NAME}_count{${labels}} ${count}`);
    }
    return `${lines.join('\n')}\n`;
  }
}
