import { createServer } from 'node:http';
import type { ContainerImage } from '../container.ts';
import type { Predictor } from '../operator/seldon-deployment.ts';
import { Answerer, type ExecutorOptions } from './answerer.ts';

/** Milliseconds (executor/cmd/executor/main.go, `graceful-timeout`). */
const GRACEFUL = 15_000;

export interface Executor {
  close(): Promise<void>;
}

/** Seldon's executor 1.17 in front of a graph, REST only. */
export async function startExecutor(options: ExecutorOptions): Promise<Executor> {
  const executor = new Answerer(options);
  const server = createServer((request, response) => {
    executor.answer(request, response).catch(() => response.destroy());
  });
  const listening = Promise.withResolvers<void>();
  server.once('listening', listening.resolve).once('error', listening.reject);
  server.listen(options.port, options.host ?? '0.0.0.0');
  await listening.promise;
  return {
    // Like the reference: no new requests, and those in progress may finish.
    close: async () => {
      const late = setTimeout(() => server.closeAllConnections(), GRACEFUL);
      await new Promise((resolve) => server.close(resolve));
      clearTimeout(late);
    },
  };
}

/** The program that the sandbox's kubelet runs for `seldonio/seldon-core-executor`. */
export function executorImage(): ContainerImage {
  return async ({ args, env, annotations, portOf, portBehind, signal, log }) => {
    const options = optionsOf(args, env['ENGINE_PREDICTOR'] ?? '');
    const restTimeout = restTimeoutOf(annotations['seldon.io/rest-timeout']);
    const port = portOf(options.port);
    const executor = await startExecutor({ ...options, port, host: '127.0.0.1', portOf, portBehind, restTimeout });
    log(
      JSON.stringify({ level: 'info', logger: 'SeldonRestApi', msg: 'Listening', Address: `0.0.0.0:${options.port}` }),
    );
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    await executor.close();
    return { exitCode: 0 };
  };
}

/** The container's arguments and ENGINE_PREDICTOR. */
export function optionsOf(args: readonly string[], encoded: string): ExecutorOptions {
  const value = (name: string, fallback: string) => args[args.indexOf(`--${name}`) + 1 || args.length] ?? fallback;
  return {
    predictor: JSON.parse(Buffer.from(encoded, 'base64').toString('utf8')) as Predictor,
    sdep: value('sdep', ''),
    namespace: value('namespace', ''),
    port: Number(value('http_port', '8080')),
    protocol: value('protocol', 'seldon'),
  };
}

export function restTimeoutOf(annotation: string | undefined): number | undefined {
  return annotation === undefined ? undefined : Number(annotation);
}
