import { load } from 'js-yaml';
import { UserError } from '../base/errors.ts';
import { isJsonObject } from '../base/json-value.ts';
import type { Column, ColumnType, ModelDocument, Schema, Signature, Tensor } from './model.ts';

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
    signature: signatureOf(inputs, outputs),
    example: exampleOf(document.saved_input_example_info),
    warnings: [
      ...formatWarnings(flavors.sklearn),
      ...signatureWarnings([...inputs, ...outputs]),
      ...environmentWarnings(python.env, textOf(python.python_version)),
    ],
  };
}

function parseDocument(text: string): Tree {
  const hint = 'log the model again; the URI must be the folder that MLflow wrote';
  try {
    const document = load(text);
    if (isJsonObject(document)) return document;
  } catch (cause) {
    throw new UserError('model-unusable', 'the file `MLmodel` is not YAML', { hint, cause });
  }
  throw new UserError('model-unusable', 'the file `MLmodel` does not describe a model', { hint });
}

function signatureOf(inputs: readonly Tree[], outputs: readonly Tree[]): Signature | undefined {
  const signature = { inputs: schemaOf(inputs), outputs: schemaOf(outputs) };
  return signature.inputs === undefined && signature.outputs === undefined ? undefined : signature;
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
  const type = String(entry.type);
  return {
    name: textOf(entry.name),
    type: COLUMN_TYPES.has(type) ? (type as ColumnType) : 'other',
    // `required` since MLflow 2.10, `optional` from 2.4 to 2.17, neither before.
    required: entry.required !== false && entry.optional !== true,
  };
}

function tensorOf(entry: Tree): Tensor {
  const { dtype, shape } = treeOf(entry['tensor-spec']);
  return { name: textOf(entry.name), dtype: String(dtype), shape: Array.isArray(shape) ? shape.map(Number) : [] };
}

function exampleOf(saved: unknown): ModelDocument['example'] {
  if (!isJsonObject(saved) || typeof saved.artifact_path !== 'string') return undefined;
  return {
    path: saved.artifact_path,
    type: String(saved.type),
    orient: textOf(saved.pandas_orient),
    hasParams: String(saved.params) === 'true',
  };
}

function* formatWarnings(sklearn: unknown): Generator<string> {
  if (isJsonObject(sklearn) && sklearn.serialization_format === 'skops') {
    yield 'The model is saved as skops, which servers with MLflow 3.2 or older cannot load; if the container stops with ' +
      '"Unrecognized serialization format", log the model with `serialization_format="cloudpickle"`.';
  }
}

function* signatureWarnings(entries: readonly Tree[]): Generator<string> {
  if (entries.some((entry) => 'required' in entry)) {
    yield 'The column signature was written by MLflow 2.10 or newer; if the container stops with "unexpected keyword ' +
      "argument 'required'\", its image has an older MLflow: use the server image of Seldon 1.18 or newer.";
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
