import { describe, expect, it } from 'vitest';
import type { Signature } from '../../../src/model/model.ts';
import { rowAnswersOf } from '../../../src/proof/evaluation/row-answers.ts';
import { rowBatchesOf } from '../../../src/proof/evaluation/row-batches.ts';
import { readRowTable } from '../../../src/proof/evaluation/row-table.ts';

const COLUMNS: Signature = {
  inputs: {
    kind: 'columns',
    columns: [
      { name: 'age', type: 'long', required: true },
      { name: 'city', type: 'string', required: true },
    ],
  },
  outputs: undefined,
};
const TENSOR: Signature = {
  inputs: { kind: 'tensors', tensors: [{ name: undefined, dtype: 'float64', shape: [-1, 2] }] },
  outputs: undefined,
};

function csv(rows: number, row: (at: number) => string, header = 'city,age,label'): string {
  return [header, ...Array.from({ length: rows }, (_, at) => row(at))].join('\n');
}

function batches(text: string, signature: Signature | undefined, protocol: 'seldon' | 'v2') {
  const model = { signature, example: undefined };
  return rowBatchesOf(readRowTable(text, 'rows.csv'), { model, protocol, label: 'label', path: 'rows.csv' });
}

describe('requests with labelled rows', () => {
  it('keep the order and leave the label out, in the protocol of Seldon', () => {
    const made = batches(
      csv(250, (at) => `Oslo ${at},${at},1`),
      COLUMNS,
      'seldon',
    );
    expect(made.map(({ from, count }) => [from, count])).toEqual([
      [0, 100],
      [100, 100],
      [200, 50],
    ]);
    const { jsonData } = JSON.parse(made[1]?.body ?? '');
    expect(Object.keys(jsonData)).toEqual(['age', 'city']);
    expect([jsonData.age[0], jsonData.city[99]]).toEqual([100, 'Oslo 199']);
  });

  it('have a tensor for each column in V2', () => {
    const [made] = batches(
      csv(12, (at) => `Oslo,${at},1`),
      COLUMNS,
      'v2',
    );
    expect(JSON.parse(made?.body ?? '').inputs).toMatchObject([
      { name: 'age', datatype: 'INT64', shape: [12] },
      { name: 'city', datatype: 'BYTES', shape: [12] },
    ]);
  });

  it('spell numbers as the signature has them', () => {
    const text = csv(10, () => '1,2,1', 'a,b,label');
    const [seldon] = batches(text, TENSOR, 'seldon');
    const [v2] = batches(text, TENSOR, 'v2');
    expect(seldon?.body).toContain('[[1.0,2.0],[1.0,2.0]');
    expect(JSON.parse(v2?.body ?? '').inputs).toMatchObject([{ shape: [10, 2], datatype: 'FP64' }]);
  });

  it('take a column of lists for a tensor', () => {
    const text = JSON.stringify({ inputs: Array.from({ length: 10 }, () => [1, 2]), targets: Array(10).fill(0) });
    const table = readRowTable(text, 'rows.json');
    const model = { signature: TENSOR, example: undefined };
    const [made] = rowBatchesOf(table, { model, protocol: 'seldon', label: 'targets', path: 'rows.json' });
    expect(made?.body).toContain('"ndarray":[[1.0,2.0],[1.0,2.0]');
  });

  it('keep rows with holes in their places', () => {
    const holed = {
      ...COLUMNS,
      inputs: { kind: 'columns', columns: [{ name: 'a', type: 'double', required: true }] },
    } as const;
    const [made] = batches(
      csv(10, (at) => `${at === 3 ? '' : at},1`, 'a,label'),
      holed,
      'seldon',
    );
    expect(JSON.parse(made?.body ?? '').data.ndarray.slice(2, 5)).toEqual([[2], [null], [4]]);
  });

  it('read numbers that JSON does not spell so', () => {
    const holed = {
      ...COLUMNS,
      inputs: { kind: 'columns', columns: [{ name: 'a', type: 'double', required: true }] },
    } as const;
    const cells = ['+1', '.5', '1e3', '007', '-2.50'];
    const [made] = batches(
      csv(10, (at) => `${cells[at % 5]},1`, 'a,label'),
      holed,
      'seldon',
    );
    expect(made?.body).toContain('[[1.0],[0.5],[1e3],[7.0],[-2.50],');
  });

  it('infer types where the model has no signature', () => {
    const [made] = batches(
      csv(10, (at) => `${at === 0 ? 1 : 0.5},x,1`, 'a,b,label'),
      undefined,
      'v2',
    );
    expect(JSON.parse(made?.body ?? '').inputs).toMatchObject([{ datatype: 'FP64' }, { datatype: 'BYTES' }]);
  });

  it('are split where they are long', () => {
    const made = batches(
      csv(100, (at) => `${'x'.repeat(60_000)},${at},1`),
      COLUMNS,
      'seldon',
    );
    expect(made.length).toBeGreaterThan(3);
    expect(made.reduce((sum, { count }) => sum + count, 0)).toBe(100);
    for (const { body } of made) expect(body.length).toBeLessThan(2_000_001);
  });

  it.each([
    ['a column that the model takes', csv(10, () => '1,1', 'age,label'), /no column `city`/],
    ['only labels', csv(10, () => '1', 'label'), /no column beside the label/],
  ])('are refused without %s', (_, text, message) => {
    expect(() => batches(text, COLUMNS, 'seldon')).toThrow(message);
  });
});

describe('answers to labelled rows', () => {
  const asked = { protocol: 'seldon', signature: undefined, label: 'quality' } as const;
  const answer = (body: string) => ({ status: 200, body });

  it.each([
    ['numbers of Seldon', 'seldon', '{"data":{"ndarray":[1,2.5]}}', [1, 2.5]],
    ['a column of Seldon', 'seldon', '{"data":{"names":["p"],"ndarray":[[1],[2]]}}', [1, 2]],
    ['texts', 'seldon', '{"data":{"ndarray":["a","b"]}}', ['a', 'b']],
    [
      'the output of that name',
      'v2',
      '{"outputs":[{"name":"p","shape":[2],"data":[7,8]},{"name":"quality","shape":[2,1],"data":[1,2]}]}',
      [1, 2],
    ],
    [
      'the column called prediction',
      'seldon',
      '{"data":{"names":["prediction","p"],"ndarray":[[1,0.1],[2,0.2]]}}',
      [1, 2],
    ],
  ] as const)('are %s', (_, protocol, body, answers) => {
    expect(rowAnswersOf({ ...asked, protocol, rows: 2, answer: answer(body) })).toEqual({ kind: 'answers', answers });
  });

  it.each([
    ['another number of rows', '{"data":{"ndarray":[1,2,3]}}', /3 answers to 2 rows/],
    ['probabilities', '{"data":{"ndarray":[[0.1,0.9],[0.2,0.8]]}}', /not one number, text or boolean, but 2 values/],
    ['text', '{"strData":"hello"}', /not a list with a value for each row/],
    ['a hole', '{"data":{"ndarray":[1,NaN]}}', /NaN/],
  ])('are not %s', (_, body, message) => {
    const read = rowAnswersOf({ ...asked, rows: 2, answer: answer(body) });
    expect(read).toMatchObject({ kind: 'none', message: expect.stringMatching(message) });
  });
});
