import { NODE } from './deletion.ts';
import type { EventRecorder } from './events.ts';
import { POD } from './kinds.ts';
import { fullName, type KubeObject, timestamp } from './objects.ts';
import type { ContainerSpec, PodCondition, PodSpec, PodStatus } from './pods.ts';
import type { Store } from './store.ts';

/** The capacity of the node. */
const CAPACITY: Readonly<Record<string, number>> = {
  cpu: 8,
  memory: 32 * 2 ** 30,
  'ephemeral-storage': 100 * 2 ** 30,
};
const NODE_LABELS: Readonly<Record<string, string>> = {
  'kubernetes.io/hostname': NODE,
  'kubernetes.io/os': 'linux',
  'kubernetes.io/arch': 'amd64',
};

/** Assigns every new pod to the one node, or reports why not. It looks at each pod separately. */
export function startScheduler(store: Store, events: EventRecorder, second: number): () => void {
  return store.listen(({ type, kind, object }) => {
    if (kind !== POD || type !== 'ADDED' || (object.spec as PodSpec).nodeName !== undefined) return;
    setTimeout(() => schedule(store, events, object), second / 100);
  });
}

function schedule(store: Store, events: EventRecorder, pod: KubeObject): void {
  const obstacles = obstaclesFor(pod.spec as PodSpec);
  const component = 'default-scheduler';
  if (obstacles.length > 0) {
    const preemption = 'preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.';
    const message = `0/1 nodes are available: ${obstacles.join(', ')}. no new claims to deallocate, ${preemption}`;
    events.record(pod, { type: 'Warning', reason: 'FailedScheduling', message, component });
    bind(store, pod, { spec: {}, condition: { status: 'False', reason: 'Unschedulable', message } });
    return;
  }
  bind(store, pod, { spec: { nodeName: NODE }, condition: { status: 'True' } });
  const message = `Successfully assigned ${fullName(pod.metadata)} to ${NODE}`;
  events.record(pod, { type: 'Normal', reason: 'Scheduled', message, component });
}

function bind(
  store: Store,
  pod: KubeObject,
  {
    spec,
    condition,
  }: { readonly spec: Partial<PodSpec>; readonly condition: Pick<PodCondition, 'status' | 'reason' | 'message'> },
): void {
  const scheduled = { type: 'PodScheduled', lastProbeTime: null, lastTransitionTime: timestamp(), ...condition };
  store.edit(POD, pod, (live) => ({
    ...live,
    spec: { ...(live.spec as PodSpec), ...spec },
    status: { ...(live.status as PodStatus), conditions: [scheduled] },
  }));
}

function obstaclesFor({ nodeSelector = {}, containers }: PodSpec): string[] {
  const isElsewhere = Object.entries(nodeSelector).some(([key, value]) => NODE_LABELS[key] !== value);
  const scarce = [...requestsOf(containers)].filter(([name, amount]) => amount > (CAPACITY[name] ?? 0));
  return [
    ...(isElsewhere ? ["1 node(s) didn't match Pod's node affinity/selector"] : []),
    ...scarce.map(([name]) => `1 Insufficient ${name}`).sort(),
  ];
}

function requestsOf(containers: readonly ContainerSpec[]): Map<string, number> {
  const sum = new Map<string, number>();
  for (const { resources = {} } of containers)
    for (const [name, quantity] of Object.entries({ ...resources.limits, ...resources.requests }))
      sum.set(name, (sum.get(name) ?? 0) + amountOf(String(quantity)));
  return sum;
}

const UNITS: Readonly<Record<string, number>> = {
  m: 1 / 1000,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** `500m`, `1.5`, `64Mi`. */
function amountOf(quantity: string): number {
  const [, number = '0', unit = ''] = /^([\d.]+)(\w*)$/.exec(quantity) ?? [];
  return Number(number) * (UNITS[unit] ?? 1);
}
