import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ActionEnd } from '../../sandbox/runner.ts';
import type { GateRecord } from '../../src/proof/evidence/gate-record.ts';
import { requestCounts } from '../../src/seldon/executor-metrics.ts';
import { statusesUnderLoad } from './load.ts';
import { type RealPrometheus, startRealPrometheus } from './prometheus-process.ts';
import { kubectl, Story } from './story.ts';
import { openSurroundings, type Surroundings } from './surroundings.ts';

/** The gate on a real cluster behind a real Envoy: its counts against Envoy's own, with a real Prometheus and with none. */

let world: Surroundings;
let prometheus: RealPrometheus;

beforeAll(async () => {
  world = await openSurroundings();
  prometheus = await startRealPrometheus({ kubeconfig: readFileSync(process.env['KUBECONFIG'] ?? '', 'utf8') });
});

afterAll(async () => {
  await prometheus?.close();
  await world?.close();
});

const V1 = { 'model-uri': 'models:/wine-quality/1' };
const V2 = { 'model-uri': 'models:/wine-quality/2' };
/** Two cores serve all models and all who use them: only failures are to be judged. */
const PATIENT = { 'gate-latency': '10' };
/** One request in so many is out of the range of the failing model. */
const ONE_IN = 20;

/** A model that answers as others do, and fails where a wine has more than half of alcohol. */
const FAILING: Readonly<Record<string, string>> = {
  MLmodel: `flavors:
  python_function:
    code: code
    loader_module: failing
mlflow_version: 3.2.0
model_uuid: 00000000000000000000000000000005
`,
  'code/failing.py': `class Model:
    def predict(self, data, params=None):
        rows = data.values.tolist() if hasattr(data, "values") else [list(row) for row in data]
        if any(row[-1] > 50 for row in rows):
            raise ValueError("the alcohol is out of range")
        return [3 + 0.3 * row[-1] - 0.002 * row[6] for row in rows]


def _load_pyfunc(path):
    return Model()
`,
};

/** Puts a model into the object store, where no registry knows it. @returns its storage URI */
function storeModel(name: string, files: Readonly<Record<string, string>>): string {
  const folder = join(process.env['RIG_DIR'] ?? '', 'buckets', 'mlflow', name);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return `${world.artifactsDestination}/${name}`;
}

function request(alcohol: string): string {
  const row = `7.0,0.27,0.36,6.4,0.045,45.0,170.0,1.001,3.0,0.45,${alcohol}`;
  const names = ['fixed acidity', 'volatile acidity', 'citric acid', 'residual sugar', 'chlorides'];
  const more = ['free sulfur dioxide', 'total sulfur dioxide', 'density', 'pH', 'sulphates', 'alcohol'];
  return `{"data":{"names":${JSON.stringify([...names, ...more])},"ndarray":[[${row}]]}}`;
}

const USUAL = request('10.5');
const BODIES = [...Array.from({ length: ONE_IN - 1 }, () => USUAL), request('99.0')];

interface Sent {
  readonly requests: number;
  readonly failures: number;
}

/** What Envoy has sent to a predictor, as long as it knows it: a Service that goes takes its figures along. */
function watchEnvoy(service: string): { readonly sent: Sent; stop(): Promise<void> } {
  const watch = { sent: { requests: 0, failures: 0 }, isOver: false };
  const at = { namespace: 'seldon', name: service };
  const look = async () => {
    while (!watch.isOver) {
      const [requests = 0, failures = 0] = await Promise.all([
        world.gateway?.requestsTo(at),
        world.gateway?.failuresOf(at),
      ]);
      if (requests >= watch.sent.requests) watch.sent = { requests, failures };
      await delay(250);
    }
  };
  const looking = look();
  return {
    get sent() {
      return watch.sent;
    },
    stop: async () => {
      watch.isOver = true;
      await looking;
    },
  };
}

function expectEnding(end: ActionEnd, outcome: string, reason: string): void {
  expect({ outcome: end.outputs['outcome'], reason: end.outputs['reason'] }, end.shown).toEqual({ outcome, reason });
}

function gatesOf(end: ActionEnd): readonly GateRecord[] {
  return JSON.parse(end.outputs['result'] ?? '{}').gates;
}

/** Failed requests of the canary in all steps, as the last verdict has them. */
function countedIn(end: ActionEnd): { readonly trials: number; readonly failures: number } {
  return gatesOf(end).at(-1)?.verdicts[0]?.total.canary ?? { trials: 0, failures: 0 };
}

