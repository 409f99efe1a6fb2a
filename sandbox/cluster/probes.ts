import { Agent, get } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { ProbeSpec } from './pods.ts';
import { WorkTimeout } from './work-timeout.ts';

export interface ProbeTarget {
  /** The loopback port behind a port's number or name. */
  portOf(port: number | string): number;
  /** The port as in messages: `10.244.0.3:9000`. */
  addressOf(port: number | string): string;
}

export interface ProbeLoop {
  readonly spec: ProbeSpec;
  readonly target: ProbeTarget;
  /** Milliseconds of one second. */
  readonly second: number;
  readonly signal: AbortSignal;
  /** Resolves when the probes may begin: liveness and readiness wait for the startup probe. */
  readonly begin: Promise<void>;
  /** Every failure in the kubelet's words. */
  readonly onFailure: (message: string) => void;
  /** The threshold for a result has been reached. @returns whether to go on */
  readonly onResult: (success: boolean) => boolean;
}

/**
 * The least timeout in milliseconds: a server in the same process needs it, however short the sandbox's seconds are.
 */
const SHORTEST_TIMEOUT = 250;

/** Probes a container again and again, until the signal or `onResult` ends it. */
export async function probe({ spec, target, second, signal, begin, onFailure, onResult }: ProbeLoop): Promise<void> {
  const { initialDelaySeconds = 0, periodSeconds = 10, timeoutSeconds = 1 } = spec;
  const { successThreshold = 1, failureThreshold = 3 } = spec;
  const started = performance.now();
  await begin;
  let streak = 0;
  let last: boolean | undefined;
  let wait = Math.max(initialDelaySeconds * second - (performance.now() - started), 0);
  while (await passes(wait, signal)) {
    const message = await attempt(spec, target, Math.max(timeoutSeconds * second, SHORTEST_TIMEOUT));
    if (signal.aborted) return;
    const success = message === undefined;
    streak = success === last ? streak + 1 : 1;
    last = success;
    if (!success) onFailure(message);
    if (streak >= (success ? successThreshold : failureThreshold) && !onResult(success)) return;
    wait = periodSeconds * second;
  }
}

async function passes(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false;
  return delay(milliseconds, true, { signal }).catch(() => false);
}

/** Undefined if it succeeds. Probes by command or gRPC always succeed. */
function attempt(spec: ProbeSpec, target: ProbeTarget, timeout: number): Promise<string | undefined> {
  if (spec.httpGet !== undefined) return httpProbe(spec.httpGet, target, timeout);
  if (spec.tcpSocket !== undefined) return tcpProbe(spec.tcpSocket.port, target, timeout);
  return Promise.resolve(undefined);
}

const agent = new Agent({ keepAlive: true });

function httpProbe(
  { path = '/', port }: { readonly path?: string; readonly port: number | string },
  target: ProbeTarget,
  timeout: number,
): Promise<string | undefined> {
  const address = target.addressOf(port);
  const words = (why: string) => `Get "http://${address}${path}": ${why}`;
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const limit = new WorkTimeout(timeout);
  const { signal } = limit;
  const request = get({ host: '127.0.0.1', port: target.portOf(port), path, agent, signal }, (response) => {
    limit.end();
    response.resume();
    const code = response.statusCode ?? 0;
    resolve(code >= 200 && code < 400 ? undefined : `HTTP probe failed with statuscode: ${code}`);
  });
  request.on('error', ({ code }: NodeJS.ErrnoException) => {
    limit.end();
    if (signal.aborted) resolve(words('context deadline exceeded (Client.Timeout exceeded while awaiting headers)'));
    else resolve(words(code === 'ECONNREFUSED' ? `dial tcp ${address}: connect: connection refused` : 'EOF'));
  });
  return promise;
}

function tcpProbe(port: number | string, target: ProbeTarget, timeout: number): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const address = target.addressOf(port);
  const limit = new WorkTimeout(timeout);
  const end = (message: string | undefined) => {
    limit.end();
    socket.destroy();
    resolve(message);
  };
  const socket = connect({ host: '127.0.0.1', port: target.portOf(port) }, () => end(undefined));
  socket.on('error', () => end(`dial tcp ${address}: connect: connection refused`));
  limit.signal.addEventListener('abort', () => end(`dial tcp ${address}: i/o timeout`));
  return promise;
}
