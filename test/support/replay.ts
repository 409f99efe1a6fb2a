import { readdirSync, readFileSync } from 'node:fs';
import { routeOfMapping, routeOfVirtualService } from '../../src/adapters/kubernetes/routing.ts';
import { type Expectation, expectationOf } from '../../src/rollout/expectation.ts';
import { rolloutStatusOf } from '../../src/rollout/rollout-status.ts';
import type { RolloutStatus } from '../../src/rollout/verdict.ts';
import { deploymentLabelOf, virtualServiceOf } from '../../src/seldon/created-objects.ts';
import { SELDON, type SeldonDeployment } from '../../src/seldon/seldon-deployment.ts';
import type { Deployment, KubernetesEvent, Pod, Snapshot } from '../../src/seldon/snapshot.ts';

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
  const taken = JSON.parse(readFileSync(new URL(`${situation}.json`, FOLDER), 'utf8')) as Recording;
  const last = new Map<string, Watched>();
  return { ...taken, events: taken.events.map((event) => whole(event, last)) };
}

interface Watched {
  readonly metadata: { readonly name: string };
}

/** Puts back what an event leaves out because the one before it had said the same of the object. */
function whole(event: RecordedEvent, last: Map<string, Watched>): RecordedEvent {
  if (event.type === 'NOTE' || event.kind === 'Event') return event;
  const object = event.object as Watched;
  const before = last.get(keyOf(event));
  const isBrief = before !== undefined && Object.keys(object.metadata).length === 1;
  const restored = { ...before, ...object, metadata: isBrief ? before.metadata : object.metadata };
  if (event.type === 'DELETED') last.delete(keyOf(event));
  else last.set(keyOf(event), restored);
  return { ...event, object: event.type === 'ADDED' ? object : restored };
}

/** Plays a situation event by event through the verdict. */
export function replay({ events }: Recording): readonly Rollout[] {
  const applies = [...events.keys()].filter((at) => manifestIn(events[at]) !== undefined);
  return applies.map((at, i) =>
    rolloutFrom(untilSeen(events, applies[i + 1]), at, manifestIn(events[applies[i - 1] ?? -1])),
  );
}

/** The events before the one in which the next apply is seen, which may come before its NOTE. */
function untilSeen(events: readonly RecordedEvent[], next: number | undefined): readonly RecordedEvent[] {
  const note = next === undefined ? undefined : events[next];
  if (next === undefined || note === undefined) return events;
  const name = manifestIn(note)?.metadata.name;
  let last: number | undefined;
  for (const [i, { t, type, kind, object }] of events.slice(0, next).entries()) {
    if (!isObject(kind, type)) continue;
    const { metadata } = object as SeldonDeployment;
    if (metadata.name !== name) continue;
    if (metadata.generation !== last && t > note.t - WATCH_LAG) return events.slice(0, i);
    last = metadata.generation;
  }
  return events.slice(0, next);
}

function rolloutFrom(events: readonly RecordedEvent[], at: number, before: SeldonDeployment | undefined): Rollout {
  const sent = manifestIn(events[at]);
  if (sent === undefined) throw new Error('no apply at this event');
  const objects = new Map<string, unknown>();
  const moments: Omit<Frame, 'status'>[] = [];
  for (const [i, event] of events.entries()) {
    if (event.type === 'DELETED') objects.delete(keyOf(event));
    else if (event.type !== 'NOTE') objects.set(keyOf(event), event.object);
    const snapshot = snapshotOf(objects, sent, before);
    if (i >= at) moments.push({ t: event.t, event, snapshot, events: all<KubernetesEvent>(objects, 'Event') });
  }
  const own = untilOvertaken(moments, { events, at });
  const first = own[0]?.snapshot.seldonDeployment;
  const spec = expectationOf(first ?? sent).spec;
  const { labels } = expectationOf(sent, before?.metadata.name === sent.metadata.name ? before : undefined);
  const expected = { ...expectationOf(withoutSharing(sent)), labels, spec, uid: first?.metadata.uid ?? '' };
  const frames = own.map((moment) => ({ ...moment, status: rolloutStatusOf(moment.snapshot, expected) }));
  const noted = (kind: string) => own.filter(({ event }) => event.type === 'NOTE' && event.kind === kind);
  const truths = noted('truth').filter(
    ({ event }) => !OTHER_TRUTHS.some((other) => other.test(event.object as string)),
  );
  return { expected, frames, truth: truths.at(-1)?.t, doomed: noted('doomed')[0]?.t };
}

