import { UserError } from '../../base/errors.ts';
import type { HttpAnswer, HttpEndpoint, HttpExchange } from '../../base/ports.ts';
import type { ObjectRef } from '../../seldon/cluster.ts';
import { HttpFailure, type HttpResponse } from '../http/client.ts';
import { missingPermissions } from './access-review.ts';
import { failureOf, statusOf } from './api-status.ts';
import type { ApiConnection } from './connection.ts';

/** HTTP to a Kubernetes Service through the API server, which needs no way into the cluster's network. */
export function serviceThroughApi(
  connection: ApiConnection,
  { namespace, name }: ObjectRef,
  port: string,
): HttpEndpoint {
  const base = `/api/v1/namespaces/${encodeURIComponent(namespace)}/services/${encodeURIComponent(name)}:${port}/proxy`;
  return {
    description: `Service ${name} through the API server`,
    async send({ method, path, body, timeout }: HttpExchange): Promise<HttpAnswer> {
      const started = performance.now();
      const verb = method === 'GET' ? 'get' : 'create';
      const latency = () => performance.now() - started;
      try {
        const request = { method, path: `${base}${path}`, timeout, relayed: true };
        const answer = await connection.request({ ...request, ...(body !== undefined && { body }) });
        const message = unreachableBecause(answer);
        if (message !== undefined) return { kind: 'unreachable', message, latency: latency() };
        const { status, isCut = false } = answer;
        const answered = { kind: 'answer', status, body: answer.body, isCut, latency: latency() } as const;
        if (statusOf(answer) === undefined) return answered;
        // A pod may pose as the API server: whether these words are its own, another question to it tells.
        const lacking = await missingPermissions(connection, namespace, [
          { verb, group: '', resource: 'services/proxy' },
        ]);
        if (lacking.length === 0) return answered;
        throw failureOf(answer, { verb, resource: 'services/proxy', namespace });
      } catch (error) {
        if (!isTimeout(error)) throw error;
        return { kind: 'unreachable', message: `no answer within ${timeout / 1000} s`, latency: latency() };
      }
    },
  };
}

/** Most likely the pod's delay, not the API server's: with that one the run has spoken before. */
function isTimeout(error: unknown): boolean {
  return error instanceof UserError && error.cause instanceof HttpFailure && error.cause.code === 'timeout';
}

/** The API server's own words where it found no way to a pod; a pod's 404 or 503 is no Status. */
function unreachableBecause(answer: HttpResponse): string | undefined {
  const status = statusOf(answer);
  if (status === undefined) return undefined;
  const isWayThere = answer.status === 404 || (answer.status >= 500 && answer.status <= 504);
  return isWayThere ? status.message.replace(/^error trying to reach service: /, '') : undefined;
}
