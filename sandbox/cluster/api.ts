/** Answers one request to the Kubernetes API, independent of its transport. */

import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { review, type SandboxUser, type Users } from './access.ts';
import { ApiError, badRequest, expired, notFound } from './api-error.ts';
import type { Write } from './incoming.ts';
import { type Kind, POD, SERVICE } from './kinds.ts';
import type { KubeObject, Tree } from './objects.ts';
import { podLog, type ReadLog } from './pod-logs.ts';
import type { PodPorts } from './pod-ports.ts';
import { relay } from './proxy.ts';
import { asVersion, checkPatchType, listBody, type Resources, type Written } from './resources.ts';
import { discover, parsePath, type Target } from './routes.ts';
import { selectorOf } from './selectors.ts';
import type { Store } from './store.ts';

export interface ApiRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export type ApiAnswer =
  | { readonly kind: 'json'; readonly code: number; readonly body: unknown; readonly warnings?: readonly string[] }
  | { readonly kind: 'text'; readonly code: number; readonly body: string }
  | { readonly kind: 'watch'; readonly target: Target; readonly query: URLSearchParams }
  | { readonly kind: 'relayed'; readonly message: IncomingMessage };

export interface ApiParts {
  readonly store: Store;
  readonly resources: Resources;
  readonly users: Users;
  readonly ports: PodPorts;
  readonly kinds: readonly Kind[];
  /** Versions of them that are not served. */
  readonly without: readonly string[];
  readonly readLog: ReadLog;
}

const REVIEWS: Readonly<Record<string, string>> = {
  '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews': 'SelfSubjectAccessReview',
  '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews': 'SelfSubjectRulesReview',
};

/** @throws ApiError for every refusal */
export async function answer(parts: ApiParts, request: ApiRequest): Promise<ApiAnswer> {
  const { method, url, headers, body } = request;
  const user = parts.users.withAuthorization(headers.authorization);
  const path = url.pathname;
  const discovered = method === 'GET' ? discover(path, parts) : undefined;
  if (typeof discovered === 'string') return { kind: 'text', code: 200, body: discovered };
  if (discovered !== undefined) return json(200, discovered);
  if (headers['content-type'] === 'application/vnd.kubernetes.protobuf') throw onlyJson();
  const reviewed = REVIEWS[path];
  if (reviewed !== undefined) return json(201, review(user, reviewed, JSON.parse(body.toString()) as KubeObject));
  const target = parsePath(path, parts);
  if (target === undefined) return unknownPath(path);
  const verb = verbOf(method, target, url.searchParams);
  if (verb === undefined) throw methodNotAllowed();
  const { kind, namespace, name, subresource } = target;
  parts.users.authorize(user, kind, { verb, subresource, namespace, name });
  if (subresource === 'proxy' && (kind === SERVICE || kind === POD)) return forward(parts, target, request);
  if (subresource === 'log' && kind === POD) {
    const text = podLog(parts.store, parts.readLog, target, url.searchParams);
    return { kind: 'text', code: text === undefined ? 204 : 200, body: text ?? '' };
  }
  if (subresource !== undefined && !(subresource === 'status' && kind.status)) return unknownPath(path);
  if (verb === 'watch') return { kind: 'watch', target, query: url.searchParams };
  if (verb === 'list') return json(200, list(parts.store, target, url.searchParams));
  return write(parts, { target, request, user, verb });
}

/** The attributes of a request, in RBAC's terms. */
function verbOf(method: string, { name, subresource }: Target, query: URLSearchParams): string | undefined {
  const isWatch = ['true', '1'].includes(query.get('watch') ?? '');
  if (subresource === undefined && name === undefined)
    return { GET: isWatch ? 'watch' : 'list', POST: 'create' }[method];
  const verbs: Readonly<Record<string, string>> = {
    GET: 'get',
    HEAD: 'get',
    PUT: 'update',
    PATCH: 'patch',
    DELETE: 'delete',
  };
  return subresource === 'proxy' && method === 'POST' ? 'create' : verbs[method];
}

function json(code: number, body: unknown, warnings: readonly string[] = []): ApiAnswer {
  return { kind: 'json', code, body, warnings };
}

