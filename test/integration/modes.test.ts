import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ActionEnd } from '../../sandbox/runner.ts';
import type { Traffic } from './load.ts';
import { kubectl, Story, settled } from './story.ts';
import { openSurroundings, type Surroundings } from './surroundings.ts';

let world: Surroundings;

beforeAll(async () => {
  world = await openSurroundings([
    { namespace: 'seldon', ambassador: true, istio: false, webhook: true },
    { namespace: 'mesh', ambassador: false, istio: true, webhook: false },
  ]);
  if (world.ingresses.has('istio')) await openNamespace('mesh');
});

afterAll(() => world?.close());

function expectEnding(end: ActionEnd, outcome: string, reason: string): void {
  const told = { outcome: end.outputs['outcome'], reason: end.outputs['reason'] };
  expect(told, end.shown).toEqual({ outcome, reason });
  expect(end.exitCode).toBe(['deployed', 'unchanged', 'restored', 'reported'].includes(outcome) ? 0 : 1);
}

const V1 = { 'model-uri': 'models:/wine-quality/1' };
const V2 = { 'model-uri': 'models:/wine-quality/2' };
const CRASHING = { 'model-uri': 'models:/wine-quality/3' };
/** Without the orchestrator a pod is ready as soon as its model is. */
const QUICK = { orchestrator: 'false' };

/** 500 requests with 20 %: farther than four standard deviations (36) from 100 is less likely than one in ten thousand. */
const ASKED = 500;
const EXPECTED = { least: 64, most: 136 };

function expectTwentyPercent({ answered }: Traffic): void {
  expect(answered['v2']).toBeGreaterThanOrEqual(EXPECTED.least);
  expect(answered['v2']).toBeLessThanOrEqual(EXPECTED.most);
}

