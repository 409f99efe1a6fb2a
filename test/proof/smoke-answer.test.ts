import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Schema, Signature } from '../../src/model/model.ts';
import { readModelDocument } from '../../src/model/model-document.ts';
import { type AnswerToJudge, judgeAnswer } from '../../src/proof/smoke-answer.ts';
import { rowsOf } from '../../src/proof/smoke-request.ts';
import type { Protocol } from '../../src/seldon/protocol.ts';
import { parseExpectation } from '../../src/settings/smoke-expect.ts';
import { cpuTime } from '../support/cpu-time.ts';

const FIXTURES = new URL('../fixtures/model-servers/', import.meta.url);
const read = (name: string) => JSON.parse(readFileSync(new URL(name, FIXTURES), 'utf8'));

interface Exchange {
  readonly request?: string;
  readonly status: number;
  readonly answer: string;
}

function predictionsOf(file: string): [string, Exchange][] {
  const all: [string, Exchange][] = Object.entries(read(file));
  return all.filter(([name]) => !name.startsWith('get-'));
}

function judge(body: string, more: Partial<AnswerToJudge> & { status?: number; outputs?: Schema } = {}) {
  const { status = 200, outputs, ...rest } = more;
  const signature: Signature | undefined = outputs && { inputs: undefined, outputs };
  return judgeAnswer({ answer: { status, body }, protocol: 'seldon', signature, rows: 2, expect: undefined, ...rest });
}

describe('every answer that was recorded of a real server', () => {
  const files = readdirSync(FIXTURES).filter((file) => /^(seldon|mlserver)-/.test(file));
  it.each(files)('is judged as it was meant: %s', (file) => {
    const [server, model] = file.split(/[-.]/);
    const protocol: Protocol = server === 'seldon' ? 'seldon' : 'v2';
    const { signature } = read('models.json')[model ?? ''];
    for (const [name, { request = '', status, answer }] of predictionsOf(file)) {
      const verdict = judge(answer, { status, protocol, signature, rows: rowsOf(protocol, request) });
      const expected = status !== 200 ? 'prediction-failed' : answer.includes('NaN') ? 'prediction-invalid' : 'ok';
      expect([name, verdict.ok ? 'ok' : verdict.reason, verdict]).toEqual([name, expected, verdict]);
    }
  });
});

describe('a refusal is told in the server’s own words', () => {
  it.each([
    [
      'seldon-wine-dataframe',
      'ints-for-doubles',
      'HTTP 500: Incompatible input types for column fixed acidity. Can not safely convert int64 to float64.',
    ],
    ['seldon-wine-dataframe', 'bad-json', "HTTP 400: Can't find JSON in data"],
    ['seldon-wine-dataframe', 'bad-tensor-shape', 'HTTP 500: cannot reshape array of size 1 into shape (3,7)'],
    ['mlserver-segment', 'bad-missing-column', "HTTP 500: Model is missing inputs ['city']."],
    ['mlserver-segment', 'bad-no-inputs', 'HTTP 422: body.inputs: Field required'],
    ['mlserver-segment', 'bad-model', 'HTTP 404: Model nope not found'],
    ['mlserver-params', 'bad-shape', 'HTTP 500: ValueError: cannot reshape array of size 4 into shape (7,7)'],
  ])('%s %s', (file, name, message) => {
    const { status, answer }: Exchange = read(`${file}.json`)[name];
    expect(judge(answer, { status })).toMatchObject({ ok: false, reason: 'prediction-failed', message });
  });

  it('also when the body is no JSON, empty, or long', () => {
    expect(judge('upstream connect error', { status: 503 })).toMatchObject({
      message: 'HTTP 503: upstream connect error',
    });
    expect(judge('', { status: 502 })).toEqual({
      ok: false,
      reason: 'prediction-failed',
      message: 'HTTP 502: an empty body',
    });
    const page = '<!DOCTYPE html><html><head><title>404 Not Found</title></head><body>x</body></html>';
    expect(judge(page, { status: 404 })).toMatchObject({ message: 'HTTP 404: an HTML page, "404 Not Found"' });
    const long = judge('x'.repeat(9_000), { status: 500 });
    expect(!long.ok && long.message.length).toBe(310);
  });
});

