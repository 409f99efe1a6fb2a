import type { RecordedEvent } from '../replay.ts';

type Json = Readonly<Record<string, unknown>>;

/** What one side has at one moment: `Kind name` → the object, normalised. */
export type Standing = Readonly<Record<string, unknown>>;

/** Kinds that are compared. Pods and ReplicaSets are Kubernetes' work: `cluster-*.test.ts` compare those. */
export const COMPARED = [
  'SeldonDeployment',
  'Deployment',
  'Service',
  'Mapping',
  'VirtualService',
  'DestinationRule',
  'HorizontalPodAutoscaler',
] as const;

export interface Made {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly generation?: number;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly {
      readonly kind: string;
      readonly name: string;
      readonly controller: boolean;
    }[];
  };
  readonly spec?: unknown;
  readonly status?: unknown;
}

/** All that the recording's events up to there have left. */
export function recordedStanding(events: readonly RecordedEvent[]): Standing {
  const objects = new Map<string, Made>();
  for (const { type, kind, object } of events) {
    if (type === 'NOTE' || !COMPARED.some((one) => one === kind)) continue;
    const made = { ...(object as Made), kind };
    if (type === 'DELETED') objects.delete(`${kind} ${made.metadata.name}`);
    else objects.set(`${kind} ${made.metadata.name}`, made);
  }
  return standingOf([...objects.values()]);
}

/** Objects by kind and name, in one order, without what the two sides cannot have in common. */
export function standingOf(objects: readonly Made[]): Standing {
  const entries = objects.map((object) => [`${object.kind} ${object.metadata.name}`, normalised(object)] as const);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function normalised(object: Made): unknown {
  if (object.kind === 'SeldonDeployment') return { status: statusOf((object.status ?? {}) as Json) };
  const counts = object.kind === 'Deployment' && { counts: countsOf(object) };
  return { ...metadataOf(object), ...counts, spec: SPECS[object.kind]?.(object.spec as Json) ?? object.spec };
}

/** How far the rollout is, as `kubectl rollout status` looks at it. */
function countsOf({ metadata, status = {} }: Made): Json {
  const { observedGeneration, replicas, updatedReplicas, readyReplicas, availableReplicas } = status as Json;
  return {
    isObserved: observedGeneration === metadata.generation,
    replicas: replicas ?? 0,
    updated: updatedReplicas ?? 0,
    ready: readyReplicas ?? 0,
    available: availableReplicas ?? 0,
  };
}

/** Annotations that say how an object is stored: the reference zips what it applied last, ours hashes it. */
const BOOKKEEPING = ['seldon.io/last-applied', 'deployment.kubernetes.io/revision'];

function metadataOf({ metadata }: Made): Json {
  const { labels = {}, annotations = {}, ownerReferences = [] } = metadata;
  return {
    labels,
    annotations: Object.fromEntries(Object.entries(annotations).filter(([key]) => !BOOKKEEPING.includes(key))),
    // The uid is of this run.
    owners: ownerReferences.map(({ kind, name, controller }) => ({ kind, name, controller })),
  };
}

/** Times and sentences of conditions follow the Deployment's, which follow the moment. */
function statusOf({ conditions = [], serviceStatus = {}, observedGeneration: _, ...status }: Json): Json {
  const terms = (conditions as readonly Json[]).map(({ type, status: is, reason }) => [type, is, reason].join(' '));
  return { ...status, conditions: terms.toSorted(), services: Object.keys(serviceStatus as Json).toSorted() };
}

const SPECS: Readonly<Record<string, (spec: Json) => unknown>> = {
  Deployment: ({ replicas, selector, strategy, template }) => ({
    replicas: replicas ?? 1,
    selector,
    strategy: strategyOf(strategy as Json),
    template: templateOf(template as Template),
  }),
  Service: ({ type, selector, ports }) => ({
    type,
    selector,
    ports: (ports as readonly Json[]).map(({ name, port, targetPort }) => ({ name, port, targetPort })),
  }),
};

/** The API server adds the surge. */
function strategyOf({ type, rollingUpdate }: Json): Json {
  return { type, rollingUpdate: { maxSurge: '25%', ...(rollingUpdate as Json) } };
}

interface Template {
  readonly metadata?: { readonly labels?: Json; readonly annotations?: Json };
  readonly spec: { readonly containers: readonly Json[]; readonly initContainers?: readonly Json[] };
}

/** The recorder keeps names, images, arguments, ports, mounts and probes of containers; the render test has the rest. */
function templateOf({ metadata = {}, spec }: Template): Json {
  return {
    labels: metadata.labels ?? {},
    annotations: metadata.annotations ?? {},
    initContainers: (spec.initContainers ?? []).map(({ name, image, args }) => ({ name, image, args })),
    containers: spec.containers.map(containerOf),
  };
}

/** Of the executor's arguments the recorder keeps the first three pairs. */
const KEPT_ARGUMENTS = 6;

function containerOf({ name, image, args = [], ports = [], volumeMounts = [], ...rest }: Json): Json {
  const all = args as readonly string[];
  return {
    name,
    image,
    args: name === 'seldon-container-engine' ? all.slice(0, KEPT_ARGUMENTS) : all,
    ports: (ports as readonly Json[]).map((port) => `${port['name']} ${port['containerPort']}`),
    mounts: (volumeMounts as readonly Json[]).map((mount) => `${mount['name']} ${mount['mountPath']}`),
    probes: ['livenessProbe', 'readinessProbe', 'startupProbe'].map((probe) =>
      probeOf(rest[probe] as Json | undefined),
    ),
  };
}

/** The API server adds a probe's defaults. */
function probeOf(probe: Json | undefined): Json | undefined {
  if (probe === undefined) return undefined;
  const defaults = { periodSeconds: 10, timeoutSeconds: 1, successThreshold: 1, failureThreshold: 3 };
  const { httpGet, ...timings } = probe;
  return {
    ...defaults,
    ...timings,
    ...(httpGet !== undefined && { httpGet: { scheme: 'HTTP', ...(httpGet as Json) } }),
  };
}
