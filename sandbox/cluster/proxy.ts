import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { badRequest, notFound, unavailable } from './api-error.ts';
import { POD, SERVICE } from './kinds.ts';
import type { KubeObject, Tree } from './objects.ts';
import type { PodPorts } from './pod-ports.ts';
import type { Target } from './routes.ts';
import { matchesLabels } from './selectors.ts';
import type { Store } from './store.ts';

export interface Relayed {
  readonly method: string;
  /** Path and query of the forwarded request. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

interface Endpoint {
  readonly address: string;
  readonly containerPort: number;
  /** Undefined: the pod declares no such port. */
  readonly port: number | undefined;
}

interface ServiceSpec {
  readonly selector?: Tree;
  readonly ports?: readonly { readonly name?: string; readonly port: number; readonly targetPort?: number | string }[];
}

interface PodView {
  readonly spec?: { readonly containers?: readonly { readonly ports?: readonly NamedPort[] }[] };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

interface NamedPort {
  readonly name?: string;
  readonly containerPort: number;
}

/** Forwards a request to a pod, for `services/<name>:<port>/proxy/…` and `pods/<name>:<port>/proxy/…`. */
export async function relay(
  { store, ports }: { readonly store: Store; readonly ports: PodPorts },
  target: Target,
  exchange: Relayed,
): Promise<IncomingMessage> {
  const endpoint = target.kind === SERVICE ? serviceEndpoint(store, ports, target) : podEndpoint(store, ports, target);
  const { address, containerPort, port } = endpoint;
  const refused = `error trying to reach service: dial tcp ${address}:${containerPort}: connect: connection refused`;
  if (port === undefined) throw unavailable(refused);
  const { authorization: _, host: __, connection: ___, 'transfer-encoding': ____, ...headers } = exchange.headers;
  return new Promise((resolve, reject) => {
    const length = exchange.body.length > 0 ? { 'content-length': exchange.body.length } : {};
    const { method, path } = exchange;
    const outgoing = httpRequest(
      { port, host: '127.0.0.1', method, path, headers: { ...headers, ...length } },
      resolve,
    );
    outgoing.on('error', ({ code }: NodeJS.ErrnoException) =>
      reject(unavailable(code === 'ECONNREFUSED' ? refused : 'error trying to reach service: EOF')),
    );
    outgoing.end(exchange.body);
  });
}

/** The loopback port behind the DNS name of a Service; undefined where no pod of it is ready. */
export function portBehind(
  { store, ports }: { readonly store: Store; readonly ports: PodPorts },
  host: string,
  port: number,
): number | undefined {
  const [service = '', namespace = ''] = host.split('.');
  try {
    return serviceEndpoint(store, ports, { namespace, name: `${service}:${port}` }).port;
  } catch {
    return undefined;
  }
}

/** `name`, `name:port`, `scheme:name:port`. */
function splitName(text = ''): { readonly name: string; readonly port: string | undefined } {
  const parts = text.split(':');
  const [name = '', port] = parts.length === 3 ? parts.slice(1) : parts;
  return { name, port: port === '' ? undefined : port };
}

function serviceEndpoint(store: Store, ports: PodPorts, target: Pick<Target, 'namespace' | 'name'>): Endpoint {
  const { name, port: wanted } = splitName(target.name);
  const service = store.get(SERVICE, target.namespace, name);
  if (service === undefined) throw notFound(SERVICE, name);
  const { selector, ports: all = [] } = service.spec as ServiceSpec;
  const port = wanted === undefined && all.length === 1 ? all[0] : all.find((one) => isPort(one, wanted));
  if (port === undefined && wanted !== undefined)
    throw unavailable(`no service port ${wanted} found for service "${name}"`);
  const pods = store.list(POD, target.namespace).filter((pod) => matchesLabels(selector, pod));
  const ready = pods.find(isReady);
  if (ready === undefined || port === undefined)
    throw unavailable(`no endpoints available for service "${pods.length > 0 ? (target.name ?? name) : name}"`);
  return endpointOf(ready, ports, containerPortOf(ready, port.targetPort ?? port.port));
}

function isPort(
  { name, port }: { readonly name?: string; readonly port: number },
  wanted: string | undefined,
): boolean {
  return wanted !== undefined && (name === wanted || String(port) === wanted);
}

function podEndpoint(store: Store, ports: PodPorts, target: Target): Endpoint {
  const { name, port } = splitName(target.name);
  const pod = store.get(POD, target.namespace, name);
  if (pod === undefined) throw notFound(POD, name);
  if (((pod.status ?? {}) as { podIP?: string }).podIP === undefined) throw badRequest('address not allowed');
  return endpointOf(pod, ports, port === undefined ? (portsOf(pod)[0]?.containerPort ?? 80) : Number(port));
}

function endpointOf(pod: KubeObject, ports: PodPorts, containerPort: number): Endpoint {
  const uid = pod.metadata.uid ?? '';
  return { address: ports.addressOf(uid), containerPort, port: ports.find(uid, containerPort) };
}

function isReady(pod: KubeObject): boolean {
  const { conditions = [] } = (pod as PodView).status ?? {};
  const isGoing = pod.metadata.deletionTimestamp !== undefined;
  return !isGoing && conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}

function containerPortOf(pod: KubeObject, target: number | string): number {
  if (typeof target === 'number') return target;
  return portsOf(pod).find(({ name }) => name === target)?.containerPort ?? Number(target);
}

function portsOf(pod: KubeObject): readonly NamedPort[] {
  return ((pod as PodView).spec?.containers ?? []).flatMap((container) => container.ports ?? []);
}
