import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/base/finding.ts';
import type { Expectation } from '../../src/rollout/expectation.ts';
import { diagnose, evidenceWanted, type FailureCase } from '../../src/rollout/failures/diagnosis.ts';
import { rolloutStatusOf } from '../../src/rollout/rollout-status.ts';
import { deploymentLabelOf } from '../../src/seldon/created-objects.ts';
import { ANNOTATIONS, SELDON } from '../../src/seldon/seldon-deployment.ts';
import type { Pod } from '../../src/seldon/snapshot.ts';
import { withOwnMarker } from '../support/own-marker.ts';
import { type Frame, type Recording, type Rollout, recording, recordings, replay } from '../support/replay.ts';

/** Seconds by which the recorder's NOTE may lag behind what it notes: it looked every 50 ms. */
const RECORDER_LAG = 0.05;

/** The first recordings, which show what waiting for the state is worth. */
const ALL = [
  'ambassador_legacy',
  'canary',
  'canary_fails',
  'crash',
  'crash_first',
  'deadline',
  'first',
  'image',
  'no_engine',
  'oom',
  'quota',
  'refused',
  'same_again',
  'scale',
  'secret_missing',
  'shadow',
  'slow',
  'storage_missing',
  'storage_scheme',
  'unschedulable',
  'update',
  'v2',
  'v2_startup_probe_404',
];
/**
 * Rollouts in which the recorder's marker stays: it follows name, model and image tag of a predictor, and only something
 * else was changed. Ours follows the whole predictor, so they are played as they would be with ours.
 */
const UNMARKED: Readonly<Record<string, number>> = { v2_then_seldon: 2, separate_engine: 3 };

/** With our marker main's pods would be made anew, which was not recorded: see `own-marker.test.ts`. */
const NOT_RECORDED = ['explainer 3'];

/** In which the operator says Failed for a moment, shorter than we bear it. */
const STUMBLING = [
  'canary_three 3',
  'separate_engine 3',
  'foreign_image 2',
  'pod_evicted 2',
  'svc_name 3',
  'status_write_lost 4',
];

/** In which a Deployment stays that no Service selects: the operator deletes only what its status lists. */
const ORPHANED = ['orphan_newcomer 4'];

const REACHED = recordings().filter((situation) => reachedIn(situation).length > 0);

function reachedIn(situation: string) {
  const taken = recording(situation);
  const unmarked = UNMARKED[situation];
  const played = replay(unmarked === undefined ? taken : withOwnMarker(taken, unmarked));
  const rollouts = played.map((one, i) => ({ ...one, id: `${situation} ${i + 1}` }));
  return rollouts.filter(({ truth, id }) => truth !== undefined && !NOT_RECORDED.includes(id));
}

const isReady = ({ status }: Frame) => status.phase === 'ready';
const isAvailable = ({ snapshot }: Frame) => snapshot.seldonDeployment?.status?.state === 'Available';

function rolloutsOf(situation: string): readonly Rollout[] {
  return replay(recording(situation));
}

describe.each(REACHED)('the recorded situation %s', (situation) => {
  const reached = reachedIn(situation);

  it.each(reached)('is ready with the truth at $truth s, not before', ({ frames, truth = 0 }) => {
    const ready = frames.find(isReady);
    expect(ready?.t).toBeGreaterThanOrEqual(truth - RECORDER_LAG);
    const whole = frames.find((frame) => frame.t >= truth && isAvailable(frame));
    expect(ready?.t).toBeLessThanOrEqual(whole?.t ?? truth);
  });

  const whole = reached.filter(({ id }) => !ORPHANED.includes(id));
  it.each(whole)('has nothing but ready new pods when it is called ready at $truth s', ({ frames, expected }) => {
    const { pods } = frames.find(isReady)?.snapshot ?? { pods: [] };
    // A Failed pod stays for good and serves nothing; a separate orchestrator's pod has no marker.
    const serving = pods.filter(({ metadata, status }) => isOwn(metadata, expected) && status?.phase !== 'Failed');
    const staying = serving.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    const markers = expected.predictors.map(({ marker }) => marker);
    expect(staying.length).toBeGreaterThan(0);
    for (const pod of staying) {
      expect(markers).toContain(pod.metadata.annotations?.[ANNOTATIONS.rollout]);
      expect(isPodReady(pod)).toBe(true);
    }
  });

  const steady = reached.filter(({ id }) => !STUMBLING.includes(id));
  it.each(steady)('never fails on the way to $truth s, nor shows a lasting warning', ({ frames, truth = 0 }) => {
    const bad = frames.filter(({ t, status }) => t <= truth && (status.phase === 'failed' || 'warning' in status));
    expect(bad.map(({ t, status }) => [t, status.message])).toEqual([]);
  });

  const stumbling = reached.filter(({ id }) => STUMBLING.includes(id));
  it.each(stumbling)('ignores transient operator states on the way to $truth s', ({ frames, truth = 0 }) => {
    const before = frames.filter(({ t }) => t <= truth);
    expect(before.filter(({ status }) => status.phase === 'failed')).toEqual([]);
    expect(before.some(({ status }) => 'warning' in status)).toBe(true);
    let since: number | undefined;
    for (const { t, status } of before) {
      const grace = 'warning' in status ? status.warning?.grace : undefined;
      since = grace === undefined ? undefined : (since ?? t);
      expect(t - (since ?? t)).toBeLessThan(grace ?? 1);
    }
  });
});

