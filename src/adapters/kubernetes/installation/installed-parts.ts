import { isJsonObject } from '../../../base/json-value.ts';
import type { Installation, OperatorState, Seen } from '../../../seldon/installation.ts';
import type { HttpResponse } from '../../http/client.ts';
import { readJson } from '../api-status.ts';
import type { ApiConnection } from '../connection/connection.ts';
import { MAPPINGS, SELDON_DEPLOYMENTS, VIRTUAL_SERVICES } from '../resource-kind.ts';

/** Where Seldon's chart installs its operator, and what the Deployment is called. */
const OPERATOR = { namespace: 'seldon-system', name: 'seldon-controller-manager' } as const;

/** Kinds that an ingress brings, and its name. */
const INGRESSES = [
  { group: MAPPINGS.group, name: 'Ambassador/Emissary' },
  { group: VIRTUAL_SERVICES.group, name: 'Istio' },
] as const;

/** Reads the installed parts over one connection. It sends only GET requests. */
export function installedParts(connection: ApiConnection): Installation {
  const get = (path: string, query?: Readonly<Record<string, string>>) =>
    connection.request({ method: 'GET', path, ...(query !== undefined && { query }) });
  return {
    kubernetesVersion: async () => {
      const read = readJson<{ gitVersion?: string }>(await get('/version'), asked('version'));
      return read.gitVersion ?? 'of unknown version';
    },
    namespace: async (name) => seen(await get(`/api/v1/namespaces/${encodeURIComponent(name)}`), () => 'there'),
    operator: async () => {
      const query = { labelSelector: `control-plane=${OPERATOR.name}` };
      const everywhere = seen(await get('/apis/apps/v1/deployments', query), (body) => operatorIn(itemsOf(body)));
      if (everywhere !== 'hidden') return everywhere;
      const path = `/apis/apps/v1/namespaces/${OPERATOR.namespace}/deployments/${OPERATOR.name}`;
      return seen(await get(path), (body) => operatorIn([body as Deployment]));
    },
    webhook: async () => {
      const path = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
      return seen(await get(path), (body) => webhookIn(itemsOf(body)));
    },
    ingresses: async () => {
      const served = await Promise.all(INGRESSES.map(({ group }) => get(`/apis/${group}`)));
      return INGRESSES.filter((_, at) => served[at]?.status === 200).map(({ name }) => name);
    },
  };
}

interface Deployment {
  readonly metadata?: { readonly namespace?: string };
  readonly spec?: {
    readonly template?: { readonly spec?: { readonly containers?: readonly { readonly image?: string }[] } };
  };
  readonly status?: { readonly readyReplicas?: number };
}

interface WebhookConfiguration {
  readonly metadata?: { readonly name?: string };
  readonly webhooks?: readonly { readonly rules?: readonly { readonly apiGroups?: readonly string[] }[] }[];
}

/** @throws UserError for any answer that is neither a success nor a refusal */
function seen<Found>(answer: HttpResponse, read: (body: unknown) => Found | 'missing'): Seen<Found> {
  if (answer.status === 403) return 'hidden';
  if (answer.status === 404) return 'missing';
  return read(readJson<object>(answer, asked('installation')));
}

function operatorIn(found: readonly Deployment[]): OperatorState | 'missing' {
  const [one] = [...found].sort((a, b) => (b.status?.readyReplicas ?? 0) - (a.status?.readyReplicas ?? 0));
  if (one === undefined) return 'missing';
  return {
    namespace: one.metadata?.namespace ?? OPERATOR.namespace,
    ready: one.status?.readyReplicas ?? 0,
    image: one.spec?.template?.spec?.containers?.[0]?.image ?? 'unknown image',
  };
}

function webhookIn(found: readonly WebhookConfiguration[]): { readonly name: string } | 'missing' {
  const one = found.find(({ webhooks = [] }) =>
    webhooks.some(({ rules = [] }) => rules.some(({ apiGroups = [] }) => apiGroups.includes(SELDON_DEPLOYMENTS.group))),
  );
  return one === undefined ? 'missing' : { name: one.metadata?.name ?? 'without a name' };
}

function itemsOf<Item>(body: unknown): readonly Item[] {
  const items = isJsonObject(body) ? body['items'] : undefined;
  return Array.isArray(items) ? (items as readonly Item[]) : [];
}

function asked(resource: string) {
  return { verb: 'get', resource, namespace: '' };
}
