import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import type { Outcome } from '../../src/base/outcome.ts';
import { closeUnfinished } from '../../src/record/close-unfinished.ts';
import type { DeploymentState } from '../../src/record/deployments.ts';
import { leftSomethingOpen, OPEN_STATES, stateName } from '../../src/record/open-state.ts';
import { readUnfinished } from '../../src/record/unfinished.ts';
import { headline } from '../../src/report/headline.ts';
import { ANNOTATIONS, type SeldonDeployment } from '../../src/seldon/seldon-deployment.ts';
import { anObject } from '../support/cluster-states.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeCluster } from '../support/fake-cluster.ts';
import { FakeRunner } from '../support/fake-runner.ts';
import { aReport } from '../support/reports.ts';

const REF = { namespace: 'seldon', name: 'wine' };
const LEFT: Readonly<Record<string, unknown>> = {
  unfinished: { ref: REF, mode: 'canary', target: 'wine-prod', context: 'prod' },
  lease: { ref: REF, claim: { holder: 'me' } },
  deployment: 1234,
};

it('closes the record even where the cluster cannot be reached any more, and says what it could not look at', async () => {
  const unfinished = readUnfinished((name) => JSON.stringify(LEFT[name] ?? ''));
  expect(unfinished).toMatchObject({ mode: 'canary', target: 'wine-prod', context: 'prod', deployment: 1234 });
  if (unfinished === undefined) return;
  const marks: (readonly [number, DeploymentState])[] = [];
  const deployments = {
    of: async () => [],
    stateOf: async () => undefined,
    open: () => Promise.reject(new Error('nothing is opened')),
    mark: async (id: number, state: DeploymentState) => void marks.push([id, state]),
  };
  const cluster = new UserError('kubeconfig-invalid', 'there is no kubeconfig');
  const runner = new FakeRunner();
  const report = await closeUnfinished(
    { cluster, clock: new FakeClock(), runner, deployments },
    unfinished,
    aReport().context,
  );
  expect(marks).toEqual([[1234, 'error']]);
  expect(report).toMatchObject({ outcome: 'unknown', name: 'wine', predictors: [] });
  expect(report.findings[0]?.title).toContain('could not be read: there is no kubeconfig');
  expect(runner.lines.join()).toContain('the lease was not released; it will expire');
});

it('closes the record of a run that ended as that run ended, not as one that was stopped', async () => {
  const ending = {
    state: 'success',
    description: 'deployed: ok',
    logUrl: 'https://github.com/acme/wine/actions/runs/1',
  };
  const left: Readonly<Record<string, unknown>> = { deployment: 1234, ending };
  const unfinished = readUnfinished((name) => JSON.stringify(left[name] ?? ''));
  expect(unfinished).toMatchObject({ ref: undefined, deployment: 1234, ending });
  if (unfinished === undefined) return;
  const marks: (readonly [number, DeploymentState, string])[] = [];
  const deployments = {
    of: async () => [],
    stateOf: async () => undefined,
    open: () => Promise.reject(new Error('nothing is opened')),
    mark: async (id: number, state: DeploymentState, { description }: { readonly description: string }) =>
      void marks.push([id, state, description]),
  };
  const cluster = new UserError('kubeconfig-invalid', 'there is no kubeconfig');
  const peers = { cluster, clock: new FakeClock(), runner: new FakeRunner(), deployments };
  await closeUnfinished(peers, unfinished, aReport().context);
  expect(marks).toEqual([[1234, 'success', 'deployed: ok']]);
});

const LIVE = anObject();
const OURS = {
  ...LIVE,
  metadata: { ...LIVE.metadata, annotations: { [ANNOTATIONS.runUrl]: aReport().context.runUrl ?? '' } },
};
const GOING = { ...OURS, metadata: { ...OURS.metadata, deletionTimestamp: '2026-11-26T12:00:00Z' } };

it.each<readonly [string, string, SeldonDeployment | undefined, Outcome, RegExp]>([
  ['left what it applied', 'direct', OURS, 'kept', /the run was stopped, and its change was left as it is/],
  ['has nothing live', 'direct', LIVE, 'failed', /the run was stopped, and no change of it is live/],
  ['created nothing', 'direct', undefined, 'failed', /was not deployed: nothing was changed/],
  ['deleted the object', 'remove', undefined, 'removed', /is deleted/],
  ['deletes the object', 'remove', GOING, 'removed', /is deleted/],
  ['did not delete the object', 'remove', OURS, 'failed', /the run was stopped, and no change of it is live/],
])('a stopped run that %s says so (mode %s): the cluster can be asked', async (_, mode, live, outcome, words) => {
  const unfinished = readUnfinished((name) => (name === 'unfinished' ? JSON.stringify({ ref: REF, mode }) : ''));
  if (unfinished === undefined) throw new Error('nothing is unfinished');
  const clock = new FakeClock();
  const cluster = new FakeCluster(clock, [{ at: 0, object: live }]);
  const peers = { cluster, clock, runner: new FakeRunner(), deployments: undefined };
  const report = await closeUnfinished(peers, unfinished, aReport().context);
  expect(report).toMatchObject({ outcome, reason: 'cancelled' });
  expect(report.predictors).toHaveLength(live === undefined ? 0 : 1);
  expect(headline(report)).toMatch(words);
});

it('gives each order of a run a state of its own, the first the plain name', () => {
  expect([0, 1, 12].map((order) => stateName('turn', order))).toEqual(['turn', 'turn-1', 'turn-12']);
});

describe('the post step has work', () => {
  const left = (name: string, order = 0) => ({ [`STATE_${stateName(name, order)}`]: JSON.stringify(LEFT[name]) });

  it.each(OPEN_STATES)('for whatever `%s` a step left open, of any target', (name) => {
    expect(readUnfinished((one) => (one === name ? JSON.stringify(LEFT[name]) : ''))).toBeDefined();
    expect(leftSomethingOpen(left(name))).toBe(true);
    expect(leftSomethingOpen(left(name, 12))).toBe(true);
  });

  it('for nothing else that a step saved, and not for what it closed itself', () => {
    const others = ['undo', 'ending', 'is-post'];
    expect(readUnfinished((name) => (others.includes(name) ? '{}' : ''))).toBeUndefined();
    const closed = OPEN_STATES.map((name) => [`STATE_${name}`, ''] as const);
    expect(
      leftSomethingOpen({ ...Object.fromEntries(closed), 'STATE_is-post': 'true', STATE_undo: '{}', STATE: 'x' }),
    ).toBe(false);
  });
});
