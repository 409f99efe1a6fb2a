import type { IncomingHttpHeaders } from 'node:http';
import type { HttpAnswer } from '../../base/ports.ts';
import { type HttpResponse, retryAfter } from './client.ts';

/** What the headers of an answer say about who gave it, and about the next request. */
export function originOf({
  status,
  headers,
}: Pick<HttpResponse, 'status' | 'headers'>): Pick<
  HttpAnswer & { readonly kind: 'answer' },
  'isFromModel' | 'retryAfter'
> {
  const wait = retryAfter(headers['retry-after'], Date.now());
  return { isFromModel: isFromModel(status, headers), ...(wait !== undefined && { retryAfter: wait }) };
}

/** Who asks for credentials is a gateway. Model servers speak JSON, and Seldon's orchestrator adds an id to each answer. */
function isFromModel(status: number, headers: IncomingHttpHeaders): boolean {
  if (headers['seldon-puid'] !== undefined) return true;
  return /\bjson\b/.test(headers['content-type'] ?? '') && ![401, 403, 407].includes(status);
}
