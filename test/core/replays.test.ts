import { describe, expect, it } from 'vitest';
import { diagnose, evidenceWanted } from '../../src/core/diagnosis.ts';
import { type Frame, recording, recordings, replay } from '../support/replay.ts';

/** Seconds by which the recorder's own NOTE may lag behind what it notes: it looked every 50 ms. */
const RECORDER_LAG = 0.06;

interface Round {
  readonly frames: readonly Frame[];
  /** When the recorder noted that the new pods are all that runs, and all available. */
  readonly truth: number | undefined;
}

/** The frames of each accepted apply, from its NOTE on: before it our expectation is not the server's yet. */
function roundsOf(situation: string): readonly Round[] {
  const frames = replay(recording(situation));
  const count = Math.max(0, ...frames.map((frame) => frame.round));
  return Array.from({ length: count }, (_, i) => {
    const own = frames.filter((frame) => frame.round === i + 1);
    const truth = own.find(({ event }) => event.type === 'NOTE' && event.kind === 'truth')?.t;
    return { frames: afterTakeUp(own), truth };
  });
}

/** Drops the moments in which the recorder had noted an apply whose watch event was still on its way, or had already begun the next. */
function afterTakeUp(frames: readonly Frame[]): readonly Frame[] {
  const isSuperseded = ({ status }: Frame) => status.phase === 'failed' && status.reason === 'superseded';
  return frames.filter((frame) => !isSuperseded(frame));
}

describe.each(recordings())('recorded situation %s', (situation) => {
  const rounds = roundsOf(situation);

  it('is never called ready before it was true, and then at the first event in which the operator has written its routes', () => {
    for (const { frames, truth } of rounds) {
      const ready = frames.find((frame) => frame.status.phase === 'ready');
      if (truth === undefined) continue;
      expect(ready, 'never called ready').toBeDefined();
      expect(ready?.t).toBeGreaterThanOrEqual(truth - RECORDER_LAG);
      const whole = frames.find(
        (frame) => frame.t >= truth && frame.snapshot.seldonDeployment?.status?.state === 'Available',
      );
      expect(ready?.t).toBeLessThanOrEqual(whole?.t ?? truth);
    }
  });

  it('is never called doomed on the way to the truth', () => {
    for (const { frames, truth } of rounds) {
      if (truth === undefined) continue;
      expect(
        frames.filter((frame) => frame.t <= truth && frame.status.phase === 'failed').map((frame) => frame.status),
      ).toEqual([]);
    }
  });
});

const DOOMED: readonly [situation: string, reason: string, quote: RegExp][] = [
  ['crash', 'crash-loop', /exit code 1|FAIL|Traceback|Error/],
  ['crash_first', 'crash-loop', /exit code 1/],
  ['canary_fails', 'crash-loop', /exit code 1/],
  ['image', 'image-not-found', /seldonio\/mlflowserver:missing/],
  ['oom', 'out-of-memory', /OOMKilled, exit code 137/],
  ['quota', 'quota-exceeded', /exceeded quota/],
  ['secret_missing', 'container-config-invalid', /no-such-secret/],
  ['storage_missing', 'storage-failed', /directory not found/],
  ['storage_scheme', 'storage-failed', /didn't find section in config file/],
];

describe('a doomed rollout', () => {
  it.each(DOOMED)("%s is judged %s in the pod's own words, no later than the recorder", (situation, reason, quote) => {
    const { events, logs } = recording(situation);
    const frames = replay({ events, logs, situation });
    const verdict = frames.find(({ status }) => status.phase === 'failed' && status.reason !== 'superseded');
    const noted =
      events.find((event) => event.type === 'NOTE' && event.kind === 'doomed')?.t ?? Number.POSITIVE_INFINITY;
    expect(verdict?.status).toMatchObject({ phase: 'failed', reason });
    expect(verdict?.t).toBeLessThanOrEqual(noted);
    if (verdict?.status.phase !== 'failed') return;
    const { snapshot, expected, status } = verdict;
    const wanted = evidenceWanted(status, snapshot, expected);
    const told = wanted.logs.map((log) => ({ ...log, text: logs[`${log.pod}/${log.container}`] ?? '' }));
    const [finding] = diagnose({ status, snapshot, expected, logs: told, events: frames.at(-1)?.events ?? [] });
    expect(finding?.reason).toBe(reason);
    expect(finding?.cure).toBeTruthy();
    expect(`${finding?.title}\n${finding?.quotes.map((one) => one.text).join('\n')}`).toMatch(quote);
  });

  it('is only suspected while it may still pass', () => {
    const unschedulable = replay(recording('unschedulable')).at(-1)?.status;
    expect(unschedulable).toMatchObject({ phase: 'in-progress', suspicion: { reason: 'unschedulable', grace: 120 } });
    const refused = replay(recording('refused')).find(
      ({ snapshot }) => snapshot.seldonDeployment?.status?.state === 'Failed',
    );
    expect(refused?.status).toMatchObject({ phase: 'in-progress', suspicion: { reason: 'operator-failed' } });
  });
});

it('waiting for state Available would have been green at once on updates that never came up', () => {
  const isDoomed = ({ frames }: Round) => frames.some(({ event }) => event.type === 'NOTE' && event.kind === 'doomed');
  const doomed = recordings().flatMap((situation) => roundsOf(situation).slice(1).filter(isDoomed));
  const falselyGreen = doomed.filter(
    ({ frames }) => frames[0]?.snapshot.seldonDeployment?.status?.state === 'Available',
  );
  expect(falselyGreen.length).toBeGreaterThanOrEqual(5);
  expect(doomed.flatMap(({ frames }) => frames.filter((frame) => frame.status.phase === 'ready'))).toEqual([]);
});
