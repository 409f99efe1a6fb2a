import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { KubernetesClient } from '../../sandbox/kubernetes-client.ts';
import type { Collection } from '../../sandbox/kubernetes-collection.ts';
import type { Kind, KubernetesObject } from '../../sandbox/kubernetes-object.ts';
import { DEPLOYMENT, type Deployment } from '../../sandbox/operator/kinds.ts';
import { Story } from './story.ts';
import { openSurroundings, type Surroundings } from './surroundings.ts';

/** What a rollout costs on a real cluster in seconds, pods and requests. The figures are printed for bench/README.md. */

interface Pod extends KubernetesObject {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

const POD: Kind = { apiVersion: 'v1', kind: 'Pod', plural: 'pods' };

const V1 = { 'model-uri': 'models:/wine-quality/1' };
const V2 = { 'model-uri': 'models:/wine-quality/2' };
/** Without the orchestrator a pod is ready as soon as its model is. */
const QUICK = { orchestrator: 'false' };
/** Seconds: the default of the input `ingress-lag`. */
const INGRESS_LAG = 10;

let world: Surroundings;
let client: KubernetesClient;
let pods: Collection<Pod>;
let deployments: Collection<Deployment>;
const watchers = new Set<() => void>();

beforeAll(async () => {
  world = await openSurroundings();
  client = new KubernetesClient(readFileSync(process.env['KUBECONFIG'] ?? '', 'utf8'));
  const changed = () => {
    for (const one of watchers) one();
  };
  pods = await client.follow<Pod>(POD, changed);
  deployments = await client.follow<Deployment>(DEPLOYMENT, changed);
  for (const end of await Promise.all(['plain', 'proven', 'clock'].map((name) => storyOf(name).run('direct', V1))))
    expect(end.outputs, end.shown).toMatchObject({ outcome: 'deployed', reason: 'ok' });
});

afterAll(async () => {
  client?.close();
  await world?.close();
});

function storyOf(name: string): Story {
  return new Story(world, name, QUICK);
}

function podsOf(name: string): readonly Pod[] {
  return pods
    .list()
    .filter(({ metadata }) => metadata.labels?.['seldon-deployment-id'] === name && !metadata.deletionTimestamp);
}

function generationOf(name: string): number {
  return deployments.get('seldon', `${name}-main-0-prediction`)?.metadata.generation ?? 0;
}

function isReady({ status }: Pod): boolean {
  return status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') ?? false;
}

/** When something is first so, in milliseconds; watched from now on. */
function firstTime(isSo: () => boolean): Promise<number> {
  return new Promise((resolve) => {
    const look = () => {
      if (!isSo()) return;
      watchers.delete(look);
      resolve(performance.now());
    };
    watchers.add(look);
    look();
  });
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function costOf(name: string, inputs: Readonly<Record<string, string>>) {
  let most = 0;
  const count = () => {
    most = Math.max(most, podsOf(name).length);
  };
  watchers.add(count);
  const started = performance.now();
  const { end, traffic } = await storyOf(name).runUnderLoad('direct', inputs);
  const seconds = (performance.now() - started) / 1000;
  watchers.delete(count);
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'deployed', reason: 'ok' });
  print(`cost of ${JSON.stringify(inputs)}: ${seconds.toFixed(1)} s, ${most} pods at most, ${traffic.sent} requests`);
  return { seconds, most };
}

it('`prove-first` costs `direct` one more pod, one more start of a pod and two lags of the ingress, and no request', async () => {
  const direct = await costOf('plain', V2);
  const first = await costOf('proven', { ...V2, 'prove-first': 'true' });
  expect([direct.most, first.most]).toEqual([2, 3]);
  const more = first.seconds - direct.seconds;
  expect(more).toBeGreaterThan(2 * INGRESS_LAG);
  // The rest is one start of a pod, which takes about as long as `direct` does.
  expect(more).toBeLessThan(2 * INGRESS_LAG + 3 * direct.seconds);
});

/** By hand: wait for the same rollout, and ask for one prediction. @returns when it ended, in milliseconds */
async function byHand({ name, url, body }: { readonly name: string; readonly url: string; readonly body: string }) {
  const script = `kubectl -n seldon rollout status "deployment/$1" --timeout=200s >/dev/null &&
    curl -fsS -H 'content-type: application/json' -d "$3" "$2" >/dev/null`;
  const child = spawn('bash', ['-c', script, 'by-hand', name, url, body], { stdio: ['ignore', 'inherit', 'inherit'] });
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect(code, 'kubectl and curl').toBe(0);
  return performance.now();
}

const ROUNDS = 3;

it('a run ends within seconds of its pod being ready, beside `kubectl rollout status` and a request by hand', async () => {
  const name = 'clock';
  const story = storyOf(name);
  const ours: number[] = [];
  const peers: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const known = new Set(podsOf(name).map(({ metadata }) => metadata.uid));
    const generation = generationOf(name);
    const ready = firstTime(() => podsOf(name).some((pod) => !known.has(pod.metadata.uid) && isReady(pod)));
    const peer = firstTime(() => generationOf(name) > generation).then(() =>
      byHand({ name: `${name}-main-0-prediction`, url: story.target.url, body: story.target.body }),
    );
    const end = await story.run('direct', round % 2 === 0 ? V2 : V1);
    const ended = performance.now();
    expect(end.outputs, end.shown).toMatchObject({ outcome: 'deployed', reason: 'ok' });
    const [from, theirs] = await Promise.all([ready, peer]);
    ours.push((ended - from) / 1000);
    peers.push((theirs - from) / 1000);
  }
  const shown = (values: readonly number[]) => values.map((value) => value.toFixed(2)).join(', ');
  print(`pod Ready until the end of the run: ${shown(ours)} s; kubectl and curl: ${shown(peers)} s`);
  // A figure that is not positive would be of another pod; what is later than this waits for something else.
  expect(Math.min(...ours, ...peers)).toBeGreaterThan(0);
  expect(median(ours)).toBeLessThan(median(peers) + 15);
});
