import { UserError } from '../base/errors.ts';
import { isJsonObject } from '../base/json-value.ts';
import type { Column, ColumnType, DataType, ModelDocument, Property, Schema, Signature, Tensor } from './model.ts';
import { loadAsPython } from './python-yaml.ts';

type Tree = Readonly<Record<string, unknown>>;

const COLUMN_TYPES: ReadonlySet<string> = new Set<ColumnType>([
  'boolean',
  'integer',
  'long',
  'float',
  'double',
  'string',
  'binary',
  'datetime',
  'array',
  'object',
  'map',
  'any',
]);

/**
 * Reads the text of an `MLmodel` file as MLflow 1 to 3 write it (`mlflow/models/model.py`, `mlflow/types/schema.py`).
 * @throws UserError model-unusable if the file is invalid, or Seldon's MLflow server cannot load the model
 */
export function readModelDocument(text: string): ModelDocument {
  const document = parseDocument(text);
  const flavors = treeOf(document.flavors);
  const python = flavors.python_function;
  if (document.flavors === undefined && text.trimStart().startsWith('{')) {
    throw new UserError('model-unusable', 'the file `MLmodel` that the server returned does not describe a model', {
      hint: 'it may be the answer of a login proxy: check the credentials, and that the proxy passes them on all paths',
    });
  }
  if (!isJsonObject(python)) {
    throw new UserError(
      'model-unusable',
      `the model has no \`python_function\` flavour (flavours in its MLmodel: ${Object.keys(flavors).join(', ') || 'none'})`,
      {
        hint: "Seldon's MLflow server loads only this flavour: log the model with a flavour that includes it, such as mlflow.pyfunc",
      },
    );
  }
  const signature = treeOf(document.signature);
  const inputs = readEntries(signature.inputs);
  const outputs = readEntries(signature.outputs);
  return {
    signature: signatureOf({ inputs, outputs, params: readEntries(signature.params) }, document),
    example: exampleOf(document.saved_input_example_info),
    warnings: [...formatWarnings(flavors.sklearn), ...environmentWarnings(python.env, textOf(python.python_version))],
  };
}

function parseDocument(text: string): Tree {
  const hint = 'log the model again; the URI must be the folder that MLflow wrote';
  try {
    const document = loadAsPython(text);
    if (isJsonObject(document)) return document;
  } catch (cause) {
    const why = cause instanceof Error && cause.message.startsWith('too large') ? cause.message : 'not YAML';
    const what = why === 'not YAML' ? 'the file `MLmodel` that MLflow returned' : 'the file `MLmodel`';
    throw new UserError('model-unusable', `${what} is ${why}`, { hint, cause });
  }
  throw new UserError('model-unusable', 'the file `MLmodel` does not describe a model', { hint });
}

type Entries = Readonly<Record<'inputs' | 'outputs' | 'params', readonly Tree[]>>;

function signatureOf({ inputs, outputs, params }: Entries, document: Tree): Signature | undefined {
  const hasOnlyParams = inputs.length === 0 && outputs.length === 0 && params.length > 0;
  const signature = {
    inputs: schemaOf(inputs),
    outputs: schemaOf(outputs),
    ...(hasOnlyParams && { hasOnlyParams }),
    ...(document.is_signature_from_type_hint === true && { isFromTypeHint: true }),
    ...([...inputs, ...outputs].some((entry) => 'required' in entry) && { saysRequired: true }),
  };
  return signature.inputs === undefined && signature.outputs === undefined && !hasOnlyParams ? undefined : signature;
}

/** A schema is JSON text inside the YAML. */
function readEntries(schema: unknown): readonly Tree[] {
  if (typeof schema !== 'string') return [];
  try {
    const entries: unknown = JSON.parse(schema);
    return Array.isArray(entries) ? entries.filter(isJsonObject) : [];
  } catch {
    return [];
  }
}

function schemaOf(entries: readonly Tree[]): Schema | undefined {
  if (entries.length === 0) return undefined;
  return entries.every((entry) => entry.type === 'tensor')
    ? { kind: 'tensors', tensors: entries.map(tensorOf) }
    : { kind: 'columns', columns: entries.map(columnOf) };
}

