import { DEEPEST_JSON, withoutOddNumbers } from '../base/json/bounded-json.ts';
import { isList, isNumber, isRecord, type Json, numberLiteral, parseJson } from '../base/json/json-literal.ts';
import type { InputExample } from './model.ts';

/** Content of a logged example, before the signature is applied. */
export type Sample =
  | {
      readonly kind: 'table';
      readonly names: readonly string[] | undefined;
      /** The names are numbers in pandas: 0, 1, … */
      readonly hasNumberNames?: boolean;
      /** A name is neither a text nor a number: a boolean, or the list of a MultiIndex. */
      readonly hasOddNames?: boolean;
      readonly rows: readonly Row[];
    }
  /** Rows of one or more arrays, or a JSON value that was logged as it was. */
  | { readonly kind: 'value'; readonly value: Json };

export type Row = readonly Json[];

/** Maximum number of columns of a sparse row that is converted to a dense one. */
const WIDEST_SPARSE_ROW = 10_000;

/**
 * Reads `input_example.json` as MLflow 1.9 to 3.x write it (`mlflow/models/utils.py`, `_Example`): the form depends
 * on the version and on `saved_input_example_info`, not on the text alone. Undefined if it has none of these forms.
 */
export function readExample(example: InputExample): Sample | undefined {
  const whole = parsed(example.text);
  // With params the file is {"inputs": …, "params": …}. The server accepts params only in V2, and has defaults for them.
  const content = isRecord(whole) && (example.hasParams || isWrapped(whole)) ? whole.inputs : whole;
  if (content === undefined) return undefined;
  if (example.type === 'dataframe') return readTable(content, example.orient);
  if (example.type.startsWith('sparse_matrix')) return readSparse(content, example.type.endsWith('csc'));
  return { kind: 'value', value: example.type === 'ndarray' ? unwrapped(content) : content };
}

/** With params that are empty, MLflow wraps the example and does not note it. */
function isWrapped({ inputs, params, ...others }: { readonly [key: string]: Json }): boolean {
  const isEmpty = isRecord(params) && Object.keys(params).length === 0;
  return inputs !== undefined && isEmpty && Object.keys(others).length === 0;
}

/** A list of records is a table, and so is a list of equally long rows. */
export function tableOf(value: Json): Extract<Sample, { kind: 'table' }> | undefined {
  if (!isList(value) || value.length === 0) return undefined;
  if (value.every(isRecord)) {
    // A record of a later row may have a key that the first one lacks.
    const names = [...new Set(value.flatMap((record) => Object.keys(record)))];
    return { kind: 'table', names, rows: value.map((record) => names.map((name) => record[name] ?? null)) };
  }
  return { kind: 'table', names: undefined, rows: value.map((row) => (isList(row) ? row : [row])) };
}

/** Every MLflow writes a missing number as a bare `NaN`. */
function parsed(text: string): Json | undefined {
  const { replaced, depth } = withoutOddNumbers(text.replace(/^\uFEFF/, ''), 'null');
  if (depth > DEEPEST_JSON) return undefined;
  try {
    return parseJson(replaced);
  } catch {
    return undefined;
  }
}

/** `{"columns": …, "data": …}`. Some versions omit integer column labels, others write them as numbers. */
function readTable(content: Json, orient: string | undefined): Sample | undefined {
  if (!isRecord(content)) return tableOf(content);
  const { columns, data } = content;
  if (isList(data) && data.length > 0 && data.every(isRecord)) return tableOf(data);
  if (data === undefined && columns === undefined) return readColumns(content, orient);
  if (!isList(data) || !data.every(isList)) return undefined;
  if (!isList(columns)) return { kind: 'table', names: undefined, rows: data };
  const hasOddNames = columns.some((label) => typeof label !== 'string' && !isNumber(label));
  const names = columns.map(labelOf);
  return {
    kind: 'table',
    names,
    hasNumberNames: columns.every(isNumber),
    ...(hasOddNames && { hasOddNames }),
    rows: data,
  };
}

/** The other orients of pandas: a record for each row, or for each column a list or a record of its cells. */
function readColumns(content: { readonly [key: string]: Json }, orient: string | undefined): Sample | undefined {
  if (orient === 'index') return tableOf(Object.values(content));
  const cells = Object.values(content).map((one) =>
    isList(one) ? one : isRecord(one) ? Object.values(one) : undefined,
  );
  const [first] = cells;
  if (first === undefined || cells.some((one) => one?.length !== first.length)) return undefined;
  const rows = first.map((_, at) => cells.map((one) => one?.[at] ?? null));
  return { kind: 'table', names: Object.keys(content), rows };
}

function labelOf(label: Json): string {
  return isNumber(label) ? label.rawJSON : String(label);
}

/** Before MLflow 2.16, arrays were wrapped as in TensorFlow Serving, `{"inputs": …}`. */
function unwrapped(content: Json): Json {
  return isRecord(content) && Object.keys(content).length === 1 && content.inputs !== undefined
    ? content.inputs
    : content;
}

/** scipy's compressed matrices, `{data, indices, indptr, shape}`: the first two rows as dense rows. */
function readSparse(content: Json, byColumn: boolean): Sample | undefined {
  if (!isRecord(content)) return undefined;
  const [height, width] = numbers(content.shape);
  const indices = numbers(content.indices);
  const pointers = numbers(content.indptr);
  const cells = isList(content.data) ? content.data : [];
  if (height === undefined || width === undefined || width > WIDEST_SPARSE_ROW) return undefined;
  const rows = Array.from({ length: Math.min(height, 2) }, () => new Array<Json>(width).fill(numberLiteral(0)));
  pointers.slice(0, -1).forEach((start, major) => {
    for (let at = start; at < (pointers[major + 1] ?? start); at++) {
      const [row, column] = byColumn ? [indices[at], major] : [major, indices[at]];
      const target = rows[row ?? -1];
      if (target !== undefined && column !== undefined && column < width) target[column] = cells[at] ?? null;
    }
  });
  return { kind: 'value', value: rows };
}

function numbers(list: Json | undefined): readonly number[] {
  return isList(list) ? list.filter(isNumber).map((one) => Number(one.rawJSON)) : [];
}
