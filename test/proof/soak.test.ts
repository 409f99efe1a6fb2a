import { expect, it } from 'vitest';
import { direct } from '../../src/plan/modes/direct.ts';
import { prepareSmoke } from '../../src/proof/prepare-smoke.ts';
import type { ProofContext } from '../../src/proof/proof-context.ts';
import { soakStage } from '../../src/proof/soak.ts';
import { startJournal } from '../../src/run/journal.ts';
import type { Pod } from '../../src/seldon/snapshot.ts';
import { readConfig } from '../../src/settings/read-config.ts';
import { aDeployment, anObject, aPod } from '../support/cluster-states.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeCluster } from '../support/fake-cluster.ts';
import { FakeRunner } from '../support/fake-runner.ts';
import { aModel, aPlanRequest } from '../support/models.ts';
import { noNotes } from '../support/proof-notes.ts';

/** A ready pod that took so many seconds to start. */
function podAfter(seconds: number): Pod {
  const created = Date.parse('2026-11-27T08:00:00Z');
  const pod = aPod({
    conditions: [
      { type: 'Ready', status: 'True', lastTransitionTime: new Date(created + seconds * 1000).toISOString() },
    ],
  });
  return { ...pod, metadata: { ...pod.metadata, creationTimestamp: new Date(created).toISOString() } };
}

const unreachable = { kind: 'unreachable', message: 'nobody is there', latency: 1 } as const;

/** A step of 10 s, whose only pod is away from the fifth second until `back` seconds later. */
async function soakAway(back: number, startup: number) {
  const clock = new FakeClock();
  const runner = new FakeRunner();
  const away = { readyReplicas: 0, availableReplicas: 0 };
  const script = [
    { at: 0, object: anObject(), deployments: [aDeployment()], pods: [podAfter(startup)] },
    { at: 5_000, deployments: [aDeployment(away)], pods: [] },
    { at: 5_000 + back * 1000, deployments: [aDeployment()], pods: [podAfter(back)] },
  ];
  // Without a request, nothing is sent to it.
  const service = () => ({ description: 'the model', send: async () => unreachable });
  const cluster = Object.assign(new FakeCluster(clock, script), { service });
  const inputs: Readonly<Record<string, string>> = {
    'model-uri': 'models:/wine/2',
    mode: 'canary',
    gate: 'off',
    'step-interval': '10',
  };
  const config = readConfig({ input: (name) => inputs[name] ?? '', env: {} });
  const workspace = { read: async () => '', write: async () => '', summarize: async () => {} };
  const smoke = await prepareSmoke(workspace, { config, model: aModel(), protocol: 'seldon' });
  const plan = direct(aPlanRequest());
  const ref = { namespace: 'seldon', name: 'wine' };
  const [main] = anObject().spec.predictors;
  if (main === undefined) throw new Error('no predictor');
  const context: ProofContext = {
    peers: {
      cluster,
      openEndpoint: service,
      metrics: undefined,
      clock,
      runner,
      journal: startJournal({ clock, runner, cancelled: new AbortController().signal, onNews: () => {} }),
    },
    objects: { ref, front: ref },
    plan: { ...plan, predictor: main },
    protocol: 'seldon',
    config,
    signature: undefined,
    requests: { smoke: { ...smoke, request: undefined }, evaluation: undefined },
    counted: { evidence: undefined },
    notes: noNotes(),
  };
  return soakStage(context, { ...plan.stages[0], observed: true }, anObject());
}

it.each([
  [55, 5],
  [100, 65],
])('a pod that is away for %i s may come back where a start takes %i s', async (back, startup) => {
  expect(await soakAway(back, startup)).toBeUndefined();
});

it('a pod that is away for much longer than a start takes ends the step', async () => {
  expect(await soakAway(100, 5)).toMatchObject([{ reason: 'rollout-timeout' }]);
  expect(await soakAway(200, 65)).toMatchObject([{ reason: 'rollout-timeout' }]);
});