/** A run under load, and what Envoy says of the canary in it. */
async function canary(name: string, inputs: Readonly<Record<string, string>>) {
  const story = new Story(world, name);
  const envoy = watchEnvoy(`${name}-canary`);
  const { end, statuses } = await statusesUnderLoad({ url: story.target.url, bodies: BODIES }, () =>
    story.run('canary', { ...PATIENT, ...inputs }),
  );
  await delay(300);
  await envoy.stop();
  const counted = countedIn(end);
  const said = { ...Object.fromEntries(statuses), counted, envoy: envoy.sent };
  process.stdout.write(`${name}: ${JSON.stringify(said)}\n`);
  return { end, statuses, counted, envoy: envoy.sent };
}

/** Predictions that the executors of a predictor have counted in their lives, as the action reads them. */
async function executorsCount(name: string, predictor: string): Promise<number> {
  const selector = `seldon-deployment-id=${name},seldon-app=${name}-${predictor}`;
  const pods = JSON.parse(await kubectl('-n', 'seldon', 'get', 'pods', '-l', selector, '-o', 'json')).items;
  let sum = 0;
  for (const { metadata } of pods as readonly { metadata: { name: string } }[]) {
    const page = await kubectl('get', '--raw', `/api/v1/namespaces/seldon/pods/${metadata.name}:8000/proxy/prometheus`);
    for (const { bound, count } of requestCounts(page)) if (bound === Number.POSITIVE_INFINITY) sum += count;
  }
  return sum;
}

/** Our own questions to a canary: a prediction for each stage and each look, and those for the comparison. */
const OWN_QUESTIONS = 40;

describe('the requests of a canary', () => {
  it.concurrent('that fails one in twenty stop it before its step is over, counted by the executors and by Prometheus', async () => {
    const story = new Story(world, 'leaky');
    expectEnding(await story.run('direct', V1), 'deployed', 'ok');
    const model = { 'model-uri': storeModel('failing', FAILING), 'smoke-request': USUAL };
    const steps = { ...model, steps: '50', 'step-interval': '100' };
    for (const [source, given] of [
      ['the executors', {}],
      ['Prometheus', { 'prometheus-url': prometheus.url }],
    ] as const) {
      const { end, statuses, counted, envoy } = await canary('leaky', { ...steps, ...given });
      expectEnding(end, 'rolled-back', 'gate-failed');
      expect(gatesOf(end)).toMatchObject([{ source, verdicts: [{ name: 'failed requests', answer: 'worse' }, {}] }]);
      // Only what the model refused has failed: nothing was lost when it was taken away.
      expect([...statuses.keys()].sort()).toEqual([200, 500]);
      expect(counted.trials).toBeGreaterThan(50);
      expect(counted.trials).toBeLessThanOrEqual(envoy.requests);
      expect(counted.failures).toBeLessThanOrEqual(envoy.failures);
      expect(Math.abs(counted.failures / counted.trials - envoy.failures / envoy.requests)).toBeLessThan(0.04);
    }
    expect((await story.ask(20, { main: 100 })).answered).toEqual({ v1: 20, v2: 0 });
  });

  it.concurrent('that is as good as main carry it through three steps to its promotion', async () => {
    const story = new Story(world, 'solid');
    expectEnding(await story.run('direct', V1), 'deployed', 'ok');
    const steps = { ...V2, steps: '20,40,60', 'step-interval': '8' };
    for (const [source, given] of [
      ['the executors', {}],
      ['Prometheus', { 'prometheus-url': prometheus.url }],
    ] as const) {
      const { end, statuses, counted, envoy } = await canary('solid', { ...steps, ...given });
      expectEnding(end, 'deployed', 'ok');
      const advanced = { source, decision: 'advance', problem: undefined };
      expect(gatesOf(end)).toMatchObject(
        [advanced, advanced, advanced].map(({ source: from, decision }) => ({ source: from, decision })),
      );
      expect([...statuses.keys()]).toEqual([200]);
      expect(counted).toMatchObject({ failures: 0 });
      // Between two steps requests are not counted.
      expect(counted.trials).toBeGreaterThan(0.4 * envoy.requests);
      expect(counted.trials).toBeLessThanOrEqual(envoy.requests);
      // Nobody asks any more: both must have seen the same.
      const difference = (await executorsCount('solid', 'canary')) - envoy.requests;
      expect(difference).toBeGreaterThanOrEqual(0);
      expect(difference).toBeLessThan(OWN_QUESTIONS);
      if (source === 'the executors') expectEnding(await story.run('rollback'), 'restored', 'ok');
    }
    expectEnding(await story.run('promote'), 'deployed', 'ok');
    expect((await story.ask(20, { main: 100 })).answered).toEqual({ v1: 0, v2: 20 });
  });
});