describe('an error inside a 200', () => {
  it.each([
    ['the wrapper’s', '{"status":{"code":-1,"info":"no luck","reason":"MICROSERVICE_INTERNAL_ERROR","status":1}}'],
    ['the executor’s', '{"status":{"code":500,"info":"no luck","status":"FAILURE"}}'],
    [
      'that of release 0.2.7, not nested',
      '{"code":203,"info":"no luck","reason":"Microservice error","status":"FAILURE"}',
    ],
    ['MLServer’s', '{"error":"no luck"}'],
  ])('%s', (_whose, body) => {
    expect(judge(body)).toMatchObject({
      reason: 'prediction-failed',
      message: 'HTTP 200 with an error in the body: no luck',
    });
  });

  it('is not seen in a status of success', () => {
    expect(judge('{"status":{"code":200,"status":"SUCCESS"},"data":{"ndarray":[1,2]}}').ok).toBe(true);
  });
});

const columns = (...types: readonly ('double' | 'string')[]): Schema => ({
  kind: 'columns',
  columns: types.map((type, at) => ({ name: types.length > 1 ? `c${at}` : undefined, type, required: true })),
});
const tensor = (...shape: number[]): Schema => ({
  kind: 'tensors',
  tensors: [{ name: undefined, dtype: 'float64', shape }],
});

describe('what is no prediction', () => {
  it.each([
    ['text', 'pong', 'the answer is not JSON'],
    ['nothing', ' ', 'the answer is empty'],
    ['a list', '[1, 2]', 'the answer is not a JSON object'],
    ['an empty object', '{}', 'the answer contains no prediction, only an empty object'],
    ['meta alone', '{"meta":{}}', 'the answer contains no prediction, only `meta`'],
    [
      'NaN as Python writes it',
      '{"data":{"names":[],"ndarray":[NaN,1.5]}}',
      'the model predicted NaN, which is not a number and not valid JSON',
    ],
    [
      'Infinity',
      '{"data":{"ndarray":[1.5,-Infinity]}}',
      'the model predicted -Infinity, which is not a number and not valid JSON',
    ],
    ['null', '{"data":{"ndarray":[null,1.5]}}', '`data.ndarray` has null instead of a prediction'],
    ['a number too large', '{"data":{"ndarray":[1e999,1.5]}}', '`data.ndarray` has Infinity instead of a prediction'],
    ['no rows', '{"data":{"ndarray":[]}}', '`data.ndarray` is empty'],
    ['ragged rows', '{"data":{"ndarray":[[1,2],[3]]}}', '`data.ndarray` has rows of different lengths'],
    [
      'a tensor that lies',
      '{"data":{"tensor":{"shape":[2,2],"values":[1]}}}',
      '`data.tensor` declares shape (2, 2) but contains 1 values',
    ],
  ])('%s', (_what, body, message) => {
    expect(judge(body)).toMatchObject({ ok: false, reason: 'prediction-invalid', message });
  });

  it('finds no NaN inside a text', () => {
    expect(judge('{"data":{"ndarray":["NaN","a \\" NaN"]}}').ok).toBe(true);
  });

  it('in V2', () => {
    const invalid = (body: string) => judge(body, { protocol: 'v2' });
    expect(invalid('{"outputs":[]}')).toMatchObject({ message: 'the answer contains no outputs, only `outputs`' });
    expect(invalid('{"outputs":[{"name":"o","shape":[2,1],"datatype":"FP64","data":[null,1]}]}')).toMatchObject({
      message: '`outputs[0]` has null instead of a prediction',
    });
  });
});

