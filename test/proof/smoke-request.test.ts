import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Column, ColumnType, DataType, InputExample, Schema, Signature } from '../../src/model/model.ts';
import { readModelDocument } from '../../src/model/model-document.ts';
import { rowsOf, type SmokeSubject, smokeRequestsOf } from '../../src/proof/smoke-request.ts';
import { wantsDataFrame } from '../../src/seldon/xtype.ts';

/** Recorded exchanges of real servers; `models.json` has the signature and the example each of them was logged with. */
const FIXTURES = new URL('../fixtures/model-servers/', import.meta.url);
const read = (name: string) => JSON.parse(readFileSync(new URL(name, FIXTURES), 'utf8'));
const MODELS: Record<string, { signature?: Signature; example?: InputExample }> = read('models.json');

interface Recorded {
  readonly request?: string;
  readonly status: number;
}

const recorded = (file: string): Recorded[] => Object.values(read(`${file}.json`));

/** The best request. */
function smokeRequestOf(subject: SmokeSubject) {
  const made = smokeRequestsOf(subject);
  return 'skipped' in made ? made : (made[0] ?? { skipped: 'none' });
}

function ask(name: string, protocol: 'seldon' | 'v2') {
  const { signature, example } = MODELS[name] ?? {};
  return smokeRequestOf({ model: { signature, example }, protocol });
}

