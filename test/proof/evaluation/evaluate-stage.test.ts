import { describe, expect, it } from 'vitest';
import type { HttpAnswer } from '../../../src/base/ports.ts';
import { direct } from '../../../src/plan/modes/direct.ts';
import { evaluateStage } from '../../../src/proof/evaluation/evaluate-stage.ts';
import { prepareEvaluation } from '../../../src/proof/evaluation/prepare-evaluation.ts';
import { prepareSmoke } from '../../../src/proof/prepare-smoke.ts';
import type { ProofContext } from '../../../src/proof/proof-context.ts';
import { haltingJournal } from '../../../src/run/halting.ts';
import { startJournal } from '../../../src/run/journal.ts';
import { readConfig } from '../../../src/settings/read-config.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FakeCluster } from '../../support/fake-cluster.ts';
import { FakeRunner } from '../../support/fake-runner.ts';
import { aModel, aPlanRequest } from '../../support/models.ts';
import { noNotes } from '../../support/proof-notes.ts';

const SIGNATURE = {
  inputs: { kind: 'columns', columns: [{ name: 'age', type: 'double', required: true }] },
  outputs: undefined,
} as const;

interface Given {
  readonly inputs?: Readonly<Record<string, string>>;
  readonly rows?: number;
  readonly label?: (at: number) => string;
  readonly metrics?: Readonly<Record<string, number>>;
}

/** The answer to one request: `age` of each row. */
type Server = (ages: readonly number[], sent: number) => Partial<HttpAnswer> & { readonly body?: string };

async function setUp(server: Server, { inputs = {}, rows = 250, label = String, metrics = {} }: Given = {}) {
  const all: Record<string, string> = { 'model-uri': 'models:/wine/2', evaluate: 'rows.csv', ...inputs };
  const config = readConfig({ input: (name) => all[name] ?? '', env: {} });
  const clock = new FakeClock();
  const runner = new FakeRunner();
  const halt = new AbortController();
  const seen = { requests: 0, atOnce: 0, most: 0 };
  const endpoint = {
    description: 'the server',
    send: async ({ body = '' }): Promise<HttpAnswer> => {
      seen.requests++;
      seen.most = Math.max(seen.most, ++seen.atOnce);
      await clock.sleep(3_000);
      seen.atOnce--;
      const ages = JSON.parse(body).data.ndarray.flat();
      return { kind: 'answer', status: 200, body: '', latency: 1, ...server(ages, seen.requests) } as HttpAnswer;
    },
  };
  const model = aModel({ signature: SIGNATURE });
  const text = ['age,y', ...Array.from({ length: rows }, (_, at) => `${at}.5,${label(at)}`)].join('\n');
  const workspace = { read: async () => text, write: async () => '', summarize: async () => {} };
  const registry = {
    details: async () => ({ description: undefined, tags: new Map(), metrics: new Map(Object.entries(metrics)) }),
  };
  const settings = { config, model, protocol: 'seldon' } as const;
  const plain = startJournal({ clock, runner, cancelled: new AbortController().signal, onNews: () => {} });
  const ref = { namespace: 'seldon', name: 'wine' };
  const context: ProofContext = {
    peers: {
      cluster: Object.assign(new FakeCluster(clock, []), { service: () => endpoint }),
      openEndpoint: () => endpoint,
      metrics: undefined,
      clock,
      runner,
      journal: haltingJournal(plain, halt.signal),
    },
    objects: { ref, front: ref },
    plan: direct(aPlanRequest({ model })),
    protocol: 'seldon',
    config,
    signature: SIGNATURE,
    requests: {
      smoke: await prepareSmoke(workspace, settings),
      evaluation: await prepareEvaluation({ workspace, registry }, settings),
    },
    counted: { evidence: undefined },
    notes: noNotes(),
  };
  return { context, seen, halt, runner, plain, run: () => evaluateStage(context, context.plan.stages[0]) };
}

const answering = (value: (age: number) => number): Server => {
  return (ages) => ({ body: JSON.stringify({ data: { ndarray: ages.map(value) } }) });
};

describe('the labelled rows of a run', () => {
  it('are sent once, a few requests at a time, and their answers keep the order of the rows', async () => {
    const { context, seen, run } = await setUp(
      answering((age) => age),
      { rows: 950, label: (at) => `${at}.5`, metrics: { rmse: 0 } },
    );
    expect(await run()).toBeUndefined();
    expect(context.notes.evaluation?.metrics[0]).toMatchObject({
      metric: 'rmse',
      candidate: { value: 0 },
      verdict: 'good',
    });
    expect(seen).toMatchObject({ requests: 10, most: 4 });
    expect(await run()).toBeUndefined();
    expect(seen.requests).toBe(10);
  });

  it('tell their progress in the log', async () => {
    const { runner, run } = await setUp(
      answering((age) => age),
      { rows: 2_500, label: (at) => `${at}.5` },
    );
    await run();
    expect(runner.lines.filter((line) => /main: \d+ of 2500 rows answered/.test(line)).length).toBeGreaterThan(0);
  });

  it.each<[string, Server, string, RegExp]>([
    [
      'are refused',
      () => ({ status: 500, body: '{"status":{"info":"no","status":1}}' }),
      'prediction-failed',
      /main does not answer rows 1 to 100 of rows\.csv \(input `evaluate`\): .*no/,
    ],
    [
      'get too few answers',
      () => ({ body: '{"data":{"ndarray":[1,2]}}' }),
      'prediction-invalid',
      /2 answers to 100 rows/,
    ],
    [
      'get texts where numbers are wanted',
      (ages) => ({ body: JSON.stringify({ data: { ndarray: ages.map(String) } }) }),
      'prediction-invalid',
      /the answers are not numbers/,
    ],
  ])('fail the model when they %s', async (_, server, reason, title) => {
    const { run, seen, plain } = await setUp(server, { inputs: { 'evaluate-metric': 'rmse' } });
    const findings = await run();
    expect(findings).toMatchObject([{ reason, title: expect.stringMatching(title) }]);
    expect(findings?.[0]?.cure).toBeTruthy();
    // Those under way when the first one is given up, each with its repetitions.
    expect(seen.requests).toBeLessThanOrEqual(4 * 3);
    expect(plain.records.at(-1)).toMatchObject({ name: 'evaluate', state: 'failed' });
  });

  it('are only warned about while they are too few, unless the gate is strict', async () => {
    // 16 of 20 are right.
    const server: Server = (ages) => ({
      body: JSON.stringify({ data: { ndarray: ages.map((age) => (age < 4 ? 0 : 1)) } }),
    });
    const given = { rows: 20, label: () => '1', metrics: { accuracy: 0.9 } };
    const open = await setUp(server, given);
    expect(await open.run()).toBeUndefined();
    expect(open.context.notes.warnings.join()).toContain('too few to be sure');
    const strict = await setUp(server, { ...given, inputs: { gate: 'strict' } });
    expect(await strict.run()).toMatchObject([{ reason: 'evaluation-undecided' }]);
  });

  it('are sent no further once the run is told to stop', async () => {
    const { context, seen, halt, run } = await setUp(
      answering((age) => age),
      { rows: 5_000 },
    );
    const end = run();
    end.catch(() => undefined);
    await context.peers.clock.sleep(4_000);
    halt.abort(new Error('stop'));
    await expect(end).rejects.toThrow('stop');
    const { requests } = seen;
    await context.peers.clock.sleep(60_000);
    expect(seen.requests).toBeLessThanOrEqual(requests + 1);
    expect(context.notes.evaluation).toBeUndefined();
  });
});
