import { LONGEST_ANSWER } from '../../base/bounded-json.ts';
import type { HttpAnswer, HttpEndpoint, OpenEndpoint } from '../../base/ports.ts';
import { createAgent, HttpFailure, send } from './client.ts';

/** The endpoint as the world sees it: plain HTTP to the ingress, without credentials, proxies honoured. */
export const openPublicEndpoint: OpenEndpoint = (baseUrl) => {
  const base = baseUrl.replace(/\/+$/, '');
  const agent = createAgent(new URL(base).protocol);
  return {
    description: base,
    async send({ method, path, body, timeout }): Promise<HttpAnswer> {
      const started = performance.now();
      const json = { 'content-type': 'application/json' };
      try {
        const url = new URL(`${base}${path}`);
        const request = { method, url, agent, timeout, cutAt: LONGEST_ANSWER };
        const { status, ...answer } = await send({ ...request, ...(body !== undefined && { body, headers: json }) });
        const latency = performance.now() - started;
        return { kind: 'answer', status, body: answer.body, latency, isCut: answer.isCut === true };
      } catch (error) {
        if (!(error instanceof HttpFailure)) throw error;
        return { kind: 'unreachable', message: error.message, latency: performance.now() - started };
      }
    },
  } satisfies HttpEndpoint;
};
