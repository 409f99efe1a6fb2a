/**
 * Makes test/fixtures/operator/ from recordings of the reference operator: every watch event, without what no verdict
 * reads. `node scripts/trim-recordings.ts FOLDER`, the folder with the recorded situations.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ANNOTATIONS } from '../src/seldon/seldon-deployment.ts';

type Json = Record<string, unknown>;

interface Recorded {
  readonly t: number;
  readonly type: string;
  readonly kind: string;
  readonly object: unknown;
}

const OUT = fileURLToPath(new URL('../test/fixtures/operator/', import.meta.url));

/** Fields to keep, by path; `true` keeps all below. */
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
const TEMPLATE: Mask = {
  metadata: { labels: LABELS, annotations: OURS },
  spec: { initContainers: { name: true, args: true } },
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
  annotations: true,
  graph: { name: true, modelUri: true },
};

const MASKS: Readonly<Record<string, Mask>> = {
  SeldonDeployment: {
    metadata: META,
    spec: { predictors: PREDICTOR },
    status: { state: true, description: true, conditions: { type: true, status: true, reason: true } },
  },
  Deployment: { metadata: META, spec: { replicas: true, template: TEMPLATE }, status: STATUS },
  Pod: {
    metadata: META,
    status: {
      phase: true,
      reason: true,
      message: true,
      conditions: { type: true, status: true, reason: true, message: true },
      initContainerStatuses: CONTAINER_STATE,
      containerStatuses: CONTAINER_STATE,
    },
  },
  Mapping: {
    metadata: { name: true, labels: { 'seldon-deployment-id': true } },
    spec: { service: true, weight: true, shadow: true, prefix: true },
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
  const kept = Object.entries(value).filter(([key]) => key in mask);
  return Object.fromEntries(kept.map(([key, inner]) => [key, masked(inner, mask[key] ?? true)]));
}

function trimmed({ t, type, kind, object }: Recorded): Json | undefined {
  // Of the events only warnings are ever quoted.
  if (kind === 'Event' && (object as Json)['type'] !== 'Warning') return undefined;
  if (type !== 'NOTE') {
    const mask = MASKS[kind];
    return mask === undefined ? undefined : { t, type, kind, object: masked(object, mask) };
  }
  const { status, sent, answer } = (kind === 'apply' ? object : {}) as {
    status?: number;
    sent?: Json;
    answer?: unknown;
  };
  return {
    t,
    type,
    kind,
    object: kind === 'apply' ? { status, sent: masked(sent, MASKS['SeldonDeployment'] ?? true), answer } : object,
  };
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
  const lines = events.map(trimmed).filter((event) => event !== undefined);
  const tails = Object.fromEntries(
    Object.entries(logs).map(([name, log]) => [name, log.split('\n').slice(-25).join('\n')]),
  );
  const body = lines.map((line) => JSON.stringify(line)).join(',\n');
  const head = JSON.stringify({ situation, operator, kubernetes, logs: tails }).slice(0, -1);
  writeFileSync(`${OUT}${file}`, `${head},"events":[\n${body}\n]}\n`);
}
