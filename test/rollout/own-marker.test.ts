import { expect, onTestFinished, test } from 'vitest';
import { startCluster } from '../../sandbox/cluster/cluster.ts';
import { startOperator } from '../../sandbox/operator/operator.ts';
import { connectCluster } from '../../src/adapters/kubernetes/cluster.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { expectationOf } from '../../src/rollout/expectation.ts';
import { waitUntilReady } from '../../src/rollout/wait-until-ready.ts';
import { ANNOTATIONS } from '../../src/seldon/seldon-deployment.ts';
import { RECORDED_IMAGES } from '../support/conformance/images.ts';
import { manifestsIn, ownManifests, ownMarkers } from '../support/own-marker.ts';
import { recording } from '../support/replay.ts';

/** Rollouts in which the recorder's marker stayed the same. */
const UNMARKED = [
  ['v2_then_seldon', 2],
  ['separate_engine', 3],
  ['explainer', 3],
] as const;

test.each(UNMARKED)('our marker follows what was changed in %s, rollout %i', (situation, number) => {
  const sent = manifestsIn(recording(situation));
  const theirs = sent.map(({ spec }) => spec.predictors[0]?.annotations?.[ANNOTATIONS.rollout]);
  const ours = ownMarkers(sent);
  expect(theirs[number - 1]).toBe(theirs[number - 2]);
  expect(ours[number - 1]).not.toBe(ours[number - 2]);
});

test('an explainer that is taken out is waited for, and what is left of it is not taken for the new pods', async () => {
  const cluster = await startCluster({ second: 10, namespaces: ['seldon'], images: RECORDED_IMAGES });
  await cluster.api.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'rclone-s3', namespace: 'seldon' } });
  const ingress = { ambassador: true, istio: false };
  const operator = await startOperator({ kubeconfig: cluster.kubeconfig(), webhook: true, ...ingress });
  const request = { kubeconfig: cluster.kubeconfig(), context: undefined, env: {}, onSecret: () => {} };
  const ours = await connectCluster({ ...request, clock: systemClock });
  onTestFinished(async () => {
    ours.close();
    await operator.close();
    await cluster.close();
  });
  const ref = { namespace: 'seldon', name: 'wine' };
  const runner = { info: () => {} };
  const ends: string[] = [];
  for (const manifest of ownManifests(manifestsIn(recording('explainer')))) {
    const before = await ours.read(ref);
    const { resourceVersion } = before?.metadata ?? {};
    const metadata = { ...manifest.metadata, namespace: 'seldon', ...(resourceVersion && { resourceVersion }) };
    const applied = await ours.apply({ ...manifest, metadata }, { dryRun: false });
    const expected = expectationOf(applied, before);
    const end = await waitUntilReady({ cluster: ours, clock: systemClock, runner, ref, expected, timeout: 20 });
    ends.push(end.status.phase === 'failed' ? end.status.reason : end.status.phase);
  }
  expect(ends).toEqual(['ready', 'image-not-found', 'ready']);
  expect(cluster.api.list('Deployment', 'seldon').map((one) => one.metadata.name)).toEqual(['wine-main-0-prediction']);
});