function isOwn({ labels }: Pod['metadata'], { name }: Expectation): boolean {
  return labels?.[SELDON.deploymentLabel] === deploymentLabelOf(name);
}

const ENDED_BY_OTHERS: readonly (readonly [situation: string, at: number, reason: string])[] = [
  ['edited_modeluri', 1, 'object-changed'],
  ['deleted_during', 1, 'object-deleted'],
  ['hash_names', 0, 'object-deleted'],
];

describe('changes of the object by others', () => {
  it.each(ENDED_BY_OTHERS)('%s (rollout %i) is judged %s at the first event that shows it', (situation, at, reason) => {
    const { frames = [], expected } = rolloutsOf(situation)[at] ?? {};
    const first = frames[0]?.snapshot.seldonDeployment?.metadata.generation;
    const shown = frames.find(({ snapshot: { seldonDeployment } }) => seldonDeployment?.metadata.generation !== first);
    expect(expected).toBeDefined();
    expect(frames.find(({ status }) => status.phase === 'failed')?.status).toMatchObject({ reason });
    expect(frames.find(({ status }) => status.phase === 'failed')?.t).toBe(shown?.t);
  });
});

it('a rollout that only moves requests, or changes nothing, is ready by its last event', () => {
  const quiet = recordings().flatMap((situation) =>
    rolloutsOf(situation).filter(({ truth, doomed, frames }) => {
      const ends = frames.some(
        ({ event: { type, kind } }) => type === 'NOTE' && ['never', 'patch', 'delete'].includes(kind),
      );
      return truth === undefined && doomed === undefined && !ends && frames.some(isAvailable);
    }),
  );
  const late = quiet.filter(({ frames }) => !frames.some(isReady));
  expect(quiet.length).toBeGreaterThan(3);
  expect(late.map(({ frames }) => frames.at(-1)?.status.message)).toEqual([]);
});

function isPodReady({ status }: Pod): boolean {
  return status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false;
}

/** The verdict that ends the wait, and the finding a person would get to read. */
function explanationOf({ logs }: Recording, { frames, expected }: Rollout, verdict: Frame): Finding {
  const { snapshot, status } = verdict;
  if (status.phase !== 'failed') throw new Error('not failed');
  const wanted = evidenceWanted(status, snapshot, expected);
  const texts = wanted.logs.map((log) => ({ ...log, text: logs[nameOf(log)] ?? '' }));
  const events = (frames.at(-1)?.events ?? []).filter(({ involvedObject: { uid } }) =>
    wanted.events.includes(uid ?? ''),
  );
  const [finding] = diagnose({ status, snapshot, expected, logs: texts, events } satisfies FailureCase);
  if (finding === undefined) throw new Error('no finding');
  return finding;
}

function nameOf({ pod, container, previous }: { pod: string; container: string; previous: boolean }): string {
  return `${pod}/${container}${previous ? '/previous' : ''}`;
}