/** Notes that are not the end of a rollout: what came before it was whole, or what somebody did after. */
const OTHER_TRUTHS: readonly RegExp[] = [
  /^(main's|the model's) pods rolled out$/,
  /pods are gone$/,
  /^two pods, by the autoscaler$/,
  /^another pod took its place$/,
  /^(one|no) pod$/,
  /^gone$/,
  /^the SeldonDeployment is gone$/,
  /^V1 runs in every pod/,
];

/** `truth` is about pods: what the annotations of Seldon 0.2 ask of routes, this operator does not do. */
function withoutSharing(sent: SeldonDeployment): SeldonDeployment {
  const { [SELDON.ambassadorWeight]: _, [SELDON.ambassadorShadow]: __, ...annotations } = sent.spec.annotations ?? {};
  return { ...sent, spec: { ...sent.spec, annotations } };
}

/** Seconds between a request and the moment in which the recorder's watch showed it, either way round. */
const WATCH_LAG = 0.2;

/**
 * The recorder's notes and its watch run a few milliseconds apart: what counts is the object's generation. `events` ends
 * with the next apply, whose object the watch may show before.
 */
function untilOvertaken<T extends { readonly t: number; readonly snapshot: Snapshot }>(
  moments: readonly T[],
  { events, at }: { readonly events: readonly RecordedEvent[]; readonly at: number },
): readonly T[] {
  const applied = events[at]?.t ?? 0;
  const seen = events.filter(({ kind, type, t }) => isObject(kind, type) && Math.abs(t - applied) < WATCH_LAG);
  const generation = Math.max(0, ...seen.map(({ object }) => (object as SeldonDeployment).metadata.generation ?? 0));
  const from = moments.findIndex(({ snapshot }) => (generationIn(snapshot) ?? 0) >= generation);
  return from < 0 ? [] : moments.slice(from);
}

function isObject(kind: string, type: string): boolean {
  return kind === 'SeldonDeployment' && type !== 'NOTE' && type !== 'DELETED';
}

function generationIn({ seldonDeployment }: Snapshot): number | undefined {
  return seldonDeployment?.metadata.generation;
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

function snapshotOf(
  objects: ReadonlyMap<string, unknown>,
  sent: SeldonDeployment,
  before: SeldonDeployment | undefined,
): Snapshot {
  const { name } = sent.metadata;
  const { labels } = expectationOf(sent, before?.metadata.name === name ? before : undefined);
  const labelled = <T extends Labelled>(kind: string, values: readonly string[]) =>
    all<T>(objects, kind).filter((one) => values.includes(one.metadata.labels?.[SELDON.deploymentLabel] ?? ''));
  const istio = objects.get(`VirtualService ${virtualServiceOf(name)}`) as
    | Parameters<typeof routeOfVirtualService>[0]
    | undefined;
  return {
    seldonDeployment: objects.get(`SeldonDeployment ${name}`) as SeldonDeployment | undefined,
    deployments: labelled<Deployment>('Deployment', labels),
    pods: labelled<Pod>('Pod', labels),
    routes: [
      ...(istio === undefined ? [] : [routeOfVirtualService(istio)]),
      ...labelled('Mapping', [deploymentLabelOf(name)]).map(routeOfMapping),
    ],
  };
}

interface Labelled {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
}
