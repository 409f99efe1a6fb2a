/** Converts refusals of the API server (`kind: Status`) into messages for the user. */

import { UserError } from '../../base/errors.ts';
import { isJsonObject } from '../../base/json-value.ts';
import { BUSY_CURE, webhookFailure } from '../../seldon/webhook-failure.ts';
import type { HttpResponse } from '../http/client.ts';

/** The parts of a Status that we read (k8s.io/apimachinery, `metav1.Status`). */
export interface ApiStatus {
  readonly message: string;
  readonly reason: string | undefined;
  /** Subject of the refusal: `seldondeployments` `wine`, or `namespaces` `prod`. */
  readonly kind: string | undefined;
  readonly name: string | undefined;
  readonly causes: readonly ApiCause[];
}

export interface ApiCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

/** Undefined if the answer is not a refusal of the API server: from a model, from a proxy, or a success. */
export function statusOf({ status, body }: HttpResponse): ApiStatus | undefined {
  if (status < 400 || !body.includes('"Status"')) return undefined;
  const value = parsed(body);
  if (!isJsonObject(value) || value.kind !== 'Status' || value.apiVersion !== 'v1') return undefined;
  const details = isJsonObject(value.details) ? value.details : {};
  const text = (part: unknown) => (typeof part === 'string' && part !== '' ? part : undefined);
  return {
    message: text(value.message) ?? `HTTP ${status}`,
    reason: text(value.reason),
    kind: text(details.kind),
    name: text(details.name),
    causes: Array.isArray(details.causes) ? details.causes.filter(isJsonObject) : [],
  };
}

/** Whether a 404 means that the object is missing. Any other 404 means that the server does not have the kind. */
export function isObjectMissing(answer: HttpResponse): boolean {
  return answer.status === 404 && statusOf(answer)?.name !== undefined;
}

/** Whether the body is an object of the Kubernetes API, and not a page of a proxy or half an answer. */
export function isKubernetesAnswer({ body }: Pick<HttpResponse, 'body'>): boolean {
  const value = parsed(body);
  return isJsonObject(value) && typeof value.kind === 'string' && typeof value.apiVersion === 'string';
}

/** One request in RBAC terms, for messages: `get pods in namespace seldon`. */
export interface Asked {
  readonly verb: string;
  /** Resource and group, `seldondeployments.machinelearning.seldon.io`. */
  readonly resource: string;
  readonly namespace: string;
}

/** The error for an unexpected answer. */
export function failureOf(answer: HttpResponse, asked: Asked): UserError {
  const status = statusOf(answer);
  const what = `${asked.verb} ${asked.resource} in namespace ${asked.namespace}`;
  if (answer.status === 401) return unauthorized(status);
  if (answer.status === 403) return forbidden(status, what);
  if (answer.status === 404 && status?.kind === 'namespaces') return noNamespace(status.name ?? asked.namespace);
  const said = status?.message ?? `not a Kubernetes answer: ${answer.headers['content-type'] ?? 'empty'}`;
  const webhook = webhookFailure(said);
  return new UserError(
    'cluster-failed',
    `the API server answers "${what}" with HTTP ${answer.status}: ${short(said)}`,
    webhook === undefined
      ? { hint: hintFor(said, status) }
      : { hint: `${webhook.sentence}; ${webhook.cure}`, row: webhook.id },
  );
}

/** Throws also for a success that is not JSON, for example a login page of a proxy. */
export function readJson<T>(answer: HttpResponse, asked: Asked): T {
  const value = answer.status < 300 ? parsed(answer.body) : undefined;
  if (isJsonObject(value)) return value as T;
  throw failureOf(answer, asked);
}