/** A request without what tells nothing apart: spaces, and columns as [n, 1] that MLServer takes as [n] too. */
function normal(body: string | undefined): string {
  return (body ?? '').replaceAll(/\s+(?=(?:[^"]*"[^"]*")*[^"]*$)/g, '').replaceAll('"shape":[2,1]', '"shape":[2]');
}

describe('a request made from the logged example', () => {
  const seldon = readdirSync(FIXTURES).filter((file) => file.startsWith('seldon-'));
  // The wrapper with `xtype: DataFrame`, which `wantsDataFrame` asks for.
  it.each(seldon.filter((file) => file.includes('dataframe')))(
    'is one the real Seldon wrapper answered: %s',
    (file) => {
      const request = ask(file.split('-')[1] ?? '', 'seldon');
      const body = 'body' in request ? request.body.replaceAll(':00"', ':00.000"') : '';
      const answered = recorded(file.replace('.json', '')).filter(({ status }) => status === 200);
      expect(answered.map((one) => normal(one.request))).toContain(normal(body));
      expect(request).toMatchObject({ origin: 'example', rows: 2 });
    },
  );

  it.each(['wine', 'datetime', 'params'])('is one the real MLServer answered: %s', (name) => {
    const request = ask(name, 'v2');
    const body = 'body' in request ? request.body.replaceAll(':00"', ':00.000"') : '';
    const answered = recorded(`mlserver-${name}`).filter(({ status }) => status === 200);
    expect(answered.map((one) => JSON.parse(normal(one.request) || '0'))).toContainEqual(JSON.parse(normal(body)));
  });

  it('leaves the decoding of bytes to the signature, as MLServer answered it', () => {
    const request = ask('segment', 'v2');
    const answered = read('mlserver-segment.json')['infer-columns-pd-no-str'];
    expect(answered.status).toBe(200);
    expect(normal('body' in request ? request.body : '')).toBe(
      '{"parameters":{"content_type":"pd"},"inputs":[' +
        '{"name":"age","datatype":"INT64","shape":[2],"data":[20,35]},' +
        '{"name":"city","datatype":"BYTES","shape":[2],"data":["Kraków","Łódź"]}]}',
    );
    expect(JSON.parse(normal('body' in request ? request.body : ''))).toEqual(JSON.parse(normal(answered.request)));
  });

  it('names an unnamed tensor as MLServer does, and sends it in its own dtype', () => {
    const request = ask('tensor', 'v2');
    const answered = read('mlserver-tensor.json')['infer-tensor-FP32-np'];
    expect(answered.status).toBe(200);
    const expected = normal(answered.request).replace('"name":"x"', '"name":"input-0"');
    expect('body' in request && JSON.parse(request.body)).toEqual(JSON.parse(expected));
  });

  it('is never one that a real server refused', () => {
    for (const file of readdirSync(FIXTURES).filter((one) => /^(seldon-.*dataframe|mlserver)/.test(one))) {
      const request = ask(file.split(/[-.]/)[1] ?? '', file.startsWith('seldon') ? 'seldon' : 'v2');
      const refused = recorded(file.replace('.json', '')).filter(({ status }) => status !== 200);
      if ('body' in request) expect(refused.map((one) => normal(one.request))).not.toContain(normal(request.body));
    }
  });
});

/**
 * `accepted.json`: bodies that a Seldon wrapper 1.17.1 with MLflow 3.2 and an MLServer 1.7.1 with MLflow 3.17 took, each
 * with a model of that signature; `dataFrame` is the `xtype` the wrapper had. A body that changes must be tried again.
 */
describe('a request that real servers took', () => {
  const accepted: Record<string, Accepted> = read('accepted.json');
  it.each(Object.entries(accepted))('%s', (_name, { inputs, example, dataFrame, ...bodies }) => {
    const model = { signature: inputs && { inputs, outputs: undefined }, example };
    expect(wantsDataFrame(model)).toBe(dataFrame);
    for (const protocol of ['seldon', 'v2'] as const) {
      const request = smokeRequestOf({ model, protocol });
      if (bodies[protocol] !== undefined) expect(request).toMatchObject({ body: bodies[protocol] });
    }
  });
});

interface Accepted {
  readonly inputs?: Schema;
  readonly example?: InputExample;
  readonly dataFrame: boolean;
  readonly seldon?: string;
  readonly v2?: string;
}

const signed = (inputs: Schema): Signature => ({ inputs, outputs: undefined });
const columns = (...types: readonly (ColumnType | Partial<Column>)[]): Signature =>
  signed({
    kind: 'columns',
    columns: types.map((type, at) => ({
      name: 'abcdef'[at],
      required: true,
      ...(typeof type === 'string' ? { type } : { type: 'double' as const, ...type }),
    })),
  });
const tensor = (dtype: string, shape: readonly number[], name?: string): Signature =>
  signed({ kind: 'tensors', tensors: [{ name, dtype, shape }] });
const frame = (text: string, more: Partial<InputExample> = {}): InputExample => ({
  text,
  type: 'dataframe',
  orient: 'split',
  hasParams: false,
  ...more,
});
const array = (text: string): InputExample => ({ text, type: 'ndarray', orient: undefined, hasParams: false });

function body(signature: Signature | undefined, example?: InputExample, protocol: 'seldon' | 'v2' = 'seldon'): string {
  const request = smokeRequestOf({ model: { signature, example }, protocol });
  return 'body' in request ? request.body : request.skipped;
}

describe('the spelling of numbers', () => {
  it('gives double columns a fraction, which pandas would otherwise read as integers', () => {
    expect(body(columns('double', 'double'), frame('{"columns":["a","b"],"data":[[5,3.0]]}'))).toBe(
      '{"data":{"names":["a","b"],"ndarray":[[5.0,3.0]]}}',
    );
  });

  it('takes the fraction from long columns, and keeps integers that JavaScript cannot hold', () => {
    expect(body(columns('long', 'long'), frame('{"columns":["a","b"],"data":[[5.0,9007199254740993]]}'))).toBe(
      '{"data":{"names":["a","b"],"ndarray":[[5,9007199254740993]]}}',
    );
  });

  it('keeps a type per column where they differ', () => {
    expect(body(columns('long', 'double', 'boolean'), frame('{"columns":["a","b","c"],"data":[[1,2,true]]}'))).toBe(
      '{"jsonData":{"a":[1],"b":[2.0],"c":[true]}}',
    );
  });
});

describe('the forms of input_example.json', () => {
  const one = '{"data":{"names":["a"],"ndarray":[[1.5],[2.5]]}}';
  it.each([
    ['columns in another order, and one too many', '{"columns":["z","a"],"data":[["q",1.5],["q",2.5]]}', {}],
    ['without columns', '{"data":[[1.5],[2.5]]}', { orient: 'values' }],
    ['wrapped with params', '{"inputs":{"columns":["a"],"data":[[1.5],[2.5]]},"params":{"k":1}}', { hasParams: true }],
    ['records', '[{"a":1.5},{"a":2.5}]', { type: 'json_object' }],
    ['a dict of columns', '{"a":[1.5,2.5]}', { type: 'json_object' }],
    ['the first two rows of many', '{"columns":["a"],"data":[[1.5],[2.5],[3.5]]}', {}],
    ['rows without holes before rows with', '{"columns":["a"],"data":[[null],[1.5],[2.5]]}', {}],
  ])('%s', (_name, text, more) => {
    expect(body(columns('double'), frame(text, more))).toBe(one);
  });

  it('bare and wrapped arrays, and arrays by name', () => {
    expect(body(tensor('float64', [-1, 2]), array('[[1,2]]'))).toBe('{"data":{"ndarray":[[1.0,2.0]]}}');
    expect(body(tensor('float64', [-1, 2]), array('{"inputs":[[1,2]]}'))).toBe('{"data":{"ndarray":[[1.0,2.0]]}}');
    expect(body(tensor('float32', [-1, 1, 2], 'x'), array('{"x":[[[1,2]]]}'))).toBe('{"jsonData":{"x":[[1.0,2.0]]}}');
  });

  it('the first rows of a sparse matrix, by row and by column', () => {
    const matrix = '{"data":[1.0,2.0],"indices":[2,0],"indptr":[0,1,2],"shape":[2,3]}';
    const csr = { ...array(matrix), type: 'sparse_matrix_csr' };
    expect(body(tensor('float64', [-1, 3]), csr)).toBe('{"data":{"ndarray":[[0.0,0.0,1.0],[2.0,0.0,0.0]]}}');
    const columnwise = '{"data":[2.0,1.0],"indices":[1,0],"indptr":[0,1,1,2],"shape":[2,3]}';
    const csc = { ...array(columnwise), type: 'sparse_matrix_csc' };
    expect(body(tensor('float64', [-1, 3]), csc)).toBe('{"data":{"ndarray":[[0.0,0.0,1.0],[2.0,0.0,0.0]]}}');
  });

  it('falls back on the signature when the example does not fit it', () => {
    const example = frame('{"columns":["z"],"data":[[1.5]]}');
    expect(smokeRequestOf({ model: { signature: columns('double'), example }, protocol: 'seldon' })).toEqual({
      body: '{"data":{"names":["a"],"ndarray":[[1.5]]}}',
      origin: 'signature',
      rows: 1,
      isMadeUp: true,
    });
    expect(body(tensor('float64', [-1, 3]), array('[[1.0]]'))).toBe('{"data":{"ndarray":[[0.5,1.5,2.5]]}}');
    expect(body(columns('double'), frame('{broken'))).toContain('[[1.5]]');
  });
});

describe('what Seldon and MLflow do not let through together', () => {
  it('skips 32-bit columns, naming the column and the cure', () => {
    const skipped = body(columns('double', 'integer'), frame('{"columns":["a","b"],"data":[[1.5,2]]}'));
    expect(skipped).toMatch(
      /^No prediction was sent: column `b` takes 32-bit integers.*`protocol: v2`.*`smoke-request`\.$/,
    );
    expect(body(columns('float'), undefined, 'v2')).toContain('"datatype":"FP32"');
  });

  it('leaves them out where they are optional, and sends a hole in another as null', () => {
    const optional = columns('double', { type: 'integer', required: false }, { type: 'double', required: false });
    expect(body(optional, frame('{"columns":["a","b","c"],"data":[[1.5,2,null]]}'))).toBe(
      '{"data":{"names":["a","c"],"ndarray":[[1.5,null]]}}',
    );
  });

  it('skips tensors of other dtypes unless only their rows are free', () => {
    expect(body(tensor('int32', [-1, 2]), array('[[1,2]]'))).toBe('{"jsonData":{"inputs":[[1,2]]}}');
    expect(body(tensor('float32', [2, 2]))).toContain('a float32 tensor of shape (2, 2)');
    expect(body(tensor('float32', [2, 2]))).toContain('`protocol: v2`');
  });

  it('does not turn the numbers of a DataFrame without labels into names', () => {
    const numbered = signed({
      kind: 'columns',
      columns: ['0', '1'].map((name) => ({ name, isNumberName: true, type: 'double', required: true })),
    });
    expect(body(numbered)).toBe('{"data":{"ndarray":[[1.5,2.5]]}}');
    const digits = signed({
      kind: 'columns',
      columns: ['0', '1'].map((name) => ({ name, type: 'double', required: true })),
    });
    expect(body(digits)).toBe('{"data":{"names":["0","1"],"ndarray":[[1.5,2.5]]}}');
  });
});

describe('without an example or without a signature', () => {
  it('synthesises a row of all scalar types', () => {
    const signature = columns('double', 'long', 'string', 'boolean', 'datetime');
    expect(body(signature)).toBe('{"jsonData":{"a":[1.5],"b":[2],"c":["a"],"d":[false],"e":["2024-02-29T12:30:00"]}}');
    expect(body(columns('object'))).toContain('does not say what is inside input `a`');
  });

  it('fills free dimensions with one, and refuses a request that is too large', () => {
    expect(body(tensor('uint8', [-1, -1]), undefined, 'v2')).toBe(
      '{"parameters":{"content_type":"np"},"inputs":[{"name":"input-0","datatype":"UINT8","shape":[1,1],"data":[1]}]}',
    );
    expect(body(tensor('float64', [-1, 1000, 1000]))).toContain('more than 2000000 bytes');
  });

  it('sends an example of an unsigned model as the array it is', () => {
    expect(body(undefined, array('[[0.5,1.0]]'))).toBe('{"data":{"ndarray":[[0.5,1.0]]}}');
    expect(body(undefined, frame('{"columns":["a","b"],"data":[[1,"x"]]}'))).toBe('{"jsonData":{"a":[1],"b":["x"]}}');
    expect(body(undefined, array('[[0.5,1.0]]'), 'v2')).toContain('"datatype":"FP64","shape":[1,2],"data":[0.5,1.0]');
  });

  it('says plainly when nothing is known', () => {
    expect(smokeRequestOf({ model: { signature: undefined, example: undefined }, protocol: 'v2' })).toEqual({
      skipped:
        'No prediction was sent: the model was logged with neither a signature nor a usable input example. ' +
        'Log the model with an `input_example`, or give a request in `smoke-request`.',
    });
  });

  it('does not send a body that is a load test', () => {
    const wide = `[[${Array.from({ length: 300_000 }, () => '0.123456').join()}]]`;
    expect(body(undefined, array(wide))).toMatch(/the request made from its example has \d+ characters/);
  });
});

describe('the number of rows of somebody else’s request', () => {
  it.each([
    ['seldon', '{"data":{"ndarray":[[1],[2]]}}', 2],
    ['seldon', '{"data":{"tensor":{"shape":[3,1],"values":[1,2,3]}}}', 3],
    ['seldon', '{"jsonData":{"a":[1,2]}}', 2],
    ['seldon', '{"jsonData":{"prompt":"hello"}}', undefined],
    ['seldon', '{"strData":"hello"}', undefined],
    ['v2', '{"inputs":[{"name":"a","shape":[4],"datatype":"FP64","data":[1,2,3,4]}]}', 4],
    ['v2', 'not JSON', undefined],
  ] as const)('%s %s', (protocol, text, rows) => {
    expect(rowsOf(protocol, text)).toBe(rows);
  });
});

const type = (name: ColumnType, inside: Partial<DataType> = {}): Partial<Column> => ({
  type: name,
  content: { type: name, ...inside },
});

describe('values made of nested types', () => {
  it.each([
    ['an array', type('array', { items: { type: 'string' } }), '[["a"]]'],
    ['a map', type('map', { values: { type: 'double' } }), '[{"a":1.5}]'],
    [
      'an object',
      type('object', {
        properties: [
          { name: 'p', required: true, content: { type: 'string' } },
          { name: 'q', required: false, content: { type: 'other' } },
          { name: 'r', required: true, content: { type: 'array', items: { type: 'long' } } },
        ],
      }),
      '[{"p":"a","r":[1]}]',
    ],
    ['anything', type('any'), '["a"]'],
  ])('%s', (_what, column, cells) => {
    expect(body(columns(column))).toBe(`{"jsonData":{"a":${cells}}}`);
  });

  it('32-bit numbers inside of a list are skipped in both protocols, for MLflow narrows none', () => {
    const inside = columns(type('array', { items: { type: 'float' } }));
    expect(body(inside)).toContain('column `a` takes 32-bit floats');
    expect(body(inside, undefined, 'v2')).toContain('column `a` has 32-bit floats inside');
  });
});

describe('the order of the forms', () => {
  const of = (signature: Signature | undefined, example: InputExample | undefined, protocol: 'seldon' | 'v2') => {
    const made = smokeRequestsOf({ model: { signature, example }, protocol });
    return 'skipped' in made ? made : made.map(({ body: text, isMadeUp }) => [text, isMadeUp]);
  };

  it('is only the example where its rows are whole: what comes after it would hide a failure of the model', () => {
    expect(of(columns('double'), frame('{"columns":["a"],"data":[[1.5]]}'), 'seldon')).toEqual([
      ['{"data":{"names":["a"],"ndarray":[[1.5]]}}', false],
    ]);
  });

  it('tries nulls, then the columns without holes, then made-up values', () => {
    const holed = frame('{"columns":["a","b"],"data":[[NaN,1.0],[NaN,2.0]]}');
    const signature = columns({ type: 'double', required: false }, 'double');
    expect(of(signature, holed, 'seldon')).toEqual([
      ['{"data":{"names":["a","b"],"ndarray":[[null,1.0],[null,2.0]]}}', true],
      ['{"data":{"names":["a","b"],"ndarray":[[null,1.0]]}}', true],
      ['{"data":{"names":["b"],"ndarray":[[1.0],[2.0]]}}', true],
      ['{"data":{"names":["a","b"],"ndarray":[[1.5,2.5]]}}', true],
      ['{"data":{"names":["b"],"ndarray":[[1.5]]}}', true],
    ]);
  });

  it('sends no null where a protocol has none of that type', () => {
    const holed = frame('{"columns":["a","b"],"data":[[null,1.0]]}');
    const signature = columns({ type: 'long', required: false }, 'double');
    expect(of(signature, holed, 'seldon')).toContainEqual(['{"data":{"names":["b"],"ndarray":[[1.0]]}}', true]);
    expect(JSON.stringify(of(signature, holed, 'seldon'))).not.toContain('null');
    expect(JSON.stringify(of(signature, holed, 'v2'))).not.toContain('null');
  });

  it('takes fewer rows of an example that is long, and then the signature', () => {
    const row = (length: number) => `["${'x'.repeat(length)}"]`;
    const long = frame(`{"columns":["a"],"data":[${row(1_500_000)},${row(1_500_000)}]}`);
    expect(of(columns('string'), long, 'seldon')).toMatchObject([
      [expect.stringMatching(/^.{1500000,1600000}$/), false],
    ]);
    const longer = frame(`{"columns":["a"],"data":[${row(2_500_000)}]}`);
    expect(of(columns('string'), longer, 'seldon')).toEqual([['{"jsonData":{"a":["a"]}}', true]]);
  });
});

/**
 * The cases of `test/fixtures/models`: bodies that the real wrapper 1.17.1 with MLflow 3.2 and the real MLServer 1.7.1 with
 * MLflow 3.17 took, with a model of that MLmodel. A body that changes must be tried again.
 */
describe('models whose proof was wrong', () => {
  const MODEL_CASES = new URL('../fixtures/models/', import.meta.url);
  const file = (path: string) => readFileSync(new URL(path, MODEL_CASES), 'utf8');
  const accepted: Record<string, { seldon?: string; v2?: string; dataFrame: boolean }> = JSON.parse(
    file('accepted.json'),
  );
  it.each(Object.entries(accepted))('%s', (name, { dataFrame, ...bodies }) => {
    const { signature, example: saved } = readModelDocument(file(`${name}/MLmodel`));
    const model = { signature, example: saved && { ...saved, text: file(`${name}/${saved.path}`) } };
    expect(wantsDataFrame(model)).toBe(dataFrame);
    for (const protocol of ['seldon', 'v2'] as const) {
      const request = smokeRequestOf({ model, protocol });
      const known = bodies[protocol];
      if (known === undefined) continue;
      if (known.startsWith('{')) expect(request).toMatchObject({ body: known });
      else expect('skipped' in request ? request.skipped : request.body).toContain(known);
    }
  });
});

interface Taken {
  readonly signature?: Readonly<Record<string, string>>;
  readonly isFromTypeHint?: boolean;
  readonly info?: { readonly artifact_path: string };
  readonly example?: string;
  readonly xtype: 'DataFrame' | 'ndarray';
  /** The requests with whether each is made up, or why there is none. */
  readonly seldon?: string | readonly (readonly [string, boolean])[];
  readonly v2?: Taken['seldon'];
}

/**
 * `taken.json`: models that MLflow 3.17.1 saved, and requests of which the real wrapper 1.17.1 with MLflow 3.2 and the real
 * MLServer 1.7.1 with MLflow 3.17.2 took one at least, so that the model got the rows of the example. A body that changes
 * must be tried again.
 */
describe('models of every kind that MLflow saves', () => {
  const taken: Record<string, Taken> = JSON.parse(
    readFileSync(new URL('../fixtures/models/taken.json', import.meta.url), 'utf8'),
  );
  it.each(Object.entries(taken))(
    '%s',
    (_name, { signature, isFromTypeHint = false, info, example, xtype, ...bodies }) => {
      const flavors = { python_function: { env: { conda: 'conda.yaml' }, python_version: '3.11.7' } };
      const text = { flavors, signature, saved_input_example_info: info, is_signature_from_type_hint: isFromTypeHint };
      const read = readModelDocument(JSON.stringify(text));
      const saved = read.example && example !== undefined ? { ...read.example, text: example } : undefined;
      const model = { signature: read.signature, example: saved };
      expect(wantsDataFrame(model)).toBe(xtype === 'DataFrame');
      for (const protocol of ['seldon', 'v2'] as const) {
        const wanted = bodies[protocol];
        const made = smokeRequestsOf({ model, protocol });
        if (typeof wanted === 'string') expect('skipped' in made ? made.skipped : made).toContain(wanted);
        else if (wanted !== undefined)
          expect('skipped' in made ? made : made.map((one) => [one.body, one.isMadeUp])).toEqual(wanted);
      }
    },
  );
});

describe('an example in another form than MLflow writes today', () => {
  const numbers = columns('long');
  it.each([
    ['with a byte order mark', numbers, '\uFEFF{"columns":["a"],"data":[[1]]}', 'split', '[[1]]'],
    ['by column', numbers, '{"a":{"0":1,"1":2}}', 'columns', '[[1],[2]]'],
    ['by index', numbers, '{"r":{"a":1},"s":{"a":2}}', 'index', '[[1],[2]]'],
    ['as a table', numbers, '{"schema":{},"data":[{"index":0,"a":1}]}', 'table', '[[1]]'],
    ['as lists', numbers, '{"a":[1,2]}', 'list', '[[1],[2]]'],
    [
      'with integers that JavaScript does not hold',
      numbers,
      '{"columns":["a"],"data":[[9007199254740993.0]]}',
      'split',
      '[[9007199254740993]]',
    ],
    ['of records that differ', numbers, '[{"b":"x"},{"b":"y","a":1}]', 'records', '[[1]]'],
    ['with params that are empty', numbers, '{"inputs":{"columns":["a"],"data":[[1]]},"params":{}}', 'split', '[[1]]'],
  ])('%s is read', (_what, signature, text, orient, rows) => {
    const made = smokeRequestsOf({ model: { signature, example: frame(text, { orient }) }, protocol: 'seldon' });
    expect(made).toMatchObject([{ body: `{"data":{"names":["a"],"ndarray":${rows}}}`, isMadeUp: false }]);
  });

  it.each([
    ['a number for a boolean', 'boolean', '1'],
    ['a text for a number', 'double', '"5"'],
    ['a number for a text', 'string', '5'],
    ['a number for a date', 'datetime', '1704067200000'],
  ] as const)('is not taken where MLflow refuses it whatever the model: %s', (_what, type, cell) => {
    const example = frame(`{"columns":["a"],"data":[[${cell}]]}`);
    const made = smokeRequestsOf({ model: { signature: columns(type), example }, protocol: 'seldon' });
    expect(made).toMatchObject([{ origin: 'signature', isMadeUp: true }]);
  });

  it('is taken in the rows without a hole inside of a list', () => {
    const signature = columns({ type: 'array', content: { type: 'array', items: { type: 'double' } } });
    const example = frame('{"columns":["a"],"data":[[[1.0,NaN]],[[2.0]]]}');
    expect(body(signature, example)).toBe('{"jsonData":{"a":[[2.0]]}}');
    const holed = frame('{"columns":["a"],"data":[[[1.0,NaN]]]}');
    expect(smokeRequestsOf({ model: { signature, example: holed }, protocol: 'seldon' })).toMatchObject([
      { isMadeUp: true },
      { origin: 'signature' },
    ]);
  });
});
