import { readdirSync, readFileSync } from 'node:fs';
import { type Expectation, expectationOf } from '../../src/rollout/expectation.ts';
import { rolloutStatusOf } from '../../src/rollout/rollout-status.ts';
import type { RolloutStatus } from '../../src/rollout/verdict.ts';
import { SELDON, type SeldonDeployment } from '../../src/seldon/seldon-deployment.ts';
import type { Deployment, KubernetesEvent, Pod, Route, Snapshot } from '../../src/seldon/snapshot.ts';

/** One recorded situation: what the reference operator and a real Kubernetes showed, in order. */
export interface Recording {
  readonly situation: string;
  /** `pod/container` and `pod/container/previous`: last lines of the log. */
  readonly logs: Readonly<Record<string, string>>;
  readonly events: readonly RecordedEvent[];
}

export interface RecordedEvent {
  /** Seconds since the start. */
  readonly t: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'NOTE';
  readonly kind: string;
  readonly object: unknown;
}

/** One accepted apply and all that was seen until somebody applied something else. */
export interface Rollout {
  readonly expected: Expectation;
  /** From the first moment in which a read would have shown what was applied. */
  readonly frames: readonly Frame[];
  /** When the recorder noted that the new pods are all that runs, and all available. */
  readonly truth: number | undefined;
  /** When the recorder noted why it will never come up. */
  readonly doomed: number | undefined;
}

/** What was known right after one event, and what we say to it. */
export interface Frame {
  readonly t: number;
  readonly event: RecordedEvent;
  readonly snapshot: Snapshot;
  readonly events: readonly KubernetesEvent[];
  readonly status: RolloutStatus;
}

const FOLDER = new URL('../fixtures/operator/', import.meta.url);

export function recordings(): readonly string[] {
  return readdirSync(FOLDER).map((file) => file.replace('.json', ''));
}

export function recording(situation: string): Recording {
  return JSON.parse(readFileSync(new URL(`${situation}.json`, FOLDER), 'utf8')) as Recording;
}

/** Plays a situation event by event through the verdict. */
export function replay({ events }: Recording): readonly Rollout[] {
  const applies = [...events.keys()].filter((at) => manifestIn(events[at]) !== undefined);
  return applies.map((at, i) => rolloutFrom(events.slice(0, applies[i + 1]), at));
}

function rolloutFrom(events: readonly RecordedEvent[], at: number): Rollout {
  const sent = manifestIn(events[at]);
  if (sent === undefined) throw new Error('no apply at this event');
  const objects = new Map<string, unknown>();
  const moments: Omit<Frame, 'status'>[] = [];
  for (const [i, event] of events.entries()) {
    if (event.type === 'DELETED') objects.delete(keyOf(event));
    else if (event.type !== 'NOTE') objects.set(keyOf(event), event.object);
    const snapshot = snapshotOf(objects, sent.metadata.name);
    if (i >= at) moments.push({ t: event.t, event, snapshot, events: all<KubernetesEvent>(objects, 'Event') });
  }
  const own = untilOvertaken(moments, sent);
  const first = own[0]?.snapshot.seldonDeployment;
  const spec = expectationOf(first ?? sent).spec;
  const expected = { ...expectationOf(sent), spec, uid: first?.metadata.uid ?? '' };
  const frames = own.map((moment) => ({ ...moment, status: rolloutStatusOf(moment.snapshot, expected) }));
  const noted = (kind: string) => own.find(({ event }) => event.type === 'NOTE' && event.kind === kind)?.t;
  return { expected, frames, truth: noted('truth'), doomed: noted('doomed') };
}

/** The recorder's notes and its watch run a few milliseconds apart: what counts is what the object shows. */
function untilOvertaken<T extends { snapshot: Snapshot }>(moments: readonly T[], sent: SeldonDeployment): readonly T[] {
  const isOurs = ({ snapshot }: T) => isSame(snapshot.seldonDeployment, sent);
  const from = moments.findIndex(isOurs);
  const own = from < 0 ? [] : moments.slice(from);
  const end = own.findIndex(
    ({ snapshot }) => snapshot.seldonDeployment !== undefined && !isSame(snapshot.seldonDeployment, sent),
  );
  return end < 0 ? own : own.slice(0, end);
}

function isSame(object: SeldonDeployment | undefined, sent: SeldonDeployment): boolean {
  const shape = (one: SeldonDeployment | undefined) =>
    one?.spec.predictors.map(({ name, annotations, traffic, replicas, graph }) =>
      JSON.stringify([name, annotations, traffic, replicas, graph.modelUri]),
    );
  return JSON.stringify(shape(object)) === JSON.stringify(shape(sent));
}

function manifestIn(event: RecordedEvent | undefined): SeldonDeployment | undefined {
  if (event?.type !== 'NOTE' || event.kind !== 'apply') return undefined;
  const { status, sent } = event.object as { status: number; sent: SeldonDeployment };
  return status < 300 ? sent : undefined;
}

function keyOf({ kind, object }: RecordedEvent): string {
  return `${kind} ${(object as { metadata: { name: string } }).metadata.name}`;
}

function all<T>(objects: ReadonlyMap<string, unknown>, kind: string): readonly T[] {
  return [...objects].filter(([key]) => key.startsWith(`${kind} `)).map(([, object]) => object as T);
}

function snapshotOf(objects: ReadonlyMap<string, unknown>, name: string): Snapshot {
  const labelled = <T extends Labelled>(kind: string) =>
    all<T>(objects, kind).filter((one) => one.metadata.labels?.[SELDON.deploymentLabel] === name);
  return {
    seldonDeployment: withoutPodSpecs(objects.get(`SeldonDeployment ${name}`) as SeldonDeployment | undefined),
    deployments: labelled<Deployment>('Deployment'),
    pods: labelled<Pod>('Pod'),
    routes: labelled<RecordedMapping>('Mapping').map(routeOf),
  };
}

interface Labelled {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
}

interface RecordedMapping extends Labelled {
  readonly spec: { readonly service: string; readonly weight?: number; readonly shadow?: boolean };
}

function routeOf({ metadata, spec: { service, weight, shadow = false } }: RecordedMapping): Route {
  const backends = [{ service: service.split('.')[0] ?? '', weight, mirrored: shadow }];
  return { kind: 'Mapping', name: metadata.name, backends };
}

/** The recordings repeat a pod spec only in the first event of a generation. */
function withoutPodSpecs(object: SeldonDeployment | undefined): SeldonDeployment | undefined {
  if (object === undefined) return undefined;
  const predictors = object.spec.predictors.map(({ componentSpecs: _, ...predictor }) => predictor);
  return { ...object, spec: { ...object.spec, predictors } };
}
