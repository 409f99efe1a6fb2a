import { readdirSync, readFileSync } from 'node:fs';
import { expectationOf } from '../../src/core/expectation.ts';
import { type Expectation, type RolloutStatus, rolloutStatusOf } from '../../src/core/rollout-status.ts';
import { SELDON, type SeldonDeployment } from '../../src/core/seldon-deployment.ts';
import type { Deployment, KubernetesEvent, Pod, Route, Snapshot } from '../../src/core/snapshot.ts';

/** One recorded situation: what the reference operator and a real Kubernetes showed, in order. */
export interface Recording {
  readonly situation: string;
  /** `pod/container` → last lines of its log. */
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

/** What was known right after one event, and what we say to it. */
export interface Frame {
  readonly t: number;
  readonly event: RecordedEvent;
  /** How many applies were accepted before. */
  readonly round: number;
  readonly expected: Expectation;
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

/** Plays a situation event by event; our Expectation is that of the newest manifest the server accepted. */
export function replay({ events }: Recording): readonly Frame[] {
  const objects = new Map<string, RecordedEvent['object']>();
  const frames: Frame[] = [];
  let sent: SeldonDeployment | undefined;
  let round = 0;
  for (const event of events) {
    const accepted = acceptedManifest(event);
    if (accepted !== undefined) {
      sent = accepted;
      round++;
    }
    if (event.type === 'DELETED') objects.delete(keyOf(event));
    else if (event.type !== 'NOTE') objects.set(keyOf(event), event.object);
    if (sent === undefined) continue;
    const snapshot = snapshotOf(objects, sent.metadata.name);
    const expected = { ...expectationOf(sent), uid: snapshot.seldonDeployment?.metadata.uid ?? '' };
    const told = all<KubernetesEvent>(objects, 'Event');
    frames.push({
      t: event.t,
      event,
      round,
      expected,
      snapshot,
      events: told,
      status: rolloutStatusOf(snapshot, expected),
    });
  }
  return frames;
}

function acceptedManifest({ type, kind, object }: RecordedEvent): SeldonDeployment | undefined {
  if (type !== 'NOTE' || kind !== 'apply') return undefined;
  const { status, sent } = object as { status: number; sent: SeldonDeployment };
  return status < 300 ? sent : undefined;
}

function keyOf({ kind, object }: RecordedEvent): string {
  return `${kind} ${(object as { metadata: { name: string } }).metadata.name}`;
}

function all<T>(objects: ReadonlyMap<string, unknown>, kind: string): readonly T[] {
  return [...objects].filter(([key]) => key.startsWith(`${kind} `)).map(([, object]) => object as T);
}

function snapshotOf(objects: ReadonlyMap<string, unknown>, name: string): Snapshot {
  const labelled = <T extends Deployment | Pod>(kind: string) =>
    all<T>(objects, kind).filter((one) => one.metadata.labels?.[SELDON.deploymentLabel] === name);
  const routes = all<{ metadata: { name: string }; spec: { service: string; weight?: number } }>(
    objects,
    'Mapping',
  ).map(
    ({ metadata, spec }): Route => ({
      kind: 'Mapping',
      name: metadata.name,
      backends: [{ service: spec.service.split('.')[0] ?? '', weight: spec.weight, mirrored: false }],
    }),
  );
  return {
    seldonDeployment: objects.get(`SeldonDeployment ${name}`) as SeldonDeployment | undefined,
    deployments: labelled<Deployment>('Deployment'),
    pods: labelled<Pod>('Pod'),
    routes,
  };
}
