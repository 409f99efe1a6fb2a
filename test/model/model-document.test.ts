import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readModelDocument } from '../../src/model/model-document.ts';
import { mlserverWarnings } from '../../src/seldon/mlserver-limits.ts';
import { signatureWarnings } from '../../src/seldon/server-release.ts';
import { cpuTime } from '../support/cpu-time.ts';
import { exchanges } from '../support/mlflow-replay.ts';

function recorded(name: string): string {
  return exchanges('proxied').find((one) => one.case === name)?.text ?? '';
}

/** An MLmodel with other lines in it. */
function document(lines: Readonly<Record<string, string>> = {}): string {
  const all = {
    flavors: '{python_function: {env: {conda: conda.yaml}, python_version: 3.11.7}}',
    mlflow_version: '2.9.2',
    ...lines,
  };
  return Object.entries(all)
    .map(([key, value]) => `${key}: ${value}\n`)
    .join('');
}

function columns(json: string) {
  return readModelDocument(document({ signature: `{inputs: '${json}', outputs: null, params: null}` })).signature
    ?.inputs;
}

describe('an MLmodel file', () => {
  it('recorded from MLflow 3.17 with a column signature is read', () => {
    const read = readModelDocument(recorded('mv-get-artifact-MLmodel'));
    expect(read.example).toEqual({ path: 'input_example.json', type: 'dataframe', orient: 'split', hasParams: false });
    expect(read.signature?.outputs).toEqual({
      kind: 'tensors',
      tensors: [{ name: undefined, dtype: 'float64', shape: [-1] }],
    });
    const inputs = read.signature?.inputs;
    expect(inputs?.kind === 'columns' && inputs.columns.length).toBe(11);
    expect(inputs?.kind === 'columns' && inputs.columns[0]).toEqual({
      name: 'fixed acidity',
      type: 'double',
      required: true,
    });
  });

  it('recorded with a tensor signature is read, without a warning', () => {
    const read = readModelDocument(recorded('mv-get-artifact-classic-MLmodel'));
    expect(read.signature?.inputs).toEqual({
      kind: 'tensors',
      tensors: [{ name: undefined, dtype: 'float32', shape: [-1, 4] }],
    });
    expect(read.example).toEqual({ path: 'input_example.json', type: 'ndarray', orient: undefined, hasParams: false });
    expect(read.warnings).toEqual([]);
  });

  it('may have neither signature nor example', () => {
    const read = readModelDocument(document({ signature: 'null' }));
    expect(read.signature).toBeUndefined();
    expect(read.example).toBeUndefined();
  });

  it('marks columns optional in the old and in the new way', () => {
    const written =
      '[{"type":"double","name":"a"},{"type":"double","name":"b","optional":true},{"type":"double","name":"c","required":false}]';
    expect(columns(written)).toMatchObject({ columns: [{ required: true }, { required: false }, { required: false }] });
  });

  it('may have numbered or unnamed columns, and unknown types', () => {
    expect(columns('[{"type":"long","name":0},{"type":"sparkml_vector"},{"type":"array","items":{}}]')).toEqual({
      kind: 'columns',
      columns: [
        { name: '0', isNumberName: true, type: 'long', required: true },
        { name: undefined, type: 'other', required: true },
        { name: undefined, type: 'array', required: true, content: { type: 'array', items: { type: 'other' } } },
      ],
    });
  });

  it('reads the contents of arrays, maps and objects', () => {
    const written =
      '[{"type":"array","items":{"type":"double"},"name":"a"},{"type":"map","values":{"type":"string"},"name":"b"},' +
      '{"type":"object","properties":{"p":{"type":"long","required":false}},"name":"c"}]';
    expect(columns(written)).toMatchObject({
      columns: [
        { content: { type: 'array', items: { type: 'double' } } },
        { content: { type: 'map', values: { type: 'string' } } },
        { content: { type: 'object', properties: [{ name: 'p', required: false, content: { type: 'long' } }] } },
      ],
    });
  });

  it('tells whether MLflow made the signature from a type hint', () => {
    const text = readFileSync(new URL('../fixtures/models/F05-type-hint-list-of-str/MLmodel', import.meta.url), 'utf8');
    expect(readModelDocument(text).signature).toMatchObject({ isFromTypeHint: true });
  });

  it('is read where a quoted text continues at the indent of its parent, as PyYAML reads it', () => {
    const path = '../fixtures/models/F19-yaml-continuation-at-parent-indent/MLmodel';
    const { signature } = readModelDocument(readFileSync(new URL(path, import.meta.url), 'utf8'));
    expect(signature?.inputs).toEqual({ kind: 'columns', columns: [{ name: 'a', type: 'double', required: true }] });
  });

  it.each(['"true"', 'true'])('says `params: %s` where the example has parameters', (params) => {
    const info = `{artifact_path: e.json, type: json_object, params: ${params}}`;
    const read = readModelDocument(document({ saved_input_example_info: info }));
    expect(read.example).toEqual({ path: 'e.json', type: 'json_object', orient: undefined, hasParams: true });
  });

  it.each([
    [
      'no python_function',
      document({ flavors: '{sklearn: {}, spark: {}}' }),
      /flavours in its MLmodel: sklearn, spark/,
    ],
    ['no flavours', 'mlflow_version: 2.9.2\n', /flavours in its MLmodel: none/],
    ['a list', '- a\n- b\n', /does not describe/],
    ['broken YAML', '{a: [', /not YAML/],
    ['a page', '<!doctype html>\n<p>login: here: now', /file `MLmodel`/],
  ])('with %s is unusable', (_, text, message) => {
    expect(() => readModelDocument(text)).toThrow(
      expect.objectContaining({ code: 'model-unusable', message: expect.stringMatching(message) }),
    );
  });
});

