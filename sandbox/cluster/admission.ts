import { randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { messageOf } from '../../src/base/errors.ts';
import { ApiError, forbidden, internal, type Refusal } from './api-error.ts';
import { apiVersionOf, type Kind, POD, RESOURCE_QUOTA, SERVICE_ACCOUNT, VALIDATING_WEBHOOK } from './kinds.ts';
import { isTree, type KubeObject, type Tree } from './objects.ts';
import type { Store } from './store.ts';

export interface Admission {
  readonly kind: Kind;
  readonly version: string;
  readonly operation: 'CREATE' | 'UPDATE';
  readonly object: KubeObject;
  readonly oldObject: KubeObject | undefined;
  readonly dryRun: boolean;
  readonly user: string;
}

interface Webhook {
  readonly name: string;
  readonly clientConfig: { readonly url?: string; readonly caBundle?: string };
  readonly failurePolicy?: 'Fail' | 'Ignore';
  readonly timeoutSeconds?: number;
  readonly rules?: readonly WebhookRule[];
}

interface WebhookRule {
  readonly apiGroups: readonly string[];
  readonly apiVersions: readonly string[];
  readonly operations: readonly string[];
  readonly resources: readonly string[];
}

interface Verdict {
  readonly allowed?: boolean;
  readonly warnings?: readonly string[];
  readonly status?: Partial<Refusal>;
}

/** Calls all ValidatingWebhookConfigurations. @returns their warnings @throws ApiError if one denies or fails */
export async function askWebhooks(store: Store, admission: Admission): Promise<readonly string[]> {
  const hooks = store.list(VALIDATING_WEBHOOK).flatMap((one) => (one['webhooks'] ?? []) as readonly Webhook[]);
  const concerned = hooks.filter((hook) => hook.rules?.some((rule) => concerns(rule, admission)));
  const verdicts = concerned.map(async (hook) => {
    const verdict = await ask(hook, admission);
    if (verdict.allowed) return verdict.warnings ?? [];
    throw denial(hook.name, verdict.status ?? {});
  });
  return (await Promise.all(verdicts)).flat();
}

/** matchPolicy Equivalent: a rule for one version of a resource is a rule for all of them. */
function concerns(rule: WebhookRule, { kind, operation }: Admission): boolean {
  const has = (list: readonly string[], wanted: string) => list.includes('*') || list.includes(wanted);
  const isVersion = kind.versions.some((version) => has(rule.apiVersions, version));
  return (
    isVersion && has(rule.apiGroups, kind.group) && has(rule.operations, operation) && has(rule.resources, kind.plural)
  );
}

function denial(name: string, { code = 400, message, reason, details }: Partial<Refusal>): ApiError {
  const why = message ?? reason;
  const head = `admission webhook "${name}" denied the request`;
  const words = why === undefined ? `${head} without explanation` : `${head}: ${why}`;
  return new ApiError({ code: code < 400 ? 400 : code, message: words, reason, details });
}

async function ask(hook: Webhook, admission: Admission): Promise<Verdict> {
  const seconds = hook.timeoutSeconds ?? 10;
  const url = new URL(`${hook.clientConfig.url ?? ''}?timeout=${seconds}s`);
  try {
    const answer = JSON.parse(
      await post(url, reviewOf(admission), { ca: hook.clientConfig.caBundle, seconds }),
    ) as Tree;
    if (!isTree(answer['response'])) throw new Error('webhook response was absent');
    return answer['response'];
  } catch (error) {
    if (hook.failurePolicy === 'Ignore') return { allowed: true };
    const why = messageOf(error);
    throw internal(`failed calling webhook "${hook.name}": failed to call webhook: ${why}`);
  }
}

function reviewOf({ kind, version, operation, object, oldObject, dryRun, user }: Admission): Tree {
  const { group, kind: name, plural } = kind;
  const stored = kind.versions[0];
  const request = {
    uid: randomUUID(),
    kind: { group, version: stored, kind: name },
    resource: { group, version: stored, resource: plural },
    requestKind: { group, version, kind: name },
    requestResource: { group, version, resource: plural },
    name: object.metadata.name,
    namespace: object.metadata.namespace,
    operation,
    userInfo: { username: user },
    object: { ...object, apiVersion: apiVersionOf(kind) },
    oldObject: oldObject ?? null,
    dryRun,
  };
  return { kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1', request };
}

function post(
  url: URL,
  body: Tree,
  options: { readonly ca: string | undefined; readonly seconds: number },
): Promise<string> {
  const { ca, seconds } = options;
  const start = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const text = JSON.stringify(body);
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
  const trust = ca === undefined ? {} : { ca: Buffer.from(ca, 'base64') };
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(seconds * 1000);
    const outgoing = start(url, { method: 'POST', headers, ...trust, signal }, (response) => {
      let answer = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        answer += chunk;
      });
      response.on('end', () => {
        if (response.statusCode === 200) resolve(answer);
        else reject(new Error('an error on the server ("unknown") has prevented the request from succeeding'));
      });
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => reject(new Error(unreachable(url, error))));
    outgoing.end(text);
  });
}

function unreachable(url: URL, { code, message }: NodeJS.ErrnoException): string {
  const why = code === 'ECONNREFUSED' ? `dial tcp ${url.host}: connect: connection refused` : message;
  return `Post "${url.href}": ${why}`;
}

/** The API server's checks of a new pod: its service account and the quotas. @throws ApiError 403 */
export function admitPod(store: Store, { metadata, spec }: KubeObject): void {
  const { namespace, name } = metadata;
  const { serviceAccountName = 'default' } = (spec ?? {}) as { serviceAccountName?: string };
  if (serviceAccountName !== 'default' && store.get(SERVICE_ACCOUNT, namespace, serviceAccountName) === undefined) {
    const account = `error looking up service account ${namespace}/${serviceAccountName}`;
    throw forbidden(POD, name, `${account}: serviceaccount "${serviceAccountName}" not found`);
  }
  for (const quota of store.list(RESOURCE_QUOTA, namespace)) {
    const hard = (quota.spec as { hard?: { pods?: string } } | undefined)?.hard?.pods;
    const used = store.list(POD, namespace).filter(isRunning).length;
    if (hard === undefined || used < Number(hard)) continue;
    const numbers = `requested: pods=1, used: pods=${used}, limited: pods=${hard}`;
    throw forbidden(POD, name, `exceeded quota: ${quota.metadata.name}, ${numbers}`);
  }
}

function isRunning({ status }: KubeObject): boolean {
  const { phase } = (status ?? {}) as { phase?: string };
  return phase !== 'Failed' && phase !== 'Succeeded';
}