describe('people who use a model do not notice what is done to it', () => {
  it.concurrent('a canary gets its share, is promoted, taken back, and one that crashes never gets a request', async () => {
    const story = new Story(world, 'life', QUICK);
    expectEnding(await story.run('direct', V1), 'deployed', 'ok');
    const main = await story.podUids('main');

    const canary = await story.runUnderLoad('canary', { ...V2, traffic: '20' });
    expectEnding(canary.end, 'deployed', 'ok');
    expect(await story.podUids('main')).toEqual(main);
    expectTwentyPercent(await story.ask(ASKED, { main: 80, canary: 20 }));

    const promotion = await story.runUnderLoad('promote');
    expectEnding(promotion.end, 'deployed', 'ok');
    expect((await story.ask(50, { main: 100 })).answered).toEqual({ v1: 0, v2: 50 });
    expect(await settled(() => story.podUids('canary'), [])).toEqual([]);

    const rollback = await story.runUnderLoad('rollback');
    expectEnding(rollback.end, 'restored', 'ok');
    expect((await story.ask(50, { main: 100 })).answered).toEqual({ v1: 50, v2: 0 });

    const restored = await story.podUids('main');
    const crash = await story.runUnderLoad('canary', { ...CRASHING, traffic: '20' });
    expectEnding(crash.end, 'rolled-back', 'crash-loop');
    expect(crash.traffic.answered['v1']).toBe(crash.traffic.sent);
    expect(await story.podUids('main')).toEqual(restored);
  });

  it.concurrent('a shadow gets a copy of each request, and nobody hears it', async () => {
    const story = new Story(world, 'echo');
    expectEnding(await story.run('direct', V1), 'deployed', 'ok');
    const main = await story.podUids('main');

    const shadow = await story.runUnderLoad('shadow', V2);
    expectEnding(shadow.end, 'deployed', 'ok');
    expect(shadow.traffic.answered['v2']).toBe(0);
    const steps = JSON.parse(shadow.end.outputs['result'] ?? '').steps as readonly { name: string; state: string }[];
    expect(steps.find(({ name }) => name === 'mirror')?.state, shadow.end.shown).toBe('ok');
    expect(await story.podUids('main')).toEqual(main);

    const before = await story.sentTo('shadow');
    expect((await story.ask(100, { main: 100 })).answered).toEqual({ v1: 100, v2: 0 });
    expect(await story.sentTo('shadow')).toBe(before && before + 100);

    const rollback = await story.runUnderLoad('rollback');
    expectEnding(rollback.end, 'restored', 'ok');
    expect(await settled(() => story.podUids('shadow'), [])).toEqual([]);
    expect(await story.podUids('main')).toEqual(main);
  });

  it.concurrent('blue-green moves all requests at once, and the promotion after it moves none', async () => {
    const story = new Story(world, 'flip', QUICK);
    expectEnding(await story.run('direct', V1), 'deployed', 'ok');
    const main = await story.podUids('main');

    const flip = await story.runUnderLoad('blue-green', V2);
    expectEnding(flip.end, 'deployed', 'ok');
    expect(await story.podUids('main')).toEqual(main);
    expect((await story.ask(50, { main: 0, green: 100 })).answered).toEqual({ v1: 0, v2: 50 });

    const promotion = await story.runUnderLoad('promote');
    expectEnding(promotion.end, 'deployed', 'ok');
    expect(promotion.traffic.answered['v1']).toBe(0);
    expect((await story.ask(50, { main: 100 })).answered).toEqual({ v1: 0, v2: 50 });
    expect(await settled(() => story.podUids('green'), [])).toEqual([]);
  });

  it.concurrent('two models share the requests until one is rolled back, and main keeps its pods all the while', async () => {
    const story = new Story(world, 'pair', QUICK);
    expectEnding(await story.run('direct', V1), 'deployed', 'ok');
    const main = await story.podUids('main');

    const sharing = await story.runUnderLoad('ab', { ...V2, traffic: '20' });
    expectEnding(sharing.end, 'deployed', 'ok');
    expectTwentyPercent(await story.ask(ASKED, { main: 80, b: 20 }));
    const told = await story.run('status');
    expectEnding(told, 'reported', 'status');
    expect(told.summary).toMatch(/20 %/);

    const rollback = await story.runUnderLoad('rollback');
    expectEnding(rollback.end, 'restored', 'ok');
    expect((await story.ask(50, { main: 100 })).answered).toEqual({ v1: 50, v2: 0 });
    expect(await settled(() => story.podUids('b'), [])).toEqual([]);
    expect(await story.podUids('main')).toEqual(main);
  });

  it.concurrent('where Istio routes, a canary and its promotion lose no request either', async ({ skip }) => {
    if (!world.ingresses.has('istio')) skip('the operator writes no VirtualServices');
    const story = new Story(world, 'weave', { ...QUICK, namespace: 'mesh' });
    expectEnding(await story.run('direct', V1), 'deployed', 'ok');
    const main = await story.podUids('main');

    const canary = await story.runUnderLoad('canary', { ...V2, traffic: '20' });
    expectEnding(canary.end, 'deployed', 'ok');
    expect(await story.podUids('main')).toEqual(main);
    expectTwentyPercent(await story.ask(ASKED, { main: 80, canary: 20 }));

    const promotion = await story.runUnderLoad('promote');
    expectEnding(promotion.end, 'deployed', 'ok');
    expect((await story.ask(50, { main: 100 })).answered).toEqual({ v1: 0, v2: 50 });

    const rollback = await story.runUnderLoad('rollback');
    expectEnding(rollback.end, 'restored', 'ok');
    expect((await story.ask(50, { main: 100 })).answered).toEqual({ v1: 50, v2: 0 });
  });

  it.concurrent('where Istio routes, a flip, an update and a shadow lose no request either', async ({ skip }) => {
    if (!world.ingresses.has('istio')) skip('the operator writes no VirtualServices');
    const story = new Story(world, 'braid', { ...QUICK, namespace: 'mesh' });
    expectEnding(await story.run('direct', V1), 'deployed', 'ok');

    const flip = await story.runUnderLoad('blue-green', V2);
    expectEnding(flip.end, 'deployed', 'ok');
    expect((await story.ask(50, { main: 0, green: 100 })).answered).toEqual({ v1: 0, v2: 50 });
    const promotion = await story.runUnderLoad('promote');
    expectEnding(promotion.end, 'deployed', 'ok');
    expect(promotion.traffic.answered['v1']).toBe(0);

    const update = await story.runUnderLoad('direct', V1);
    expectEnding(update.end, 'deployed', 'ok');
    expect((await story.ask(50, { main: 100 })).answered).toEqual({ v1: 50, v2: 0 });

    const shadow = await story.runUnderLoad('shadow', V2);
    expectEnding(shadow.end, 'deployed', 'ok');
    expect(shadow.traffic.answered['v2']).toBe(0);
    const rollback = await story.runUnderLoad('rollback');
    expectEnding(rollback.end, 'restored', 'ok');
    expect(rollback.traffic.answered['v2']).toBe(0);
  });

  it.concurrent('where Istio routes, a shared model and one that is proven first lose no request either', async ({
    skip,
  }) => {
    if (!world.ingresses.has('istio')) skip('the operator writes no VirtualServices');
    const story = new Story(world, 'twine', { ...QUICK, namespace: 'mesh' });
    expectEnding(await story.run('direct', V1), 'deployed', 'ok');
    const main = await story.podUids('main');

    const sharing = await story.runUnderLoad('ab', { ...V2, traffic: '20' });
    expectEnding(sharing.end, 'deployed', 'ok');
    expectTwentyPercent(await story.ask(ASKED, { main: 80, b: 20 }));
    const rollback = await story.runUnderLoad('rollback');
    expectEnding(rollback.end, 'restored', 'ok');
    expect((await story.ask(50, { main: 100 })).answered).toEqual({ v1: 50, v2: 0 });
    expect(await settled(() => story.podUids('b'), [])).toEqual([]);
    expect(await story.podUids('main')).toEqual(main);

    const proven = await story.runUnderLoad('direct', { ...V2, 'prove-first': 'true' });
    expectEnding(proven.end, 'deployed', 'ok');
    expect((await story.ask(50, { main: 100 })).answered).toEqual({ v1: 0, v2: 50 });
    expect(await settled(() => story.podUids('candidate'), [])).toEqual([]);
  });
});

/** A namespace in which models can be loaded. */
async function openNamespace(name: string): Promise<void> {
  await kubectl('create', 'namespace', name);
  const { data } = JSON.parse(await kubectl('-n', 'seldon', 'get', 'secret', 'rclone-s3', '-o', 'json'));
  const patch = JSON.stringify({ data });
  await kubectl('-n', name, 'create', 'secret', 'generic', 'rclone-s3');
  await kubectl('-n', name, 'patch', 'secret', 'rclone-s3', '--type=merge', '-p', patch);
}
