import { forbidden, unauthorized } from './api-error.ts';
import type { Kind } from './kinds.ts';
import type { KubeObject, Tree } from './objects.ts';

/** Verbs on resources, as in RBAC; `*` is all, `pods/log` a subresource. */
export interface Rule {
  readonly verbs: readonly string[];
  readonly groups: readonly string[];
  readonly resources: readonly string[];
  /** Default: in every namespace, and cluster-wide. */
  readonly namespaces?: readonly string[];
  /** Default: objects of every name. */
  readonly names?: readonly string[];
}

export interface SandboxUser {
  readonly name: string;
  readonly token: string;
  readonly rules: readonly Rule[];
}

export const ADMIN: SandboxUser = {
  name: 'admin',
  token: 'sandbox-admin',
  rules: [{ verbs: ['*'], groups: ['*'], resources: ['*'] }],
};

const ANONYMOUS: SandboxUser = { name: 'system:anonymous', token: '', rules: [] };

/** The permissions of every user. */
const EVERYBODY: readonly Rule[] = [
  {
    verbs: ['create'],
    groups: ['authorization.k8s.io'],
    resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
  },
];

export interface Attempt {
  readonly verb: string;
  readonly group: string;
  readonly plural: string;
  readonly subresource?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

/** What a user was allowed to do, as the API server's audit log has it. */
export interface AllowedAttempt extends Attempt {
  readonly user: string;
}

/** The user of a token; a request without one is from `system:anonymous`. */
export class Users {
  readonly #users: SandboxUser[];
  /** Every attempt that was allowed, in order. */
  readonly allowed: AllowedAttempt[] = [];

  constructor(users: readonly SandboxUser[]) {
    this.#users = [...users];
  }

  named(name: string | undefined): SandboxUser {
    const user = name === undefined ? this.#users[0] : this.#users.find((one) => one.name === name);
    if (user === undefined) throw new Error(`the sandbox cluster has no user ${name}`);
    return user;
  }

  /** For the log of requests: the user of an authorization header. */
  nameOf(header: string | undefined): string | undefined {
    return this.#users.find(({ token }) => header === `Bearer ${token}`)?.name;
  }

  /** @throws ApiError 401 */
  withAuthorization(header: string | undefined): SandboxUser {
    if (header === undefined) return ANONYMOUS;
    const user = this.#users.find(({ token }) => header === `Bearer ${token}`);
    if (user === undefined) throw unauthorized();
    return user;
  }

  allow(user: SandboxUser): void {
    this.#users.push(user);
  }

  /** @throws ApiError 403 */
  authorize(user: SandboxUser, kind: Kind, attempt: Omit<Attempt, 'group' | 'plural'>): void {
    authorize(user, kind, attempt);
    this.allowed.push({ user: user.name, group: kind.group, plural: kind.plural, ...attempt });
  }

  revoke(token: string): void {
    const index = this.#users.findIndex((one) => one.token === token);
    if (index >= 0) this.#users.splice(index, 1);
  }
}

export function isAllowed(user: SandboxUser, { verb, group, plural, subresource, namespace, name }: Attempt): boolean {
  const resource = subresource === undefined ? plural : `${plural}/${subresource}`;
  const has = (list: readonly string[], wanted: string) => list.includes('*') || list.includes(wanted);
  return [...EVERYBODY, ...user.rules].some(
    (rule) =>
      has(rule.verbs, verb) &&
      has(rule.groups, group) &&
      (has(rule.resources, resource) || rule.resources.includes(`*/${subresource}`)) &&
      (rule.namespaces === undefined || rule.namespaces.includes(namespace ?? '')) &&
      (rule.names === undefined || rule.names.includes(name ?? '')),
  );
}

/** @throws ApiError 403 */
function authorize(user: SandboxUser, kind: Kind, attempt: Omit<Attempt, 'group' | 'plural'>): void {
  if (isAllowed(user, { group: kind.group, plural: kind.plural, ...attempt })) return;
  const { verb, subresource, namespace, name } = attempt;
  const resource = subresource === undefined ? kind.plural : `${kind.plural}/${subresource}`;
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const what = `cannot ${verb} resource "${resource}" in API group "${kind.group}" ${where}`;
  throw forbidden(kind, name, `User "${user.name}" ${what}`);
}

interface ReviewSpec {
  readonly namespace?: string;
  readonly resourceAttributes?: {
    readonly namespace?: string;
    readonly verb?: string;
    readonly group?: string;
    readonly resource?: string;
    readonly subresource?: string;
    readonly name?: string;
  };
}

/** Answers SelfSubjectAccessReview and SelfSubjectRulesReview (authorization.k8s.io/v1). */
export function review(user: SandboxUser, kind: string, body: KubeObject): Tree {
  const spec = (body.spec ?? {}) as ReviewSpec;
  const head = { kind, apiVersion: 'authorization.k8s.io/v1', metadata: {} };
  if (kind === 'SelfSubjectAccessReview') {
    const { verb = '', group = '', resource = '', subresource, namespace, name } = spec.resourceAttributes ?? {};
    const allowed = isAllowed(user, { verb, group, plural: resource, subresource, namespace, name });
    return { ...head, spec, status: { allowed } };
  }
  const rules = [...user.rules, ...EVERYBODY].filter(
    ({ namespaces }) => namespaces === undefined || namespaces.includes(spec.namespace ?? ''),
  );
  const resourceRules = rules.map(({ verbs, groups, resources, names }) => {
    return { verbs, apiGroups: groups, resources, ...(names !== undefined && { resourceNames: names }) };
  });
  return { ...head, spec: {}, status: { resourceRules, nonResourceRules: [], incomplete: false } };
}