describe('a warning', () => {
  const python = (env: string, version = '3.11.7') =>
    readModelDocument(document({ flavors: `{python_function: {env: ${env}, python_version: ${version}}}` })).warnings;

  it('names skops', () => {
    expect(readModelDocument(recorded('mv-get-artifact-MLmodel-3')).warnings.join()).toMatch(/skops.*cloudpickle/);
  });

  it('names a column signature that older servers cannot parse', () => {
    const { signature, warnings } = readModelDocument(recorded('mv-get-artifact-MLmodel'));
    expect(warnings).toEqual([]);
    const server = { graph: { name: 'model' } };
    expect(signatureWarnings({ predictor: server, signature, isFirst: true })).toEqual([
      expect.stringMatching(/'required'/),
    ]);
    // Once is enough: what was live before has been read.
    expect(signatureWarnings({ predictor: server, signature, isFirst: false })).toEqual([]);
  });

  it.each([
    ['seldonio/mlflowserver:1.17.1', /has MLflow 2\.5 at most, which cannot read it: .*Seldon 1\.18/],
    ['registry.example.com:5000/seldonio/mlserver:1.3.5-mlflow', /has MLflow 2\.4 at most/],
    ['seldonio/mlflowserver:1.18.2', undefined],
    ['seldonio/mlserver:1.7.1-mlflow', undefined],
  ])('is certain where the image is a release of Seldon: %s', (image, words) => {
    const { signature } = readModelDocument(recorded('mv-get-artifact-MLmodel'));
    const componentSpecs = [{ spec: { containers: [{ name: 'model', image }] } }];
    const predictor = { graph: { name: 'model' }, componentSpecs };
    const warnings = signatureWarnings({ predictor, signature, isFirst: false });
    expect(warnings).toEqual(words === undefined ? [] : [expect.stringMatching(words)]);
  });

  it('names a model without a conda environment, in either spelling', () => {
    expect(python('{virtualenv: python_env.yaml}')).toEqual([expect.stringMatching(/conda/)]);
    expect(python('null')).toEqual([expect.stringMatching(/conda/)]);
    expect(python('conda.yaml')).toEqual([]);
  });

  it.each([
    ['3.12.1', 1],
    ['3.13.0', 1],
    ['3.9.18', 0],
  ])('for Python %s: %i', (version, count) => {
    expect(python('{conda: conda.yaml}', version)).toHaveLength(count);
  });
});