describe('against the output signature', () => {
  it('takes a single column flat, as Seldon sends it, and a dimension of one that V2 adds', () => {
    expect(judge('{"data":{"ndarray":[1.5,2.5]}}', { outputs: columns('double') }).ok).toBe(true);
    expect(judge('{"data":{"ndarray":[1.5,2.5]}}', { outputs: tensor(-1, 1) }).ok).toBe(true);
    expect(judge('{"data":{"ndarray":[[1.5],[2.5]]}}', { outputs: tensor(-1) }).ok).toBe(true);
  });

  it.each([
    [
      'too wide',
      '{"data":{"ndarray":[[1,2],[3,4]]}}',
      tensor(-1, 3),
      '`data.ndarray` has shape (2, 2) but the signature says (-1, 3)',
    ],
    [
      'text for numbers',
      '{"data":{"ndarray":["a","b"]}}',
      columns('double'),
      '`data.ndarray` has text but the signature says numbers',
    ],
    [
      'numbers for text',
      '{"data":{"ndarray":[1,2]}}',
      columns('string'),
      '`data.ndarray` has number but the signature says text',
    ],
    [
      'a column missing',
      '{"data":{"names":["c0"],"ndarray":[[1],[2]]}}',
      columns('double', 'double'),
      'column `c1` of the signature is not in the answer',
    ],
  ])('refuses what is %s', (_what, body, outputs, message) => {
    expect(judge(body, { outputs })).toMatchObject({ ok: false, reason: 'prediction-invalid', message });
  });

  it('lets a model with a fixed number of answers have that number', () => {
    expect(judge('{"data":{"ndarray":[1]}}', { outputs: tensor(1) }).ok).toBe(true);
    expect(judge('{"data":{"ndarray":[1,2]}}', { outputs: tensor(1) }).ok).toBe(false);
  });
});

describe('an accepted answer', () => {
  it('is summed up by its first values', () => {
    expect(judge('{"data":{"ndarray":[[5.7,"a"],[5.2,"b"]]}}')).toEqual({ ok: true, summary: '5.7, "a", 5.2, "b"' });
    expect(judge('{"data":{"tensor":{"shape":[5],"values":[1,2,3,4,5]}}}', { rows: 5 })).toEqual({
      ok: true,
      summary: '1, 2, 3, 4, ...',
    });
    expect(judge('{"strData":"hello"}').ok).toBe(true);
    expect(judge('{"binData":"aGVsbG8="}').ok).toBe(true);
    expect(judge('{"jsonData":{"answer":"hello"}}').ok).toBe(true);
  });

  it('must be what smoke-expect asks for', () => {
    const body = '{"data":{"ndarray":[5.7,5.2]}}';
    expect(judge(body, { expect: parseExpectation('$.data.ndarray[0] between 3 and 9') }).ok).toBe(true);
    expect(judge(body, { expect: parseExpectation('$.data.ndarray[0] < 5') })).toMatchObject({
      reason: 'prediction-unexpected',
      message: 'the answer does not match `smoke-expect`: `$.data.ndarray[0] < 5` is false: the value is 5.7',
    });
  });
});

describe('valid answers that were rejected before', () => {
  const cases: { case: string; protocol: Protocol; rows: number; outputs: unknown; answer: unknown }[] = JSON.parse(
    readFileSync(new URL('../fixtures/models/F16-answers.json', import.meta.url), 'utf8'),
  );
  it.each(cases.map((one) => [one.case, one] as const))('%s', (_name, { protocol, rows, outputs, answer }) => {
    const document = { flavors: { python_function: {} }, signature: { outputs: JSON.stringify(outputs) } };
    const { signature } = readModelDocument(JSON.stringify(document));
    expect(judge(JSON.stringify(answer), { protocol, rows, signature })).toMatchObject({ ok: true });
  });

  it('says how many answers came where they are not as many as the rows', () => {
    expect(judge('{"data":{"ndarray":[1,2,3]}}', { rows: 1 })).toEqual({
      ok: true,
      summary: '1, 2, 3 (3 answers to 1 row)',
    });
    const v2 = '{"outputs":[{"name":"o","shape":[1],"datatype":"FP64","data":[1]}]}';
    expect(judge(v2, { protocol: 'v2' })).toEqual({ ok: true, summary: '1 (1 answer to 2 rows)' });
  });

  const optional: Schema = {
    kind: 'columns',
    columns: [
      { name: 'y', type: 'double', required: true },
      { name: 'margin', type: 'double', required: false },
    ],
  };
  it('takes a hole in an optional column, and none in a required one', () => {
    const answer = (row: string) => `{"data":{"names":["y","margin"],"ndarray":[${row}]}}`;
    expect(judge(answer('[1.5,NaN]'), { outputs: optional }).ok).toBe(true);
    expect(judge(answer('[1.5,null]'), { outputs: optional }).ok).toBe(true);
    expect(judge(answer('[null,1.5]'), { outputs: optional })).toMatchObject({ reason: 'prediction-invalid' });
    expect(judge(answer('[NaN,1.5]'), { outputs: optional })).toMatchObject({
      message: 'the model predicted NaN, which is not a number and not valid JSON',
    });
  });

  it('does so in V2, where each column is an output', () => {
    const answer = (y: string, margin: string) =>
      `{"outputs":[{"name":"y","shape":[1],"datatype":"FP64","data":[${y}]},{"name":"margin","shape":[1],"datatype":"FP64","data":[${margin}]}]}`;
    expect(judge(answer('1.5', 'null'), { protocol: 'v2', outputs: optional }).ok).toBe(true);
    expect(judge(answer('null', '1.5'), { protocol: 'v2', outputs: optional }).ok).toBe(false);
  });

  it('takes lists of words of any length where nothing is known about the output', () => {
    expect(judge('{"data":{"ndarray":[["a","b"],["c"]]}}').ok).toBe(true);
  });
});

