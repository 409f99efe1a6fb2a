import { describe, expect, it } from 'vitest';
import type { HttpEndpoint } from '../../src/base/ports.ts';
import { direct } from '../../src/plan/modes/direct.ts';
import { afterAnswer, prepareSmoke } from '../../src/proof/prepare-smoke.ts';
import type { ProofContext } from '../../src/proof/proof-context.ts';
import { proveModel } from '../../src/proof/prove-model.ts';
import { startJournal } from '../../src/run/journal.ts';
import { readConfig } from '../../src/settings/read-config.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeCluster } from '../support/fake-cluster.ts';
import { FakeRunner } from '../support/fake-runner.ts';
import { aModel, aPlanRequest, namedColumns } from '../support/models.ts';
import { noNotes } from '../support/proof-notes.ts';

interface Said {
  readonly status: number;
  readonly body: string;
  readonly isFromModel?: boolean;
}

const GOOD: Said = { status: 200, body: '{"data":{"names":[],"ndarray":[1.5]}}' };
const UNKNOWN_CATEGORY: Said = { status: 500, body: '{"status":{"info":"Found unknown categories [0]","status":1}}' };
const BROKEN: Said = { status: 500, body: '{"status":{"info":"ZeroDivisionError: division by zero","status":1}}' };

const SIGNATURE = {
  inputs: {
    kind: 'columns',
    columns: [
      { name: 'city', type: 'string', required: true },
      { name: 'age', type: 'double', required: false },
    ],
  },
  outputs: undefined,
} as const;

const EXAMPLE = {
  text: '{"columns":["city","age"],"data":[["Oslo",1.5]]}',
  type: 'dataframe',
  orient: 'split',
  hasParams: false,
};

/** Proves a model whose server answers each prediction so. */
async function prove(
  answer: (body: string) => Said,
  {
    model = {},
    inputs = {},
    gateway,
  }: {
    model?: Parameters<typeof aModel>[0];
    inputs?: Record<string, string>;
    /** What the public endpoint answers, which several predictors share. */
    gateway?: () => Said;
  } = {},
) {
  const all: Record<string, string> = { 'model-uri': 'models:/wine/2', ...inputs };
  const clock = new FakeClock();
  const runner = new FakeRunner();
  const sent: string[] = [];
  const server: HttpEndpoint = {
    description: 'the server',
    send: async ({ method, body = '' }) => {
      if (method === 'POST') sent.push(body);
      return { kind: 'answer', latency: 1, ...(method === 'POST' ? answer(body) : { status: 200, body: '{}' }) };
    },
  };
  const config = readConfig({ input: (name) => all[name] ?? '', env: {} });
  const subject = aModel({ signature: SIGNATURE, ...model });
  const workspace = { read: async () => '', write: async () => '', summarize: async () => {} };
  const smoke = await prepareSmoke(workspace, { config, model: subject, protocol: 'seldon' });
  const ref = { namespace: 'seldon', name: 'wine' };
  const context = {
    peers: {
      cluster: Object.assign(new FakeCluster(clock, []), { service: () => server }),
      openEndpoint: () => ({
        description: 'the gateway',
        send: async () => ({ kind: 'answer', latency: 1, ...(gateway?.() ?? GOOD) }),
      }),
      metrics: undefined,
      clock,
      runner,
      journal: startJournal({ clock, runner, cancelled: new AbortController().signal, onNews: () => {} }),
    },
    objects: { ref, front: ref },
    plan: direct(aPlanRequest({ model: subject })),
    protocol: 'seldon',
    config,
    signature: subject.signature,
    requests: { smoke, evaluation: undefined },
    counted: { evidence: undefined },
    notes: noNotes(),
  } satisfies ProofContext;
  const proof = await proveModel(context, {
    predictor: context.plan.predictor,
    signature: subject.signature,
    expect: undefined,
    throughEndpoint: gateway !== undefined,
    hasAllTraffic: gateway === undefined,
  });
  return { proof, sent, smoke, warnings: context.notes.warnings as readonly string[] };
}