function columnOf(entry: Tree): Column {
  const { type, ...inner } = dataTypeOf(entry, MOST_NESTED);
  return {
    name: textOf(entry.name),
    ...(typeof entry.name === 'number' && { isNumberName: true }),
    ...(isOdd(entry.name) && { isOddName: true }),
    type,
    required: isRequired(entry),
    ...(Object.keys(inner).length > 0 && { content: { type, ...inner } }),
  };
}

function isOdd(name: unknown): boolean {
  return name !== undefined && name !== null && typeof name !== 'number' && typeof name !== 'string';
}

/** `required` since MLflow 2.10, `optional` from 2.4 to 2.17, neither before. */
function isRequired(entry: Tree): boolean {
  return entry.required !== false && entry.optional !== true;
}

/** Levels of arrays and objects that are read; deeper values have no known type. */
const MOST_NESTED = 20;

function dataTypeOf(entry: Tree, levels: number): DataType {
  const name = String(entry.type);
  if (!COLUMN_TYPES.has(name) || levels === 0) return { type: 'other' };
  const type = name as ColumnType;
  const inside = (value: unknown): DataType => dataTypeOf(treeOf(value), levels - 1);
  switch (type) {
    case 'array':
      return isJsonObject(entry.items) ? { type, items: inside(entry.items) } : { type };
    case 'map':
      return isJsonObject(entry.values) ? { type, values: inside(entry.values) } : { type };
    case 'object':
      return isJsonObject(entry.properties) ? { type, properties: propertiesOf(entry.properties, inside) } : { type };
    default:
      return { type };
  }
}

function propertiesOf(properties: Tree, inside: (value: unknown) => DataType): readonly Property[] {
  return Object.entries(properties).map(([name, value]) => {
    return { name, required: isRequired(treeOf(value)), content: inside(value) };
  });
}

function tensorOf(entry: Tree): Tensor {
  const { dtype, shape } = treeOf(entry['tensor-spec']);
  return { name: textOf(entry.name), dtype: String(dtype), shape: Array.isArray(shape) ? shape.map(Number) : [] };
}

function exampleOf(saved: unknown): ModelDocument['example'] {
  if (!isJsonObject(saved) || typeof saved.artifact_path !== 'string' || !isInside(saved.artifact_path))
    return undefined;
  return {
    path: saved.artifact_path,
    type: String(saved.type),
    orient: textOf(saved.pandas_orient),
    hasParams: String(saved.params) === 'true',
  };
}

/** The author of a model chose this path: it names a file of the model and nothing else. */
function isInside(path: string): boolean {
  if (path === '' || /^[/\\]|^[\w+.-]+:|[\\\p{Cc}]|%(?:2e|2f|5c)/iu.test(path)) return false;
  return !path.split('/').some((part) => part === '..' || part === '.' || part === '');
}

function* formatWarnings(sklearn: unknown): Generator<string> {
  if (isJsonObject(sklearn) && sklearn.serialization_format === 'skops') {
    yield 'The model is saved as skops, which servers with MLflow 3.2 or older cannot load; if the container stops with ' +
      '"Unrecognized serialization format", log the model with `serialization_format="cloudpickle"`.';
  }
}

function* environmentWarnings(env: unknown, python: string | undefined): Generator<string> {
  const conda = isJsonObject(env) ? env.conda : env;
  if (typeof conda !== 'string') {
    yield "The MLmodel has no conda environment, and Seldon's mlflowserver image builds its environment from it; " +
      'log the model with MLflow 1.30 or newer and its default environment, or serve it with `protocol: v2`.';
  }
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(python ?? '') ?? [];
  if (Number(major) === 3 && Number(minor) >= 12) {
    yield `The model was logged with Python ${python}; Seldon's mlflowserver images up to 1.18 install pandas 2.0.0 or ` +
      'older, which has no wheels for Python 3.12 and newer: log the model with Python 3.11 if its environment fails to build.';
  }
}

function treeOf(value: unknown): Tree {
  return isJsonObject(value) ? value : {};
}

/** Names may be numbers in pandas, and YAML parses `3.9` as a number. */
function textOf(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : String(value);
}
