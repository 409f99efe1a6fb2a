/** The life of a model server's process: a start that may be slow or fatal, a port, an end when the pod is deleted. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { ContainerContext, ContainerExit } from '../container.ts';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly contentType: string;
}

export interface Answered {
  readonly status: number;
  /** JSON text, unless `contentType` is set. */
  readonly body: string;
  readonly contentType?: string;
}

/** Applies the files SLOW_START and OOM; undefined if the start continues. */
export async function startUp({ models, image, second, signal }: ContainerContext): Promise<ContainerExit | undefined> {
  await pause(Number(models.get('SLOW_START') ?? 0) * second, signal);
  if (signal.aborted) return { exitCode: 143 };
  if (!models.has('OOM') && !image.endsWith(':oom')) return undefined;
  await pause(second / 2, signal);
  return { exitCode: 137, reason: 'OOMKilled' };
}

/** Listens on the loopback port of the container's port, until the pod is deleted or one of `end` resolves. */
export async function serve(
  context: ContainerContext,
  containerPort: number,
  {
    answer,
    end = [],
  }: { readonly answer: (asked: Asked) => Answered; readonly end?: readonly Promise<ContainerExit>[] },
): Promise<ContainerExit> {
  const underWay = new Set<Promise<void>>();
  const server = createServer((request, response) => {
    const exchange = reply(request, response)
      .catch(() => void response.destroy())
      .finally(() => underWay.delete(exchange));
    underWay.add(exchange);
  });
  const listening = Promise.withResolvers<void>();
  server.once('listening', listening.resolve).once('error', listening.reject);
  server.listen(context.portOf(containerPort), '127.0.0.1');
  await listening.promise;
  const exit = await Promise.race([stopped(context.signal), ...end]);
  server.close();
  // Like gunicorn and uvicorn: requests in progress may finish.
  await Promise.all(underWay);
  server.closeAllConnections();
  return exit;

  async function reply(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    // Only predictions use POST.
    if (request.method === 'POST') await slowAnswer(context);
    const path = new URL(request.url ?? '/', 'http://container').pathname;
    const contentType = request.headers['content-type'] ?? '';
    const answered = answer({ method: request.method ?? 'GET', path, body, contentType });
    response.writeHead(answered.status, { 'content-type': answered.contentType ?? 'application/json' });
    if (!response.closed) await new Promise<void>((resolve) => response.once('close', resolve).end(answered.body));
  }
}

/** Applies the file SLOW_ANSWER. */
async function slowAnswer({ models, second }: ContainerContext): Promise<void> {
  const seconds = models.get('SLOW_ANSWER');
  if (seconds !== undefined) await delay(Number(seconds) * second);
}

/** Sleeps, at most until the pod is deleted. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal }).catch(() => undefined);
}

/** `2026-11-23 06:22:27,632`, as Python logs it. */
export function timestamp(): string {
  return new Date().toISOString().replace('T', ' ').replace('.', ',').slice(0, -1);
}

export function logLines(context: ContainerContext, text: string): void {
  for (const line of text.trimEnd().split('\n')) context.log(line);
}

function stopped(signal: AbortSignal): Promise<ContainerExit> {
  const { promise, resolve } = Promise.withResolvers<ContainerExit>();
  if (signal.aborted) resolve({ exitCode: 0 });
  signal.addEventListener('abort', () => resolve({ exitCode: 0 }), { once: true });
  return promise;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