describe('a request that was made up', () => {
  it('is not the model’s failure when the server refuses it: the next form is tried', async () => {
    const { proof, sent, smoke } = await prove((body) => (body.includes('age') ? UNKNOWN_CATEGORY : GOOD));
    expect(sent).toHaveLength(2);
    expect(proof).toMatchObject({ findings: undefined, answered: { body: '{"jsonData":{"city":["a"]}}' } });
    // Canary steps and comparisons send again what was answered.
    expect(afterAnswer(smoke, proof.answered)).toMatchObject({ comparing: ['{"jsonData":{"city":["a"]}}'] });
  });

  it('leaves health as the proof where each form is refused, and says so', async () => {
    const { proof, smoke } = await prove(() => UNKNOWN_CATEGORY);
    expect(proof).toMatchObject({ findings: undefined, prediction: undefined });
    expect(proof.unproven).toMatch(
      /^Not proven by a prediction: the request was made up.*unknown categories.*`input_example`/,
    );
    expect(afterAnswer(smoke, proof.answered)).toMatchObject({ request: undefined, comparing: [] });
  });

  it('fails closed where a prediction is required', async () => {
    const { proof } = await prove(() => UNKNOWN_CATEGORY, { inputs: { 'smoke-required': 'always' } });
    expect(proof.findings).toMatchObject([
      { reason: 'prediction-unproven', cure: expect.stringContaining('smoke-required') },
    ]);
  });

  it('does not excuse a model that fails for another reason', async () => {
    const { proof, sent } = await prove(() => BROKEN);
    // The same request again, and no other form.
    expect(sent).toHaveLength(3);
    expect(new Set(sent).size).toBe(1);
    expect(proof.findings).toMatchObject([{ reason: 'prediction-failed' }]);
  });

  it('is not the model’s failure where a hole was sent and a hole is predicted: the next form is tried', async () => {
    const example = { ...EXAMPLE, text: '{"columns":["city","age"],"data":[["Oslo",NaN]]}' };
    const hole = { status: 200, body: '{"data":{"ndarray":[NaN]}}' };
    const { proof } = await prove((body) => (body.includes('null') ? hole : GOOD), { model: { example } });
    expect(proof).toMatchObject({ findings: undefined, answered: { body: '{"jsonData":{"city":["Oslo"]}}' } });
    const broken = await prove(() => hole, { model: { example } });
    expect(broken.proof.findings).toMatchObject([{ reason: 'prediction-invalid' }]);
  });

  it('is not the model’s failure where the error names nothing but a value that was made up', async () => {
    const missing = { status: 500, body: `{"status":{"info":"'a'","status":1}}` };
    const { proof } = await prove((body) => (body.includes('"a"') ? missing : GOOD));
    expect(proof).toMatchObject({ findings: undefined, unproven: expect.stringContaining('made up') });
    const other = await prove(() => ({ status: 500, body: `{"status":{"info":"'weights'","status":1}}` }));
    expect(other.proof.findings).toMatchObject([{ reason: 'prediction-failed' }]);
  });

  it('does not excuse an answer that is no prediction', async () => {
    const { proof } = await prove(() => ({ status: 200, body: '{"data":{"ndarray":[NaN]}}' }));
    expect(proof.findings).toMatchObject([{ reason: 'prediction-invalid' }]);
  });
});

describe('a request that was not made up', () => {
  it.each([
    ['the logged example', { model: { example: EXAMPLE } }],
    ['the user’s own', { inputs: { 'smoke-request': '{"jsonData":{"city":["Oslo"]}}' } }],
  ])('is the model’s failure when it is refused: %s', async (_what, given) => {
    const { proof, sent } = await prove(() => UNKNOWN_CATEGORY, given);
    expect(sent).toHaveLength(1);
    expect(proof.findings).toMatchObject([{ reason: 'prediction-failed' }]);
  });
});

describe('a model for which nothing is known to send', () => {
  const model = { signature: undefined };

  it('is proven by its health', async () => {
    const { proof, sent } = await prove(() => GOOD, { model });
    expect(sent).toEqual([]);
    expect(proof.findings).toBeUndefined();
  });

  it('is refused before anything is touched where a prediction is required', async () => {
    const required = prove(() => GOOD, { model, inputs: { 'smoke-required': 'always' } });
    await expect(required).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringContaining('`smoke-required` is `always`'),
      hint: expect.stringContaining('input_example'),
    });
  });

  it('may be asked by its columns alone', async () => {
    const { sent } = await prove(() => GOOD, { model: { signature: namedColumns('a') } });
    expect(sent).toEqual(['{"data":{"names":["a"],"ndarray":[[1.5]]}}']);
  });
});

describe('an answer that is a failure once', () => {
  const PAGE: Said = { status: 200, body: '<!doctype html><html>Sign in</html>' };

  it.each([
    ['an error', BROKEN],
    ['a page of a gateway', PAGE],
    ['an empty body', { status: 200, body: '' }],
    ['a refusal of a gateway', { status: 401, body: 'Unauthorized' }],
    ['too many requests', { status: 429, body: 'later' }],
  ])('is asked for again, and reported: %s', async (_what, once) => {
    const answers = [once];
    const { proof, sent, warnings } = await prove(() => answers.shift() ?? GOOD);
    expect(sent).toHaveLength(2);
    expect(proof.findings).toBeUndefined();
    expect(warnings).toEqual([
      expect.stringMatching(/^POST .* failed once, and worked when it was sent again: HTTP \d/),
    ]);
  });

  it('counts when it happens again', async () => {
    const { proof, sent } = await prove(() => PAGE);
    expect(sent).toHaveLength(3);
    expect(proof.findings).toMatchObject([{ reason: 'prediction-invalid' }]);
  });
});

describe('a public endpoint that several predictors share', () => {
  const inputs = { 'ingress-url': 'http://gateway.example' };
  const proven = (said: Said) => prove(() => GOOD, { inputs, gateway: () => said });

  it('may answer with the refusal of another model', async () => {
    const { proof } = await proven({ ...UNKNOWN_CATEGORY, isFromModel: true });
    expect(proof.findings).toBeUndefined();
    expect(proof.warning).toMatch(/the predictor that answered refuses a request that the new model accepts/);
  });

  it.each([
    ['asks for credentials', { status: 401, body: '{"message":"Unauthorized"}', isFromModel: false }],
    ['shows a page', { status: 200, body: '<!doctype html><html>Sign in</html>', isFromModel: false }],
    ['knows no such path', { status: 405, body: 'not here', isFromModel: false }],
  ])('has asked no model where its gateway %s', async (_what, said) => {
    const { proof } = await proven(said);
    expect(proof.findings).toMatchObject([{ reason: 'endpoint-failed' }]);
  });
});