describe('what MLServer cannot load', () => {
  const warned = (signature: string) => mlserverWarnings(readModelDocument(document({ signature })).signature);
  const double = '{"type":"double","name":"a"}';

  it.each([
    [
      'a number as a name',
      `{inputs: '[{"type":"double","name":5}]', outputs: '[${double}]'}`,
      /numbers as names \(5\)/,
    ],
    ['no outputs', `{inputs: '[${double}]', outputs: null}`, /no outputs/],
    [
      'a tensor of dates',
      `{inputs: '[{"type":"tensor","tensor-spec":{"dtype":"datetime64[ns]","shape":[-1]}}]', outputs: '[${double}]'}`,
      /tensor of dates/,
    ],
  ])('is said before: %s', (_what, signature, words) => {
    expect(warned(signature)).toEqual([expect.stringMatching(words)]);
    expect(warned(signature)[0]).toContain('`protocol: seldon`');
  });

  it('does not include an ordinary model', () => {
    expect(warned(`{inputs: '[${double}]', outputs: '[${double}]'}`)).toEqual([]);
    expect(mlserverWarnings(undefined)).toEqual([]);
  });
});

it('refuses an MLmodel whose aliases stand for billions of values, within a second', () => {
  const levels = Array.from({ length: 30 }, (_, at) => {
    const items = Array.from({ length: 9 }, () => (at === 0 ? 'x' : `*a${at - 1}`));
    return `a${at}: &a${at} [${items.join(', ')}]\n`;
  });
  const began = cpuTime();
  expect(() => readModelDocument(levels.join(''))).toThrow('the file `MLmodel` is too large or too deep');
  expect(cpuTime() - began).toBeLessThan(1000);
});

