import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ObjectStore, RegisteredModel } from '../models.ts';
import type { Answer } from './answer.ts';
import { answerOf } from './routes.ts';

export interface MlflowOptions {
  readonly models: readonly RegisteredModel[];
  /** `mlflow-artifacts:/p` is `s3://mlflow/p` in it. */
  readonly store: ObjectStore;
  /** Default: a free one. */
  readonly port?: number;
  /** As with `--app-name basic-auth`; default: no authentication. */
  readonly auth?: { readonly username: string; readonly password: string };
  /** As with `--static-prefix` on 3.12 and newer: everything is under it. */
  readonly staticPrefix?: string;
  /** As with `--allowed-hosts`; default: any name. */
  readonly allowedHosts?: readonly string[];
}

export interface SandboxMlflow {
  /** The tracking URI. */
  readonly url: string;
  /** Requests such as `GET /api/2.0/mlflow/runs/get?run_id=…`, in order of arrival. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

const HTML = 'text/html; charset=utf-8';
const UNAUTHENTICATED: Answer = {
  status: 401,
  type: HTML,
  body: 'You are not authenticated. Please see https://www.mlflow.org/docs/latest/auth/index.html#authenticating-to-mlflow on how to authenticate.',
};
const FOREIGN_HOST: Answer = {
  status: 403,
  type: 'text/plain',
  body: 'Invalid Host header - possible DNS rebinding attack detected',
};

/**
 * A small MLflow 3.17: registry, runs, logged models and proxied artifacts; aliases and tags of versions can be
 * written.
 */
export async function startMlflow(given: MlflowOptions): Promise<SandboxMlflow> {
  // Writes change this server only.
  const options = { ...given, models: structuredClone(given.models) };
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    bodyOf(request)
      .then((body) => reply(options, request, body))
      .catch((error: unknown) => ({ status: 500, type: HTML, body: String(error) }))
      .then(({ status, type, body }) => response.writeHead(status, headersOf(status, type)).end(body))
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${options.staticPrefix ?? ''}`,
    requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function reply(options: MlflowOptions, request: IncomingMessage, body: string): Answer {
  const { allowedHosts, auth, staticPrefix = '' } = options;
  const url = new URL(request.url ?? '/', 'http://localhost');
  const isHealth = url.pathname === `${staticPrefix}/health`;
  if (allowedHosts && !allowedHosts.includes(request.headers.host ?? '') && !isHealth) return FOREIGN_HOST;
  if (auth && !isHealth && request.headers.authorization !== basic(auth)) return UNAUTHENTICATED;
  const path = url.pathname.startsWith(staticPrefix) ? url.pathname.slice(staticPrefix.length) : '/outside';
  const isJson = request.headers['content-type'] === 'application/json';
  return answerOf(options, {
    method: request.method ?? 'GET',
    path,
    query: url.searchParams,
    body: isJson ? JSON.parse(body) : {},
  });
}

function basic({ username, password }: { username: string; password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function headersOf(status: number, type: string): Record<string, string> {
  return { 'content-type': type, ...(status === 401 && { 'www-authenticate': 'Basic realm="mlflow"' }) };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