describe('what is expected', () => {
  it.each([
    ['seldon', '{"data":{"names":[],"ndarray":[5.7,5.2]}}'],
    ['v2', '{"outputs":[{"name":"o","shape":[2,1],"datatype":"FP64","data":[5.7,5.2]}]}'],
    ['v2', '{"predictions":[5.7,5.2]}'],
  ] as const)('may be said as MLflow has it, in %s: %s', (protocol, body) => {
    const check = (text: string) => judge(body, { protocol, expect: parseExpectation(text) }).ok;
    expect(check('$.predictions[0] between 5.6 and 5.8')).toBe(true);
    expect(check('predictions[1] == 5.2')).toBe(true);
    expect(check('{"predictions":[5.7,5.2]}')).toBe(true);
    expect(check('$.predictions[0] < 5')).toBe(false);
  });

  it('names the columns of a table as MLflow does', () => {
    const body = '{"data":{"names":["y","why"],"ndarray":[[1.5,"a"]]}}';
    expect(judge(body, { expect: parseExpectation('$.predictions[0].why == "a"') }).ok).toBe(true);
  });

  it('decides alone about the form of an answer, but not about a number that is missing', () => {
    const expect1 = parseExpectation('$.data.ndarray[0] exists');
    expect(judge('{"data":{"ndarray":[[1,2],[3]]}}', { expect: expect1 }).ok).toBe(true);
    expect(judge('{"data":{"ndarray":[NaN]}}', { expect: expect1 }).ok).toBe(false);
  });
});

describe('a malicious answer', () => {
  const within = (milliseconds: number, body: string, more: Partial<AnswerToJudge> = {}) => {
    const started = cpuTime();
    const verdict = judge(body, more);
    expect(cpuTime() - started).toBeLessThan(milliseconds);
    return verdict;
  };

  it('may be deep, long, or never closed', () => {
    const deep = `{"data":{"ndarray":${'['.repeat(20_000)}1${']'.repeat(20_000)}}}`;
    expect(within(500, deep)).toMatchObject({ message: 'the answer is nested more than 100 levels deep' });
    expect(within(2_000, `{"data":"${'x'.repeat(9_000_000)}`)).toMatchObject({ message: 'the answer is not JSON' });
    expect(within(2_000, `{"data":${'"\\'.repeat(3_000_000)}`)).toMatchObject({ message: 'the answer is not JSON' });
    expect(within(2_000, 'x'.repeat(11_000_000))).toMatchObject({
      message: 'HTTP 200: the answer has more than 10 MB',
    });
  });

  it('may have very many rows', () => {
    const rows = Array.from({ length: 300_000 }, (_, at) => at);
    expect(within(2_000, JSON.stringify({ data: { ndarray: rows } }), { rows: 300_000 }).ok).toBe(true);
  });
});