const BASE = 'flavors:\n  python_function:\n    env:\n      conda: conda.yaml\n    python_version: 3.11.7\n';
const INPUTS = `'[{"type": "double", "name": "a"}]'`;
const AS_PYTHON: Readonly<Record<string, string>> = {
  bom: `\ufeff${BASE}signature:\n  inputs: ${INPUTS}\n`,
  crlf: `${BASE}signature:\n  inputs: ${INPUTS}\n`.replaceAll('\n', '\r\n'),
  comments: `# c\n${BASE}signature: # x\n  # y\n  inputs: ${INPUTS} # z\n`,
  doc: `---\n${BASE}signature:\n  inputs: ${INPUTS}\n...\n`,
  directive: `%YAML 1.1\n---\n${BASE}signature:\n  inputs: ${INPUTS}\n`,
  folded: `${BASE}signature:\n  inputs: >-\n    [{"type": "double",\n    "name": "a"}]\n`,
  literal: `${BASE}signature:\n  inputs: |\n    [{"type": "double",\n    "name": "a"}]\n`,
  dquote: `${BASE}signature:\n  inputs: "[{\\"type\\": \\"double\\", \\\n    \\ \\"name\\": \\"a\\"}]"\n`,
  dquoteparent: `${BASE}signature:\n  inputs: "[{\\"type\\": \\"double\\",\\\n  \\ \\"name\\": \\"a\\"}]"\n`,
  squotefold: `${BASE}signature:\n  inputs: '[{"type": "double",\n    "name": "a"}]'\n`,
  squoteparent: `${BASE}signature:\n  inputs: '[{"type": "double",\n  "name": "a"}]'\n  outputs: '[{"type":\n  "double"}]'\n`,
  squotecol0: `${BASE}signature:\n  inputs: '[{"type": "double",\n"name": "a"}]'\n`,
  anchor: `${BASE}x: &s ${INPUTS}\nsignature:\n  inputs: *s\n`,
  merge: `${BASE}d: &d {inputs: ${INPUTS}}\nsignature:\n  <<: *d\n  outputs: null\n`,
  dupkey: `${BASE}run_id: a\nrun_id: b\nsignature:\n  inputs: ${INPUTS}\n`,
  dupmerge: `${BASE}signature:\n  inputs: null\n  inputs: ${INPUTS}\n`,
  tabsep: `${BASE}signature:\n  inputs:\t${INPUTS}\n`,
  tabend: `${BASE}signature:\t\n  inputs: ${INPUTS}\t\n`,
  time: `${BASE}utc_time_created: 2024-01-01 00:00:00.123456\nsignature:\n  inputs: ${INPUTS}\n`,
  intkey: `${BASE}metadata: {1: 2, null: 3, true: x}\nsignature:\n  inputs: ${INPUTS}\n`,
  binary: `${BASE}metadata: {b: !!binary "AP8="}\nsignature:\n  inputs: ${INPUTS}\n`,
  set: `${BASE}metadata: {b: !!set {a: null}}\nsignature:\n  inputs: ${INPUTS}\n`,
  nbsp: `${BASE}metadata: {a: "x\\_y\\N"}\nsignature:\n  inputs: ${INPUTS}\n`,
  ctrl: `${BASE}metadata: {a: "x\u0085y\u2028z"}\nsignature:\n  inputs: ${INPUTS}\n`,
  emoji: `${BASE}metadata: {a: "\\U0001F600 😀"}\nsignature:\n  inputs: ${INPUTS}\n`,
  plainmulti: `${BASE}description: this is\n  a folded plain\n  text\nsignature:\n  inputs: ${INPUTS}\n`,
  plainparent: `${BASE}metadata:\n  a: one two\n  b: 'it''s\n\n  two'\nsignature:\n  inputs: ${INPUTS}\n`,
  flowjson: JSON.stringify({
    flavors: { python_function: { env: { conda: 'c' } } },
    signature: { inputs: '[{"type":"double","name":"a"}]' },
  }),
  flowmulti: `${BASE}metadata: {a: 1,\n b: [1,\n2]}\nsignature:\n  inputs: ${INPUTS}\n`,
  trailing: `${BASE}signature:\n  inputs: ${INPUTS}   \n   \n\t\n`,
  listindent: `${BASE}resources:\n- a: 1\n  b: 2\n- c\nsignature:\n  inputs: ${INPUTS}\n`,
  cr: `${BASE}signature:\n  inputs: ${INPUTS}\n`.replaceAll('\n', '\r'),
  colonplain: `${BASE}source: s3://b/c:d\nx: a:b\nsignature:\n  inputs: ${INPUTS}\n`,
  anchorlist: `${BASE}a: &a [1, 2]\nb: *a\nsignature:\n  inputs: ${INPUTS}\n`,
  longkey: `${BASE}metadata:\n  ? ${'k'.repeat(200)}\n  : v\nsignature:\n  inputs: ${INPUTS}\n`,
  quotekey: `${BASE}metadata:\n  'a b': "x\n  y"\n  "q:": 'z\n  w'\nsignature:\n  inputs: ${INPUTS}\n`,
  quotelist: `${BASE}metadata:\n  l:\n  - 'x\n  y'\n  - "p\n  q"\nsignature:\n  inputs: ${INPUTS}\n`,
  flowquote: `${BASE}metadata: {a: 'x\n  y', b: 1}\nsignature:\n  inputs: ${INPUTS}\n`,
};

describe('YAML that PyYAML reads', () => {
  it.each(Object.entries(AS_PYTHON))('%s', (_what, text) => {
    expect(readModelDocument(text).signature?.inputs).toMatchObject({ columns: [{ name: 'a', type: 'double' }] });
  });
});

describe('a signature that MLServer cannot load', () => {
  const warnings = (signature: string) => mlserverWarnings(readModelDocument(document({ signature })).signature);
  it.each([
    ['only outputs', `{inputs: null, outputs: '[{"type": "double"}]'}`, 'no inputs'],
    [
      'only parameters',
      `{inputs: null, params: '[{"name": "k", "type": "double", "default": 1.0, "shape": null}]'}`,
      'no inputs',
    ],
    [
      'a MultiIndex',
      `{inputs: '[{"type": "double", "name": ["a", "x"]}]', outputs: '[{"type": "double"}]'}`,
      'lists as names',
    ],
  ])('has %s', (_what, signature, said) => {
    expect(warnings(signature)).toEqual([expect.stringContaining(said)]);
  });
});

describe('an answer in place of an MLmodel', () => {
  it('is told as one of a login proxy', () => {
    expect(() => readModelDocument('{"error": "unauthorized"}')).toThrow('does not describe a model');
  });
});
