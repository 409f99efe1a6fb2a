import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ParseError, parseExpression } from './expression.ts';
import { Samples } from './samples.ts';
import { Scraper } from './scraper.ts';

export interface PrometheusOptions {
  /** The text of a kubeconfig. */
  readonly kubeconfig: string;
  /** The bearer token that requests need, as behind an authenticating proxy; default: none. */
  readonly token?: string | undefined;
  /** Milliseconds between two scrapes; default 100. */
  readonly every?: number;
  /** Default: a free one. */
  readonly port?: number;
}

export interface SandboxPrometheus {
  readonly url: string;
  /** The expressions it was asked for, in order. */
  readonly queries: readonly string[];
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  /** JSON, or plain text. */
  readonly body: object | string;
}

/**
 * A small Prometheus: instant queries over what the executors of a cluster count. It starts to scrape with the first
 * query, because most stories never query it.
 */
export async function startPrometheus(options: PrometheusOptions): Promise<SandboxPrometheus> {
  const samples = new Samples();
  const scraper = new Scraper(options.kubeconfig, samples);
  const queries: string[] = [];
  const server = createServer((request, response) => {
    const { status, body } = reply(request);
    const isText = typeof body === 'string';
    const type = isText ? 'text/plain; charset=utf-8' : 'application/json';
    response.writeHead(status, { 'content-type': type }).end(isText ? body : JSON.stringify(body));
  });

  function reply(request: IncomingMessage): Answer {
    const { token, every = 100 } = options;
    if (token !== undefined && request.headers.authorization !== `Bearer ${token}`)
      return { status: 401, body: 'Unauthorized\n' };
    const url = new URL(request.url ?? '/', 'http://prometheus');
    if (url.pathname !== '/api/v1/query' || request.method !== 'GET')
      return { status: 404, body: '404 page not found\n' };
    scraper.start(every);
    const query = url.searchParams.get('query') ?? '';
    queries.push(query);
    const time = url.searchParams.get('time');
    return answerTo(query, samples, time === null ? Date.now() : Number(time) * 1000);
  }

  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    queries,
    close: async () => {
      await scraper.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** @param now when the query is evaluated, in milliseconds since the epoch */
function answerTo(query: string, samples: Samples, now: number): Answer {
  try {
    return { status: 200, body: { status: 'success', data: evaluate(query, samples, now) } };
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    const sentence = `invalid parameter "query": 1:1: parse error: ${error.message}`;
    return { status: 400, body: { status: 'error', errorType: 'bad_data', error: sentence } };
  }
}

/** @throws ParseError */
function evaluate(query: string, samples: Samples, now: number): object {
  const expression = parseExpression(query);
  const sampleOf = (value: number) => [now / 1000, String(value)];
  const vectorOf = (...values: readonly number[]) => ({
    resultType: 'vector',
    result: values.map((value) => ({ metric: {}, value: sampleOf(value) })),
  });
  if (expression.kind === 'scalar') return { resultType: 'scalar', result: sampleOf(expression.value) };
  if (expression.kind === 'vector') return vectorOf(expression.value);
  if (expression.kind !== 'increase') {
    const isTime = expression.kind === 'timestamp';
    // A function removes the metric's name.
    const result = samples.newest(expression.selector, now).map(({ name, labels, value, time }) => ({
      metric: isTime ? labels : { __name__: name, ...labels },
      value: sampleOf(isTime ? time / 1000 : value),
    }));
    return { resultType: 'vector', result };
  }
  const grown = samples.increases(expression.selector, { now, window: expression.seconds * 1000 });
  // A sum over no series is an empty result, not zero.
  return grown.length === 0 ? vectorOf() : vectorOf(grown.reduce((sum, one) => sum + one, 0));
}