const DOOMED: readonly [situation: string, reason: string, title: RegExp, quote: RegExp, cure: RegExp][] = [
  ['crash', 'crash-loop', /churn_features/, /ModuleNotFoundError/, /churn_features.*pip_requirements/],
  ['crash_first', 'crash-loop', /churn_features/, /exit code 1/, /code_paths/],
  ['canary_fails', 'crash-loop', /prediction terminates repeatedly/, /exit code 1/, /log/],
  ['deadline', 'crash-loop', /churn_features/, /ModuleNotFoundError/, /pip_requirements/],
  ['explainer', 'image-not-found', /alibiexplainer:missing/, /alibiexplainer:missing/, /manifest/],
  ['orphan_newcomer', 'quota-exceeded', /exceeded quota: few/, /.*/, /ResourceQuota/],
  ['image', 'image-not-found', /mlflowserver:missing/, /failed to resolve reference/, /manifest/],
  ['oom', 'out-of-memory', /memory/, /OOMKilled, exit code 137/, /limits\.memory/],
  ['quota', 'quota-exceeded', /exceeded quota: few/, /.*/, /ResourceQuota/],
  ['secret_missing', 'container-config-invalid', /no-such-secret/, /no-such-secret/, /env-secret/],
  ['storage_missing', 'storage-failed', /s3:\/\/extra\/nowhere/, /directory not found/, /storage-uri-map/],
  ['storage_scheme', 'storage-failed', /models:\/wine-quality\/1/, /didn't find section/, /artifacts-destination/],
];

describe('a rollout that fails permanently', () => {
  it.each(DOOMED)('%s is judged %s, and explained', (situation, reason, title, quote, cure) => {
    const taken = recording(situation);
    const rollout = replay(taken).find(({ truth }) => truth === undefined);
    const verdict = rollout?.frames.find(({ status }) => status.phase === 'failed');
    if (rollout === undefined || verdict === undefined) throw new Error('never judged failed');
    expect(verdict.status).toMatchObject({ phase: 'failed', reason });
    expect(verdict.t).toBeLessThanOrEqual(rollout.doomed ?? Number.POSITIVE_INFINITY);
    const finding = explanationOf(taken, rollout, verdict);
    expect(finding.reason).toBe(reason);
    expect(finding.title).toMatch(title);
    expect(finding.cure).toMatch(cure);
    expect(finding.quotes.map(({ text }) => text).join('\n')).toMatch(quote);
    expect(JSON.stringify(finding)).not.toContain('the object has been modified');
  });

  it.each([
    ['unschedulable', 0, { reason: 'unschedulable', grace: 120 }],
    ['refused', 0, { reason: 'operator-failed', grace: 10 }],
    ['volume_mounts_twice', 1, { reason: 'operator-failed', grace: 10 }],
  ])('%s (rollout %i) is lasting at once, since it may still pass', (situation, at, warning) => {
    const lasting = rolloutsOf(situation)[at]?.frames.find(({ status }) => 'warning' in status);
    expect(lasting?.status).toMatchObject({ phase: 'in-progress', warning });
  });

  it('names a server that runs but does not answer its startup probe, after the timeout', () => {
    const taken = recording('v2_startup_probe_404');
    const [rollout] = replay(taken);
    const last = rollout?.frames.at(-1);
    if (rollout === undefined || last === undefined) throw new Error('nothing recorded');
    expect(last.status.phase).toBe('in-progress');
    const status = { phase: 'failed', reason: 'rollout-timeout', message: last.status.message } as const;
    const finding = explanationOf(taken, rollout, { ...last, status });
    expect(finding.title).toMatch(/404/);
    expect(finding.cure).toMatch(/startupProbe/);
    expect(finding.quotes[0]?.text).toContain('GET /health/ping HTTP/1.1" 404');
  });
});

describe('what others do meanwhile', () => {
  it('is seen: an update that another apply overtakes is superseded, an object that is gone was deleted', () => {
    const [first, second] = rolloutsOf('update');
    const next = second?.frames[0]?.snapshot;
    if (first === undefined || next === undefined) throw new Error('nothing recorded');
    expect(rolloutStatusOf(next, first.expected)).toMatchObject({ phase: 'failed', reason: 'superseded' });
    const gone = rolloutsOf('refused')[0]?.frames.at(-1);
    expect(gone?.status).toMatchObject({ phase: 'failed', reason: 'object-deleted' });
  });

  it('is waited for: a predictor that was taken out keeps its pods for a while', () => {
    const withdrawn = rolloutsOf('canary_fails').at(-1);
    const messages = withdrawn?.frames.map(({ status }) => status.message);
    expect(messages?.[0]).toBe('waiting for wine-canary-0-prediction to be deleted');
    expect(messages?.at(-1)).toBe('rolled out: main');
  });
});

it('is better than state Available, which is true at once on every update, also on those that never become ready', () => {
  const updates = ALL.flatMap((situation) => {
    const rollouts = rolloutsOf(situation);
    return rollouts.filter((rollout, i) => bringsNewPods(rollout, rollouts[i - 1]));
  });
  const neverUp = updates.filter(({ truth }) => truth === undefined);
  expect([updates.length, neverUp.length]).toEqual([12, 6]);
  expect(updates.filter(({ frames: [atOnce] }) => atOnce && isAvailable(atOnce))).toHaveLength(12);
  expect(updates.filter(({ frames: [atOnce] }) => atOnce && isReady(atOnce))).toEqual([]);
  expect(neverUp.flatMap(({ frames }) => frames.filter(isReady))).toEqual([]);
});

function bringsNewPods({ expected }: Rollout, before: Rollout | undefined): boolean {
  if (before === undefined || before.expected.uid !== expected.uid) return false;
  const markers = before.expected.predictors.map(({ marker }) => marker);
  return expected.predictors.some(({ marker }) => !markers.includes(marker));
}
