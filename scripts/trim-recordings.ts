/**
 * Makes test/fixtures/operator/ from recordings of the reference operator: every watch event, without what no verdict
 * reads. `node scripts/trim-recordings.ts FOLDER`, the folder with the recorded situations.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { ANNOTATIONS } from '../src/seldon/seldon-deployment.ts';

type Json = Record<string, unknown>;

interface Recorded {
  readonly t: number;
  readonly type: string;
  readonly kind: string;
  readonly object: unknown;
}

const OUT = fileURLToPath(new URL('../test/fixtures/operator/', import.meta.url));

/** Fields to keep, by path; `true` keeps all below, `*` is any other key. */
type Mask = true | { readonly [key: string]: Mask };

const STATE: Mask = {
  waiting: true,
  running: {},
  terminated: { exitCode: true, reason: true, message: true },
};
const CONTAINER_STATE: Mask = {
  name: true,
  ready: true,
  started: true,
  restartCount: true,
  image: true,
  state: STATE,
  lastState: STATE,
};
const LABELS: Mask = { app: true, version: true, 'seldon-deployment-id': true };
const OURS: Mask = { [ANNOTATIONS.rollout]: true };
const META: Mask = {
  name: true,
  namespace: true,
  uid: true,
  generation: true,
  deletionTimestamp: true,
  labels: LABELS,
  annotations: OURS,
  ownerReferences: { uid: true, controller: true },
};
/** Of what the operator makes, every label and annotation counts. */
const MADE: Mask = {
  ...META,
  labels: true,
  annotations: true,
  ownerReferences: { kind: true, name: true, uid: true, controller: true },
};
/** The recorder leaves out what an older event of the same Deployment has said. */
const CONTAINER: Mask = {
  name: true,
  image: true,
  args: true,
  ports: { name: true, containerPort: true },
  volumeMounts: { name: true, mountPath: true },
  livenessProbe: true,
  readinessProbe: true,
  startupProbe: true,
};
const TEMPLATE: Mask = {
  metadata: { labels: true, annotations: true },
  spec: { initContainers: { name: true, image: true, args: true }, containers: CONTAINER },
};
const CONDITION: Mask = { type: true, status: true, reason: true, message: true };
const STATUS: Mask = {
  observedGeneration: true,
  replicas: true,
  updatedReplicas: true,
  readyReplicas: true,
  availableReplicas: true,
  unavailableReplicas: true,
  conditions: CONDITION,
};
const PREDICTOR: Mask = {
  name: true,
  replicas: true,
  traffic: true,
  shadow: true,
  labels: true,
  annotations: true,
  graph: { name: true, modelUri: true },
  componentSpecs: { hpaSpec: true, replicas: true },
  explainer: { type: true, modelUri: true },
};

const MASKS: Readonly<Record<string, Mask>> = {
  SeldonDeployment: {
    metadata: META,
    spec: { annotations: true, protocol: true, replicas: true, predictors: PREDICTOR },
    status: {
      state: true,
      description: true,
      conditions: { type: true, status: true, reason: true },
      replicas: true,
      address: true,
      deploymentStatus: true,
      serviceStatus: { '*': {} },
    },
  },
  Deployment: {
    metadata: MADE,
    spec: { replicas: true, selector: true, strategy: true, template: TEMPLATE },
    status: STATUS,
  },
  Pod: {
    metadata: META,
    spec: { initContainers: { name: true, args: true }, containers: { name: true, image: true } },
    status: {
      phase: true,
      reason: true,
      message: true,
      conditions: { type: true, status: true, reason: true, message: true },
      initContainerStatuses: CONTAINER_STATE,
      containerStatuses: CONTAINER_STATE,
    },
  },
  Service: {
    metadata: MADE,
    spec: { type: true, selector: true, ports: { name: true, port: true, targetPort: true } },
  },
  Mapping: { metadata: MADE, spec: true },
  VirtualService: { metadata: MADE, spec: true },
  DestinationRule: { metadata: MADE, spec: true },
  HorizontalPodAutoscaler: {
    metadata: MADE,
    spec: true,
    status: { currentReplicas: true, desiredReplicas: true },
  },
  Event: {
    metadata: { name: true },
    type: true,
    reason: true,
    message: true,
    count: true,
    involvedObject: { kind: true, name: true, uid: true },
  },
};

