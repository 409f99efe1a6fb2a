import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { compare, describeComparison, differenceInWords, type ModelAnswer } from '../../src/proof/comparison.ts';
import { parseComparing } from '../../src/proof/comparison-requests.ts';

function answer(data: unknown, latency = 10): ModelAnswer {
  return { status: 200, body: JSON.stringify({ data: { names: [], ndarray: data }, meta: {} }), latency };
}

function differenceOf(old: ModelAnswer, fresh: ModelAnswer) {
  const made = compare({
    old: 'main',
    new: 'canary',
    protocol: 'seldon',
    exchanges: [{ old, new: fresh }],
    tolerance: undefined,
  });
  return made.answers[0]?.difference ?? { kind: 'incomparable' as const, message: 'nothing' };
}

describe('how far two answers are apart', () => {
  it.each([
    ['the same numbers', [1, 2], [1, 2], 'none'],
    ['one number off', [1, 2], [1, 2.5], '20 % (0.5)'],
    ['zero and not', [0], [0.001], '100 % (0.001)'],
    ['both zero', [0, 0], [0, 0], 'none'],
    ['texts', ['junior', 'senior'], ['junior', 'junior'], 'one text'],
    ['texts and numbers', [['a', 1]], [['b', 2]], '50 % (1), one text'],
    [
      'rows of several columns',
      [
        [1, 10],
        [2, 20],
      ],
      [
        [1, 10],
        [2, 21],
      ],
      '4.8 % (1)',
    ],
    ['negative and positive', [-1], [1], '200 % (2)'],
    ['another number of rows', [1, 2], [1], 'their shapes differ: 2 values in the old answer, 1 in the new answer'],
    ['a column and a list of the same', [[1], [2]], [1, 2], 'none'],
    ['the same empty cell', [[1, null]], [[1, null]], 'none'],
    ['an empty cell in one of them', [[1, null]], [[1, 2]], 'one cell that is empty in only one of them'],
    ['empty cells and texts', [[null, 'a']], [[3, 'b']], 'one text, one cell that is empty in only one of them'],
    ['an empty list', [], [], 'their shapes differ: 0 values in the old answer, 0 in the new answer'],
  ])('%s', (_, old, fresh, words) => {
    expect(differenceInWords(differenceOf(answer(old), answer(fresh)))).toBe(words);
  });

  it('is unknown where one of them refuses, and their message is quoted', () => {
    const refusal = { status: 500, body: '{"status":{"info":"bad column","status":1}}', latency: 3 };
    expect(differenceInWords(differenceOf(answer([1]), refusal))).toContain(
      'the new model answered: HTTP 500: bad column',
    );
    const nobody = { status: undefined, body: 'connection refused', latency: 1 };
    expect(differenceInWords(differenceOf(nobody, answer([1])))).toBe('the old model answered: connection refused');
  });
});

it('compares what Python writes for an empty cell as an empty cell', () => {
  const bare = (cell: string): ModelAnswer => ({ status: 200, body: `{"data":{"ndarray":[[1,${cell}]]}}`, latency: 1 });
  expect(differenceInWords(differenceOf(bare('NaN'), bare('NaN')))).toBe('none');
  expect(differenceInWords(differenceOf(bare('null'), bare('NaN')))).toBe('none');
  expect(differenceInWords(differenceOf(bare('1e999'), bare('2')))).toBe('one cell that is empty in only one of them');
});

it('compares two answers of 5 MB in a heap of 200 MB', async () => {
  const script = `
    const { compare } = await import(${JSON.stringify(new URL('../../src/proof/comparison.ts', import.meta.url).href)});
    const rows = Array.from({ length: 32_000 }, (_, at) => Array.from({ length: 10 }, (_unused, cell) => at + cell / 7));
    const one = { status: 200, body: JSON.stringify({ data: { names: [], ndarray: rows } }), latency: 1 };
    const exchanges = [{ old: one, new: one }];
    const made = compare({ old: 'main', new: 'canary', protocol: 'seldon', exchanges, tolerance: 0 });
    console.log(one.body.length, made.answers[0].difference.relative);`;
  const options = ['--max-old-space-size=200', '--input-type=module', '-e', script];
  const { stdout } = await promisify(execFile)(process.execPath, options);
  const [bytes, relative] = stdout.trim().split(' ').map(Number);
  expect(bytes).toBeGreaterThan(5_000_000);
  expect(relative).toBe(0);
});

describe('the verdict', () => {
  const judged = (tolerance: number | undefined, ...pairs: readonly (readonly [unknown, unknown])[]) =>
    compare({
      old: 'main',
      new: 'canary',
      protocol: 'seldon',
      exchanges: pairs.map(([old, fresh]) => ({ old: answer(old, 10), new: answer(fresh, 30) })),
      tolerance,
    });

  it('is none without a tolerance', () => {
    expect(judged(undefined, [[1], [900]]).objection).toBeUndefined();
  });

  it('names the first request that is beyond it', () => {
    const { objection } = judged(0.1, [[1], [1.05]], [[1], [2]]);
    expect(objection).toBe(
      'the answers to request 2 of main and canary differ by 50 %, and `compare-tolerance` is 10 %',
    );
  });

  it('does not accept other texts, or what cannot be compared', () => {
    expect(judged(1, [['a'], ['b']]).objection).toBe('the answers of main and canary differ in one text');
    expect(judged(1, [[1], [1, 2]]).objection).toContain('cannot be compared');
  });

  it('has the medians of both latencies, and is told in one line', () => {
    expect(describeComparison(judged(undefined, [[1], [1]], [[1], [1.1]]))).toBe(
      '2 requests, largest difference 9.1 % (0.1); main 10 ms, canary 30 ms',
    );
  });
});

describe('a file of requests', () => {
  it.each([
    ['a list', '[{"data":{"ndarray":[[5.0]]}},{"a":1}]', ['{"data":{"ndarray":[[5.0]]}}', '{"a":1}']],
    ['one request over several lines', '{\n  "a": 5.0\n}', ['{"a":5.0}']],
    ['one on each line', '{"a":5.0}\n\n{"a":1e3}\n', ['{"a":5.0}', '{"a":1e3}']],
  ])('may be %s, and numbers keep their spelling', (_, text, bodies) => {
    expect(parseComparing(text, 'requests.json')).toEqual(bodies);
  });

  it.each(['', '[]', '{"a":1}\nnot json'])('is refused where it is %j', (text) => {
    expect(() => parseComparing(text, 'requests.json')).toThrow(/requests\.json/);
  });
});