/** The objection of a webhook or the schema to a manifest, without the standard prefix. */
export function objectionOf(status: ApiStatus): string {
  const causes = status.causes.flatMap(({ field, message }) => {
    const why = message?.replace(/^Invalid value: "[^"]*": /, '');
    return why === undefined ? [] : [field === undefined || field === '' ? why : `${field}: ${why}`];
  });
  if (causes.length > 0) return [...new Set(causes)].join('; ');
  return short(
    status.message
      .replace(/^admission webhook "[^"]*" denied the request: /, '')
      .replace(/^failed to create typed patch object \([^)]*\): /, '')
      .replace(/^\S+ "[^"]*" is (invalid|forbidden): /, '')
      .replace(/^\.(?=\w)/, ''),
  );
}

/** A namespace is missing, and with it everything that a request names in it. */
export function noNamespace(name: string): UserError {
  return new UserError('namespace-not-found', `namespace ${name} does not exist`, {
    hint: `create it (\`kubectl create namespace ${name}\`), or correct the input \`namespace\``,
  });
}

/** A write without an answer from a server that answers other requests: only writes pass the webhooks. */
export function slowWebhook(
  { method, path }: { readonly method: string; readonly path: string },
  timeout: number,
  cause: unknown,
): UserError {
  const what = `the API server did not answer ${method} ${path} within ${timeout / 1000} s, but it answers other requests: an admission webhook is slow`;
  return new UserError('cluster-failed', what, {
    hint: "check the pods behind the webhooks for SeldonDeployments (`kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations`): Seldon's controller-manager, and policy engines such as Gatekeeper or Kyverno",
    row: 'webhook-timeout',
    cause,
  });
}

function unauthorized(status: ApiStatus | undefined): UserError {
  const said = status?.message ?? 'Unauthorized';
  return new UserError(
    'cluster-unauthorized',
    `the API server does not accept the kubeconfig's credentials (${said})`,
    {
      hint: 'the token or certificate may have expired or may be for another cluster: create a new kubeconfig',
    },
  );
}

/** For an object that is no longer the one that was read. */
export const CHANGED_CURE =
  'find out who else changes the objects of this SeldonDeployment, then run this workflow again';

const DENIAL =
  /User "([^"]*)" cannot (\S+) resource "([^"]*)" in API group "([^"]*)"(?:.* in the namespace "([^"]*)")?/;

function forbidden(status: ApiStatus | undefined, what: string): UserError {
  const said = status?.message ?? 'Forbidden';
  const match = DENIAL.exec(said);
  if (match === null)
    return new UserError('cluster-forbidden', `the API server forbids "${what}": ${short(said)}`, {
      hint: 'ask who runs the cluster which policy or quota forbids it, and to allow it for the user of `kubeconfig`',
    });
  const [, user, verb, resource, group, namespace] = match;
  const full = group === '' ? resource : `${resource}.${group}`;
  const where = namespace === undefined ? 'in the whole cluster' : `in namespace ${namespace}`;
  return new UserError('cluster-forbidden', `user \`${user}\` has no permission to ${verb} ${full} ${where}`, {
    hint: `bind a Role with the verb \`${verb}\` on \`${resource}\` (API group \`"${group}"\`) to \`${user}\``,
  });
}

function hintFor(said: string, status: ApiStatus | undefined): string | undefined {
  if (/^admission webhook "[^"]{1,253}" denied/.test(said))
    return 'set what the policy asks for in `manifest`, or ask who runs the cluster for an exception';
  if (/^etcdserver: |within (?:the )?requested timeout|^the server is currently unable/.test(said)) return BUSY_CURE;
  return status === undefined
    ? 'check that the server in `kubeconfig` is a Kubernetes API server, and no proxy or login page'
    : undefined;
}

function short(text: string): string {
  return text.length > 600 ? `${text.slice(0, 600)}…` : text;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether the API server itself refuses the credentials, and not what is behind it. */
export function isUnauthorized(answer: HttpResponse, { relayed }: { readonly relayed?: boolean }): boolean {
  return answer.status === 401 && (!relayed || statusOf(answer) !== undefined);
}
