import { request as httpsRequest } from 'node:https';
import type { SandboxCluster } from '../../sandbox/cluster/cluster.ts';
import type { ContainerContext, ContainerExit } from '../../sandbox/container.ts';

export interface Asked {
  readonly method?: string;
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
  /** Default: the administrator's. */
  readonly token?: string;
  readonly signal?: AbortSignal;
  /** Called with every whole line of the answer. */
  readonly onLine?: (line: string) => void;
}

export interface Answered {
  readonly code: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  /** JSON where it is JSON. */
  readonly body: unknown;
}

/** One request to the sandbox's API server, over TLS. */
export function ask(cluster: SandboxCluster, asked: Asked): Promise<Answered> {
  const { method = 'GET', path, body, contentType = 'application/json', token = 'sandbox-admin' } = asked;
  const text = body === undefined ? '' : JSON.stringify(body);
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': contentType,
    'content-length': Buffer.byteLength(text),
  };
  const options = {
    method,
    headers,
    ca: cluster.ca ?? '',
    agent: false,
    ...(asked.signal && { signal: asked.signal }),
  };
  return new Promise((resolve, reject) => {
    const outgoing = httpsRequest(`${cluster.url}${path}`, options, (response) => {
      let all = '';
      let rest = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        all += chunk;
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) asked.onLine?.(line);
      });
      response.on('error', reject);
      response.on('end', () => {
        const isJson = response.headers['content-type'] === 'application/json' && asked.onLine === undefined;
        const answer = isJson ? (JSON.parse(all) as unknown) : all;
        resolve({ code: response.statusCode ?? 0, headers: response.headers, body: answer });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(text);
  });
}

/** Waits until `look` finds something. */
export async function until<T>(what: string, look: () => T | undefined | false, timeout = 5000): Promise<T> {
  const deadline = Date.now() + timeout;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${timeout} ms`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** A container that runs until it is told to stop. */
export async function idle({ signal, log }: ContainerContext): Promise<ContainerExit> {
  log('idle');
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  signal.addEventListener('abort', () => resolve(), { once: true });
  await promise;
  return { exitCode: 143 };
}

export function aDeployment(name: string, container: object, podSpec: object = {}, spec: object = {}) {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'seldon' },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name }, annotations: { marker: 'one' } },
        spec: { containers: [{ name: 'main', ...container }], terminationGracePeriodSeconds: 1, ...podSpec },
      },
      ...spec,
    },
  };
}