function masked(value: unknown, mask: Mask): unknown {
  if (mask === true || value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item) => masked(item, mask));
  const kept = Object.entries(value).flatMap(([key, inner]) => {
    const below = mask[key] ?? mask['*'];
    return below === undefined ? [] : [[key, masked(inner, below)] as const];
  });
  return Object.fromEntries(kept);
}

function trimmed({ t, type, kind, object }: Recorded): Json | undefined {
  // Of the events only warnings are ever quoted.
  if (kind === 'Event' && (object as Json)['type'] !== 'Warning') return undefined;
  if (type !== 'NOTE') {
    const mask = MASKS[kind];
    return mask === undefined ? undefined : { t, type, kind, object: masked(object, mask) };
  }
  // The recorder's summaries for a reader; the events before say the same.
  return kind === 'standing' ? undefined : { t, type, kind, object };
}

interface Watched {
  readonly metadata: { readonly name: string };
  readonly spec?: unknown;
}

/** Leaves out what the last event of the same object has said: `recording()` of the tests puts it back. */
function brief(event: Json, last: Map<string, Watched>): Json {
  if (event['type'] === 'NOTE' || event['kind'] === 'Event') return event;
  const { metadata, ...parts } = event['object'] as Watched;
  const key = `${event['kind']} ${metadata.name}`;
  const before = last.get(key);
  const spec = withDetails(parts.spec, before?.spec);
  const whole = { metadata, ...parts, ...(spec !== undefined && { spec }) };
  if (event['type'] === 'DELETED') last.delete(key);
  else last.set(key, whole);
  if (event['type'] === 'ADDED' || before === undefined) return { ...event, object: whole };
  const isSame = isDeepStrictEqual(before.metadata, metadata);
  const { spec: _, ...rest } = whole;
  const object = { ...rest, metadata: isSame ? { name: metadata.name } : metadata };
  return { ...event, object: isDeepStrictEqual(before.spec, spec) ? object : { ...object, spec } };
}

interface Pods {
  readonly template?: { readonly spec: { readonly containers: readonly Json[] } };
}

/** The recorder tells ports, mounts and probes of a container once: a later event of the same one gets them again. */
function withDetails(spec: unknown, before: unknown): unknown {
  const { template, ...rest } = (spec ?? {}) as Pods;
  if (template === undefined) return spec;
  const known = (before as Pods | undefined)?.template?.spec.containers ?? [];
  const containers = template.spec.containers.map((container) => {
    const one = known.find(({ name }) => name === container['name']);
    return container['ports'] === undefined ? { ...one, ...container } : container;
  });
  return { ...rest, template: { ...template, spec: { ...template.spec, containers } } };
}

const folder = process.argv[2];
if (folder === undefined) throw new Error('usage: node scripts/trim-recordings.ts FOLDER');
mkdirSync(OUT, { recursive: true });
for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
  const text = readFileSync(`${folder}/${file}`, 'utf8').replaceAll(
    'mlflow-seldon-rollout/marker',
    ANNOTATIONS.rollout,
  );
  const { situation, operator, kubernetes, events, logs } = JSON.parse(text) as Json & {
    events: Recorded[];
    logs: Record<string, string>;
  };
  const last = new Map<string, Watched>();
  const lines = events
    .flatMap((event) => [trimmed(event)].filter((line) => line !== undefined))
    .map((event) => brief(event, last));
  const tails = Object.fromEntries(
    Object.entries(logs).map(([name, log]) => [name, log.split('\n').slice(-25).join('\n')]),
  );
  const body = lines.map((line) => JSON.stringify(line)).join(',\n');
  const head = JSON.stringify({ situation, operator, kubernetes, logs: tails }).slice(0, -1);
  writeFileSync(`${OUT}${file}`, `${head},"events":[\n${body}\n]}\n`);
}
