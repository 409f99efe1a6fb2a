/** The parts of `mlflow.pyfunc` that a prediction needs: load a folder, enforce its schema, predict. */
import { load } from 'js-yaml';
import { isList, isNumber, type Json } from '../../src/base/json/json-literal.ts';
import type { SchemaJson, TensorSpec, Weights } from '../model-files.ts';
import { arrayOf, type Frame, frameOf, type ModelInput, PythonError, repr, type Series } from './arrays.ts';

export interface PythonModel {
  readonly inputs: SchemaJson | undefined;
  /** One value per row. @throws PythonError in the words of MLflow or scikit-learn */
  predict(input: ModelInput): readonly (number | string)[];
}

/** @throws PythonError if the folder has no model */
export function loadModel(files: ReadonlyMap<string, string>): PythonModel {
  const document = files.get('MLmodel');
  if (document === undefined) {
    const message = 'Could not find an "MLmodel" configuration file at "/mnt/models/MLmodel"';
    throw new PythonError(message, 'mlflow.exceptions.MlflowException');
  }
  const { signature } = load(document) as { readonly signature?: { readonly inputs: string } };
  const inputs: SchemaJson | undefined = signature && JSON.parse(signature.inputs);
  const weights: Weights = JSON.parse(files.get('model.json') ?? '{}');
  const wrong = files.get('ANSWER')?.trim();
  return {
    inputs,
    predict(input) {
      refuse(files.get('REFUSE'), input);
      const rows = rowsOf(inputs === undefined ? input : enforce(input, inputs), weights);
      if (wrong === 'error') throw new PythonError('the model is told to fail', 'RuntimeError');
      if (wrong === 'nan') return rows.map(() => Number.NaN);
      const answers = rows.map((row) => answerTo(row, weights));
      return wrong === 'wrong-shape' ? [...answers, ...answers] : answers;
    },
  };
}

/** `422`, or `422 note`: what has a column `note` is refused so. A 500 is in the words of schema enforcement. */
function refuse(told: string | undefined, input: ModelInput): void {
  const [status, column] = told?.trim().split(' ') ?? [];
  if (status === undefined) return;
  if (column !== undefined && !(input.kind === 'frame' && input.labels.includes(column))) return;
  if (status === '500') throw new PythonError("Failed to enforce schema of data '…'. Error: Can not safely convert");
  throw new PythonError(`value is not a valid one: ${column ?? 'input'}`, 'ValueError', Number(status));
}

function answerTo(row: readonly Json[], { intercept, weights, labels }: Weights): number | string {
  const score = row.reduce<number>((sum, cell, at) => {
    const weight = weights[at] ?? 0;
    return weight === 0 ? sum : sum + weight * Number(isNumber(cell) ? cell.rawJSON : cell);
  }, intercept);
  return labels === undefined ? score : labels[score > 0 ? 1 : 0];
}

/** scikit-learn's own checks: two dimensions, the right width, no missing numbers. */
function rowsOf(input: ModelInput, { weights, estimator }: Weights): readonly (readonly Json[])[] {
  const array = input.kind === 'plain' ? arrayOf(isList(input.value) ? input.value : null) : input;
  if (array.kind === 'frame') {
    const [first] = array.columns;
    return checked(
      (first?.cells ?? []).map((_, at) => array.columns.map((column) => column.cells[at] ?? null)),
      estimator,
    );
  }
  if (array.shape.length !== 2 || !isList(array.value)) {
    const got = array.shape.length === 0 ? 'scalar' : `${array.shape.length}D`;
    throw new PythonError(`Expected 2D array, got ${got} array instead:`);
  }
  if (array.dtype === '<U32') {
    throw new PythonError(
      "dtype='numeric' is not compatible with arrays of bytes/strings." +
        'Convert your data to numeric values explicitly instead.',
    );
  }
  if (array.shape[1] !== weights.length) {
    const wanted = `${estimator} is expecting ${weights.length} features as input.`;
    throw new PythonError(`X has ${array.shape[1]} features, but ${wanted}`);
  }
  return checked(
    array.value.map((row) => (isList(row) ? row : [row])),
    estimator,
  );
}

function checked(rows: readonly (readonly Json[])[], estimator: string): readonly (readonly Json[])[] {
  if (!rows.some((row) => row.includes(null))) return rows;
  throw new PythonError(`Input X contains NaN.\n${estimator} does not accept missing values encoded as NaN natively.`);
}

function enforce(input: ModelInput, schema: SchemaJson): ModelInput {
  try {
    const [first] = schema;
    if (first !== undefined && 'tensor-spec' in first) return enforceTensor(input, first['tensor-spec']);
    return enforceColumns(input.kind === 'frame' ? input : frameOfAny(input), schema);
  } catch (error) {
    if (!(error instanceof PythonError)) throw error;
    const data = input.kind === 'frame' ? repr(input.labels) : JSON.stringify(input.value);
    const what = `Failed to enforce schema of data '${data}' with schema '${textOf(schema)}'`;
    throw new PythonError(`${what}. Error: ${error.message}`, 'mlflow.exceptions.MlflowException');
  }
}

