import { LONGEST_ANSWER } from '../../base/json/bounded-json.ts';
import type { HttpAnswer, HttpEndpoint, OpenEndpoint } from '../../base/ports.ts';
import { withoutTrailing } from '../../base/trailing.ts';
import { createAgent, HttpFailure, send } from './client.ts';
import { originOf } from './model-answer.ts';

/** The public endpoint: HTTP to the ingress, without credentials, with proxy support. */
export const openPublicEndpoint: OpenEndpoint = (baseUrl) => {
  const base = withoutTrailing(baseUrl, '/');
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
        const { location } = answer.headers;
        const at = location !== undefined && status >= 300 && status < 400 ? { location } : {};
        const told = { ...at, ...originOf({ status, headers: answer.headers }) };
        return { kind: 'answer', status, body: answer.body, latency, isCut: answer.isCut === true, ...told };
      } catch (error) {
        if (!(error instanceof HttpFailure)) throw error;
        return { kind: 'unreachable', message: error.message, latency: performance.now() - started };
      }
    },
  } satisfies HttpEndpoint;
};
