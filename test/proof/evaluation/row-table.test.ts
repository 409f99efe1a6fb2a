import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/base/errors.ts';
import { parseCsv } from '../../../src/proof/evaluation/csv.ts';
import { labelColumnOf, labelsOf } from '../../../src/proof/evaluation/label-column.ts';
import { readRowTable } from '../../../src/proof/evaluation/row-table.ts';
import { cpuTime } from '../../support/cpu-time.ts';

const COUNT = 12;
const each = <T>(make: (at: number) => T) => Array.from({ length: COUNT }, (_, at) => make(at));
const RECORDS = each((at) => ({ age: at + 0.5, city: 'Oslo', label: at % 2 }));

/** Names, first row and labels, as every form of the same rows must have them. */
function read(text: string, wanted?: string) {
  const table = readRowTable(text, 'rows');
  const label = labelColumnOf(table, { wanted, inputs: undefined, path: 'rows' });
  return { names: table.names, rows: table.rows.length, label, labels: labelsOf(table, label, 'rows') };
}

function refusal(act: () => unknown): UserError {
  try {
    act();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('not refused');
}

describe('a file of labelled rows', () => {
  const split = { columns: ['age', 'city', 'label'], data: each((at) => [at + 0.5, 'Oslo', at % 2]) };
  const inputs = (at: number) => ({ age: at + 0.5, city: 'Oslo' });
  it.each([
    ['CSV', ['age,city,label', ...each((at) => `${at}.5,Oslo,${at % 2}`)].join('\n')],
    [
      'CSV with quotes, CRLF and a byte order mark',
      `\ufeff"age","city","label"\r\n${each((at) => `"${at}.5","Oslo",${at % 2}\r\n`).join('')}`,
    ],
    ['CSV with semicolons', ['age;city;label', ...each((at) => `${at}.5;Oslo;${at % 2}`)].join('\n')],
    ['a JSON list of records', JSON.stringify(RECORDS)],
    ['JSON lines', RECORDS.map((one) => JSON.stringify(one)).join('\n')],
    ['pandas split', JSON.stringify({ ...split, index: each((at) => at) })],
    ['dataframe_split of MLflow', JSON.stringify({ dataframe_split: split })],
    ['dataframe_records of MLflow', JSON.stringify({ dataframe_records: RECORDS })],
    [
      'a list for each column',
      JSON.stringify({ age: each((at) => at), city: each(() => 'Oslo'), label: each((at) => at % 2) }),
    ],
    [
      'an evaluation dataset of MLflow',
      JSON.stringify(each((at) => ({ inputs: inputs(at), expectations: { label: at % 2 } }))),
    ],
  ])('is read as %s', (_, text) => {
    const { names, rows, label, labels } = read(text);
    expect(names).toEqual(['age', 'city', 'label']);
    expect({ rows, label, labels }).toEqual({ rows: COUNT, label: 'label', labels: each((at) => at % 2) });
  });

  it.each([
    ['inputs and targets side by side', { inputs: each((at) => [at, 1]), targets: each((at) => at % 2) }],
    ['records of inputs and targets', each((at) => ({ inputs: [at, 1], targets: at % 2 }))],
  ])('is read as %s', (_, value) => {
    expect(read(JSON.stringify(value))).toMatchObject({ names: ['inputs', 'targets'], label: 'targets', rows: COUNT });
  });

  it('keeps commas, quotes and line breaks inside quotes', () => {
    expect(parseCsv('a,b\n"x, ""y""\nz",1\n', 10)).toEqual({
      kind: 'records',
      records: [
        { cells: ['a', 'b'], line: 1 },
        { cells: ['x, "y"\nz', '1'], line: 2 },
      ],
    });
  });

  it.each([
    ['no rows', 'a,label\n', /has 0 rows, and fewer than 10/],
    [
      'a row that is too short',
      `a,label\n${'1,2\n'.repeat(10)}1\n`,
      /line 12 of rows .* has 1 values, and the header has 2/,
    ],
    ['a quote without end', 'a,label\n"1,2\n', /line 2 of rows .* begins a quoted value that has no end/],
    ['a line that is no JSON', '{"a":1}\nnope\n', /line 2 of rows .* is not a JSON object/],
    ['lists without names', JSON.stringify(each((at) => [at])), /entry 1 of rows .* is not a record/],
    ['columns of other lengths', '{"a":[1,2],"label":[1]}', /`label` of rows .* has 1 values, and `a` has 2/],
    [
      'targets of another number',
      JSON.stringify({ inputs: each((at) => [at]), targets: [1] }),
      /12 rows of inputs and 1 `targets`/,
    ],
    [
      'a split row of another length',
      '{"columns":["a","b"],"data":[[1]]}',
      /row 1 of rows .* has 1 values, and `columns` has 2/,
    ],
    ['two columns of one name', `a,a\n${'1,2\n'.repeat(12)}`, /two columns `a`/],
    ['too many rows', `a,b\n${'1,2\n'.repeat(10_001)}`, /more than 10000 rows/],
    [
      'too many values',
      JSON.stringify(Array.from({ length: 2_000 }, (_, at) => ({ [`c${at}`]: 1 }))),
      /4000000 values/,
    ],
    ['JSON that is too deep', `[${'['.repeat(200)}${']'.repeat(200)}]`, /nested more than 100 levels/],
  ])('is refused with %s', (_, text, message) => {
    const error = refusal(() => readRowTable(text, 'rows'));
    expect(error.code).toBe('bad-input');
    expect(error.message).toMatch(message);
    expect(error.hint).toBeTruthy();
  });

  it('is read in linear time, whatever is in it', () => {
    const started = cpuTime();
    for (const text of [
      `"${'""'.repeat(1_000_000)}`,
      `${','.repeat(1_000_000)}\n`,
      '['.repeat(1_000_000),
      '\r'.repeat(1_000_000),
    ])
      refusal(() => readRowTable(text, 'rows'));
    expect(cpuTime() - started).toBeLessThan(5_000);
  });
});

describe('the label column', () => {
  const table = (...names: string[]) => ({ names, rows: [], isText: false });
  const inputs = {
    kind: 'columns',
    columns: [{ name: 'age', type: 'double', required: true }],
  } as const;

  it.each([
    ['the one that is no input of the model', ['', 'age', 'quality'], 'quality'],
    ['the one with a common name', ['age', 'id', 'Target'], 'Target'],
  ])('is %s', (_, names, label) => {
    expect(labelColumnOf(table(...names), { wanted: undefined, inputs, path: 'rows' })).toBe(label);
  });

  it('is not guessed among several', () => {
    const error = refusal(() => labelColumnOf(table('age', 'a', 'b'), { wanted: undefined, inputs, path: 'rows' }));
    expect(error.message).toContain('it could be `a`, `b`');
    expect(error.hint).toContain('`evaluate-label`');
  });

  it('must be there', () => {
    const none = refusal(() => labelColumnOf(table('age'), { wanted: undefined, inputs, path: 'rows' }));
    expect(none.message).toContain('all its columns are inputs of the model');
    const wrong = refusal(() => labelColumnOf(table('age', 'quality'), { wanted: 'qualty', inputs, path: 'rows' }));
    expect(wrong.hint).toContain('did you mean `quality`?');
  });

  it('has no holes', () => {
    const holed = {
      names: ['age', 'y'],
      rows: [
        ['1', '2'],
        ['1', ''],
      ],
      isText: true,
    };
    expect(refusal(() => labelsOf(holed, 'y', 'rows')).message).toContain('row 2 of rows');
  });

  it('has the types of its values in a file without types', () => {
    const of = (...cells: string[]) =>
      labelsOf({ names: ['y'], rows: cells.map((one) => [one]), isText: true }, 'y', '');
    expect(of('1', '2.5')).toEqual([1, 2.5]);
    expect(of('True', 'False')).toEqual([true, false]);
    expect(of('1', 'x')).toEqual(['1', 'x']);
  });
});