/** A str becomes a frame with one cell here. */
function frameOfAny(input: Exclude<ModelInput, Frame>): Frame {
  return frameOf(input.kind === 'plain' && typeof input.value === 'string' ? arrayOf([input.value]) : input);
}

function enforceColumns(frame: Frame, schema: SchemaJson): Frame {
  const wanted = schema.map((column, at) => ({
    label: column.name ?? at,
    type: column.type,
    required: 'required' in column && column.required,
  }));
  const lacking = wanted
    .filter(({ label, required }) => required && !frame.labels.includes(label))
    .map(({ label }) => label);
  const extra = frame.labels.filter((label) => !wanted.some((column) => column.label === label));
  if (lacking.length > 0) {
    const more = extra.length > 0 ? ` Note that there were extra inputs: ${repr(extra)}.` : '';
    throw new PythonError(`Model is missing inputs ${repr(lacking)}.${more}`);
  }
  const kept = wanted.filter(({ label }) => frame.labels.includes(label));
  const columns = kept.map(({ label, type }) => {
    const series = frame.columns[frame.labels.indexOf(label)] ?? { dtype: 'object', cells: [] };
    enforceType(series, label, type);
    return series;
  });
  return { kind: 'frame', labels: kept.map(({ label }) => label), columns };
}

const DTYPES: Readonly<Record<string, readonly string[]>> = {
  boolean: ['bool'],
  integer: ['int32'],
  long: ['int64', 'int32'],
  float: ['float32'],
  double: ['float64', 'float32'],
  string: ['object'],
};

/** MLflow widens types and never narrows them; integers are not converted to floats, unless all are 0 or 1. */
function enforceType({ dtype, cells }: Series, label: string | number, type: string): void {
  const takes = DTYPES[type];
  if (takes === undefined || takes.includes(dtype)) return;
  if (type === 'double' && dtype === 'int64' && cells.every((cell) => isNumber(cell) && /^[01]$/.test(cell.rawJSON)))
    return;
  if (type === 'double' && dtype === 'object') {
    if (!cells.some((cell) => typeof cell === 'string')) return;
    throw new PythonError(`Failed to convert column ${label} from type object to DataType.double.`);
  }
  throw new PythonError(
    `Incompatible input types for column ${label}. Can not safely convert ${dtype} to ${takes[0]}.`,
  );
}

function enforceTensor(input: ModelInput, spec: TensorSpec): ModelInput {
  if (input.kind === 'plain') {
    const python = isList(input.value) ? 'list' : typeof input.value === 'string' ? 'str' : 'dict';
    throw new PythonError(
      'This model contains a tensor-based model signature with no input names, which suggests a numpy array input ' +
        `or a pandas dataframe input with proper column values, but an input of type <class '${python}'> was found.`,
    );
  }
  const [only] = input.kind === 'frame' ? input.columns : [];
  const listed = input.kind === 'frame' && input.columns.length === 1 && only?.cells.every(isList) === true;
  // Cells that hold lists are cast and reshaped; all others must have the exact dtype.
  const array = {
    ...arrayOf(input.kind === 'array' ? input.value : matrixOf(input)),
    ...(input.kind === 'array' && { dtype: input.dtype }),
  };
  const expected = `(${spec.shape.join(', ')}${spec.shape.length === 1 ? ',' : ''})`;
  if (
    array.shape.length !== spec.shape.length ||
    spec.shape.some((size, at) => size >= 0 && size !== array.shape[at])
  ) {
    if (input.kind === 'frame') {
      throw new PythonError(
        'This model contains a model signature with an unnamed input. Since the input data is a pandas DataFrame ' +
          'containing multiple columns, the input shape must be of the structure (-1, number_of_dataframe_columns).',
      );
    }
    const shape = `(${array.shape.join(', ')}${array.shape.length === 1 ? ',' : ''})`;
    throw new PythonError(`Shape of input ${shape} does not match expected shape ${expected}.`);
  }
  const dtype = input.kind === 'frame' && array.dtype === '<U32' ? 'object' : array.dtype;
  if (listed || dtype === spec.dtype) return array;
  throw new PythonError(`dtype of input ${dtype} does not match expected dtype ${spec.dtype}`);
}

function matrixOf({ columns }: Frame): Json {
  const [first] = columns;
  const rows = (first?.cells ?? []).map((_, at) => columns.map((column) => column.cells[at] ?? null));
  return columns.length === 1 && first?.cells.every(isList) ? first.cells : rows;
}

function textOf(schema: SchemaJson): string {
  const parts = schema.map((one) =>
    'tensor-spec' in one
      ? `Tensor('${one['tensor-spec'].dtype}', (${one['tensor-spec'].shape.join(', ')}))`
      : `${one.name === undefined ? '' : `'${one.name}': `}${one.type} (${one.required ? 'required' : 'optional'})`,
  );
  return `[${parts.join(', ')}]`;
}
