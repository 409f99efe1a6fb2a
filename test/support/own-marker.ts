import { equal } from '../../src/base/json-value.ts';
import { assembleManifest, type LaidOutPredictor } from '../../src/plan/manifest.ts';
import { ANNOTATIONS, type SeldonDeployment } from '../../src/seldon/seldon-deployment.ts';
import type { Deployment, Pod } from '../../src/seldon/snapshot.ts';
import { aPlanRequest } from './models.ts';
import type { RecordedEvent, Recording } from './replay.ts';

/** Seconds between a request and the moment in which the recorder's watch showed it, either way round. */
const WATCH_LAG = 0.2;

/**
 * A recording as it would be with our marker, which follows the whole predictor: the recorder's follows its name, model and
 * image tag. What the operator made anew after the apply of that number (from 1) carries the marker that we would write.
 */
export function withOwnMarker(taken: Recording, number: number): Recording {
  const { events } = taken;
  const applies = [...events.keys()].filter((at) => isApply(events[at]));
  const at = applies[number - 1] ?? 0;
  const note = events[at] as RecordedEvent;
  const end = events[applies[number] ?? -1]?.t ?? Number.POSITIVE_INFINITY;
  const marker = ownMarkers(applies.map((one) => sentIn(events[one])))[number - 1];
  const earlier = events.slice(0, at).filter(({ t, type }) => type !== 'NOTE' && t < note.t - WATCH_LAG);
  const generations = earlier
    .filter(({ kind }) => kind === 'SeldonDeployment')
    .map(({ object }) => generationOf(object));
  const templates = new Map(
    earlier.filter(({ kind }) => kind === 'Deployment').map(({ object }) => [nameOf(object), templateOf(object)]),
  );
  const replicaSets = new Set(earlier.filter(({ kind }) => kind === 'Pod').map(({ object }) => ownerOf(object)));
  const isNew = ({ t, type, kind, object }: RecordedEvent): boolean => {
    if (t < note.t - WATCH_LAG || t >= end - WATCH_LAG) return false;
    if (type === 'NOTE') return object === note.object;
    if (kind === 'SeldonDeployment') return generationOf(object) > (generations.at(-1) ?? 0);
    if (kind === 'Deployment') return !equal(templateOf(object), templates.get(nameOf(object)));
    return kind === 'Pod' && !replicaSets.has(ownerOf(object));
  };
  return { ...taken, events: events.map((one) => (isNew(one) ? { ...one, object: marked(one.object, marker) } : one)) };
}

/** The marker of the first predictor after each apply, as our plans would write it. */
export function ownMarkers(sent: readonly SeldonDeployment[]): readonly (string | undefined)[] {
  return ownManifests(sent).map(({ spec }) => spec.predictors[0]?.annotations?.[ANNOTATIONS.rollout]);
}

/** What was sent, with our markers in place of the recorder's. */
export function ownManifests(sent: readonly SeldonDeployment[]): readonly SeldonDeployment[] {
  let live: SeldonDeployment | undefined;
  return sent.map(({ metadata, spec: { predictors, ...around } }) => {
    const [first, ...rest] = predictors.map((predictor): LaidOutPredictor => {
      const { [ANNOTATIONS.rollout]: _, ...annotations } = predictor.annotations ?? {};
      return { predictor: { ...predictor, annotations }, rendered: true };
    });
    if (first === undefined) throw new Error('nothing was sent');
    const request = aPlanRequest({ name: metadata.name, live });
    live = assembleManifest(request, { entries: [first, ...rest], otherFields: around, models: [] });
    return live;
  });
}

/** What a recording sent, one after the other. */
export function manifestsIn({ events }: Recording): readonly SeldonDeployment[] {
  return events.filter(isApply).map(sentIn);
}

function isApply(event: RecordedEvent | undefined): boolean {
  return event?.type === 'NOTE' && event.kind === 'apply' && (event.object as { status: number }).status < 300;
}

function sentIn(event: RecordedEvent | undefined): SeldonDeployment {
  if (event === undefined) throw new Error('nothing was sent');
  return (event.object as { sent: SeldonDeployment }).sent;
}

/** Every value under the key of the marker is replaced, wherever it stands. */
function marked(object: unknown, marker: string | undefined): unknown {
  return JSON.parse(JSON.stringify(object), (key, value) => (key === ANNOTATIONS.rollout ? marker : value));
}

function nameOf(object: unknown): string {
  return (object as Deployment).metadata.name;
}

function templateOf(object: unknown): unknown {
  return (object as Deployment).spec.template;
}

function ownerOf(object: unknown): string | undefined {
  return (object as Pod).metadata.ownerReferences?.[0]?.uid;
}

function generationOf(object: unknown): number {
  return (object as SeldonDeployment).metadata.generation ?? 0;
}
