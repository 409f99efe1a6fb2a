import { UserError } from '../../base/errors.ts';
import type { HttpAnswer, HttpEndpoint, HttpExchange } from '../../base/ports.ts';
import type { ObjectRef } from '../../seldon/cluster.ts';
import { HttpFailure, type HttpResponse } from '../http/client.ts';
import { originOf } from '../http/model-answer.ts';
import { missingPermissions } from './access-review.ts';
import { failureOf, statusOf } from './api-status.ts';
import type { ApiConnection } from './connection.ts';

/** A Service or a pod, and the name or number of its port. */
export interface ProxyTarget extends ObjectRef {
  readonly kind: 'services' | 'pods';
  readonly port: string;
}

/** HTTP to a Service or a pod through the API server, which needs no way into the cluster's network. */
export function throughApi(connection: ApiConnection, { kind, namespace, name, port }: ProxyTarget): HttpEndpoint {
  const base = `/api/v1/namespaces/${encodeURIComponent(namespace)}/${kind}/${encodeURIComponent(name)}:${port}/proxy`;
  const resource = `${kind}/proxy`;
  return {
    description: `${kind === 'services' ? 'Service' : 'pod'} ${name} through the API server`,
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
        const told = { body: answer.body, isCut, latency: latency(), ...originOf(answer) };
        const answered = { kind: 'answer', status, ...told } as const;
        if (statusOf(answer) === undefined) return answered;
        // A pod may pose as the API server: whether these words are its own, another question to it tells.
        const lacking = await missingPermissions(connection, namespace, [{ verb, group: '', resource }]);
        if (lacking.length === 0) return answered;
        throw failureOf(answer, { verb, resource, namespace });
      } catch (error) {
        if (!isTimeout(error)) throw error;
        return { kind: 'unreachable', message: `no answer within ${timeout / 1000} s`, latency: latency() };
      }
    },
  };
}

/** Probably a timeout of the pod, because the API server has answered before. */
function isTimeout(error: unknown): boolean {
  return error instanceof UserError && error.cause instanceof HttpFailure && error.cause.code === 'timeout';
}

/** The API server's message if it found no pod. A 404 or 503 from a pod is not a Status. */
function unreachableBecause(answer: HttpResponse): string | undefined {
  const status = statusOf(answer);
  if (status === undefined) return undefined;
  const isWayThere = answer.status === 404 || (answer.status >= 500 && answer.status <= 504);
  return isWayThere ? status.message.replace(/^error trying to reach service: /, '') : undefined;
}
