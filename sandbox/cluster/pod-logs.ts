import { badRequest, notFound } from './api-error.ts';
import { POD } from './kinds.ts';
import type { PodSpec, PodStatus } from './pods.ts';
import type { Target } from './routes.ts';
import type { Store } from './store.ts';

/** Lines of a container's log; undefined if there is none. */
export type ReadLog = (uid: string, container: string, previous: boolean) => readonly string[] | undefined;

/** `pods/<name>/log`. @returns undefined while the pod is on no node (HTTP 204) @throws ApiError 400, 404 */
export function podLog(store: Store, read: ReadLog, target: Target, query: URLSearchParams): string | undefined {
  const { namespace, name = '' } = target;
  const pod = store.get(POD, namespace, name);
  if (pod === undefined) throw notFound(POD, name);
  const spec = pod.spec as PodSpec;
  const container = containerOf(name, spec, query.get('container'));
  const previous = query.get('previous') === 'true';
  if (spec.nodeName === undefined) return undefined;
  const complaint = unavailableBecause((pod.status ?? {}) as PodStatus, { container, name, previous });
  if (complaint !== undefined) throw badRequest(complaint);
  const lines = read(pod.metadata.uid ?? '', container, previous) ?? [];
  const tail = query.get('tailLines');
  const shown = tail === null ? lines : lines.slice(Math.max(lines.length - wholeNumber(tail), 0));
  const text = shown.map((line) => `${line}\n`).join('');
  const limit = query.get('limitBytes');
  return limit === null ? text : Buffer.from(text).subarray(0, wholeNumber(limit)).toString();
}

function containerOf(pod: string, { containers, initContainers = [] }: PodSpec, asked: string | null): string {
  const [only, ...others] = containers;
  if (asked === null) {
    if (only !== undefined && others.length === 0) return only.name;
    const choice = `choose one of: [${containers.map(({ name }) => name).join(' ')}]`;
    const inits = initContainers.map(({ name }) => name).join(' ');
    const tail = inits === '' ? '' : ` or one of the init containers: [${inits}]`;
    throw badRequest(`a container name must be specified for pod ${pod}, ${choice}${tail}`);
  }
  if ([...containers, ...initContainers].some(({ name }) => name === asked)) return asked;
  throw badRequest(`container ${asked} is not valid for pod ${pod}`);
}

/** As the kubelet says it (pkg/kubelet, `validateContainerLogStatus`). */
function unavailableBecause(
  { containerStatuses = [], initContainerStatuses = [] }: PodStatus,
  { container, name, previous }: { readonly container: string; readonly name: string; readonly previous: boolean },
): string | undefined {
  const status = [...initContainerStatuses, ...containerStatuses].find((one) => one.name === container);
  if (previous && status?.lastState.terminated === undefined)
    return `previous terminated container "${container}" in pod "${name}" not found`;
  const ran = status?.state.running ?? status?.state.terminated ?? status?.lastState.terminated;
  if (ran !== undefined) return undefined;
  const reason = status?.state.waiting?.reason ?? 'ContainerCreating';
  const words: Readonly<Record<string, string>> = {
    ErrImagePull: "image can't be pulled",
    ImagePullBackOff: 'trying and failing to pull image',
  };
  return `container "${container}" in pod "${name}" is waiting to start: ${words[reason] ?? reason}`;
}

function wholeNumber(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw badRequest(`strconv.ParseInt: parsing "${text}": invalid syntax`);
}