function unknownPath(path: string): ApiAnswer {
  if (!path.startsWith('/api/')) return { kind: 'text', code: 404, body: '404 page not found\n' };
  const message = 'the server could not find the requested resource';
  throw new ApiError({ code: 404, message, reason: 'NotFound', details: {} });
}

function methodNotAllowed(): ApiError {
  const message = 'the server does not allow this method on the requested resource';
  return new ApiError({ code: 405, message, reason: 'MethodNotAllowed', details: {} });
}

/** A real server also reads protobuf, which kubectl prefers for built-in kinds. */
function onlyJson(): ApiError {
  const message = 'the body of the request was in an unknown format - accepted media types include: application/json';
  return new ApiError({ code: 415, message, reason: 'UnsupportedMediaType' });
}

async function forward(
  parts: ApiParts,
  target: Target,
  { method, url, headers, body }: ApiRequest,
): Promise<ApiAnswer> {
  const path = `/${target.rest}${url.search}`;
  return { kind: 'relayed', message: await relay(parts, target, { method, path, headers, body }) };
}

/** A list in pages: the continue token has the start of the next page and the list's resourceVersion. */
function list(store: Store, target: Target, query: URLSearchParams): Tree {
  const matches = selectorOf(target.kind, query);
  const all = store.list(target.kind, target.namespace).filter(matches);
  const from = pageOf(store, query.get('continue'));
  const limit = Number(query.get('limit') ?? 0);
  const end = limit > 0 ? from.index + limit : all.length;
  const token = Buffer.from(`${from.version}/${end}`).toString('base64url');
  const more = end < all.length ? { continue: token, remainingItemCount: all.length - end } : {};
  return listBody(target, all.slice(from.index, end), { resourceVersion: String(from.version), ...more });
}

function pageOf(store: Store, token: string | null): { readonly version: number; readonly index: number } {
  if (token === null) return { version: store.version, index: 0 };
  const [version = Number.NaN, index = Number.NaN] = Buffer.from(token, 'base64url').toString().split('/').map(Number);
  if (Number.isNaN(version + index)) throw badRequest('invalid continue token: continue key is not valid');
  if (version < store.oldest) throw expired(version, store.oldest);
  return { version, index };
}

interface Writing {
  readonly target: Target;
  readonly request: ApiRequest;
  readonly user: SandboxUser;
  readonly verb: string;
}

async function write(
  { resources, store, users }: ApiParts,
  { target, request, user, verb }: Writing,
): Promise<ApiAnswer> {
  const { kind, namespace, name, subresource } = target;
  const { url, headers, body } = request;
  const asked: Write = {
    ...{ kind, namespace, name, subresource, version: target.version },
    query: url.searchParams,
    contentType: (headers['content-type'] ?? '').split(';')[0] ?? '',
    body: body.toString(),
    user: user.name,
    agent: headers['user-agent']?.split('/')[0] ?? 'unknown',
  };
  if (verb === 'create') return written(asked, await resources.create(asked));
  if (verb === 'update') return written(asked, await resources.update(asked));
  if (verb === 'patch') {
    checkPatchType(asked.contentType);
    const mayCreate = () => users.authorize(user, kind, { verb: 'create', namespace, name });
    return written(asked, await resources.patch(asked, mayCreate));
  }
  if (verb === 'delete') return deleted(asked, resources.remove(asked));
  return json(200, asVersion(asked, readOne(store, asked)));
}

function readOne(store: Store, { kind, namespace, name = '' }: Write): KubeObject {
  const object = store.get(kind, namespace, name);
  if (object === undefined) throw notFound(kind, name);
  return object;
}

function written(asked: Write, { code, object, warnings }: Written): ApiAnswer {
  return json(code, asVersion(asked, object), warnings);
}

function deleted(asked: Write, { uid, object }: ReturnType<Resources['remove']>): ApiAnswer {
  if (object !== undefined) return json(200, asVersion(asked, object));
  const { kind, name } = asked;
  const details = { name, ...(kind.group !== '' && { group: kind.group }), kind: kind.plural, uid };
  return json(200, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details });
}
