import { UserError } from '../../base/errors.ts';
import { DEEPEST_JSON, withoutOddNumbers } from '../../base/json/bounded-json.ts';
import { isList, isRecord, type Json, parseJson } from '../../base/json/json-literal.ts';
import { withoutTrailing } from '../../base/trailing.ts';
import { parseCsv } from './csv.ts';

/** The rows of a file, before it is known which column holds the labels. */
export interface RowTable {
  readonly names: readonly string[];
  readonly rows: readonly (readonly Json[])[];
  /** All values are texts, because the file has no types. */
  readonly isText: boolean;
  /** The column with the labels, where the form of the file says it. */
  readonly label?: string;
}

/** Bytes of a file of labelled rows. */
export const LONGEST_FILE = 10_000_000;
/** Rows that are sent: it is not a load test. */
export const MOST_ROWS = 10_000;
/** Rows without which an interval means nothing. */
export const LEAST_ROWS = 10;
const MOST_CELLS = 2_000_000;
const MOST_COLUMNS = 10_000;

type JsonRecord = { readonly [key: string]: Json };

/**
 * Reads CSV with a header, a JSON list of records, one record a line, pandas' `split` and `list` orients, MLflow's
 * request forms (`dataframe_split`, `dataframe_records`, `inputs` with `targets`) and MLflow's evaluation datasets.
 * @param path for messages
 * @throws UserError bad-input
 */
export function readRowTable(text: string, path: string): RowTable {
  const content = text.startsWith('\ufeff') ? text.slice(1) : text;
  const where = `${path} (input \`evaluate\`)`;
  const table = /^\s{0,1000}[[{]/.test(content) ? tableOfJson(content, where) : tableOfCsv(content, where);
  return checkedSize(table, where);
}

function checkedSize(table: RowTable, where: string): RowTable {
  const { length } = table.rows;
  if (length > MOST_ROWS)
    throw fault(`${where} has more than ${MOST_ROWS} rows`, `keep a sample of at most ${MOST_ROWS} rows`);
  if (length < LEAST_ROWS)
    throw fault(
      `${where} has ${length === 1 ? '1 row' : `${length} rows`}, and fewer than ${LEAST_ROWS} say nothing about a metric`,
      'add rows, or use `smoke-expect` or `compare-requests` for single answers',
    );
  const known = new Set<string>();
  for (const name of table.names) {
    if (name !== '' && known.has(name))
      throw fault(`${where} has two columns \`${name}\``, 'rename or remove one of them');
    known.add(name);
  }
  return table;
}

function tableOfCsv(text: string, where: string): RowTable {
  const csv = parseCsv(text, MOST_ROWS + 2);
  if (csv.kind === 'open-quote')
    throw fault(`line ${csv.line} of ${where} begins a quoted value that has no end`, 'close the quote');
  const [header, ...records] = csv.records;
  if (header === undefined) throw fault(`${where} is empty`, 'write a header and rows');
  refuseTooMany(header.cells.length, records.length, where);
  const uneven = records.find(({ cells }) => cells.length !== header.cells.length);
  if (uneven !== undefined) {
    const counts = `has ${uneven.cells.length} values, and the header has ${header.cells.length}`;
    throw fault(`line ${uneven.line} of ${where} ${counts}`, 'give each row a value for each column');
  }
  return { names: header.cells, rows: records.map(({ cells }) => cells), isText: true };
}

function tableOfJson(text: string, where: string): RowTable {
  const { replaced, depth } = withoutOddNumbers(text, 'null');
  if (depth > DEEPEST_JSON)
    throw fault(`${where} is nested more than ${DEEPEST_JSON} levels deep`, 'write one flat record for each row');
  const whole = parsed(replaced);
  if (whole === undefined) return tableOfRecords(linesOf(replaced, where), where);
  if (isList(whole)) return tableOfRecords(recordsOf(whole, where), where);
  return isRecord(whole) ? tableOfObject(whole, where) : tableOfRecords([], where);
}

function parsed(text: string): Json | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

function linesOf(text: string, where: string): readonly JsonRecord[] {
  const lines = withoutTrailing(text, '\n').split('\n', MOST_ROWS + 2);
  const records: JsonRecord[] = [];
  for (const [at, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const record = parsed(line);
    if (!isRecord(record)) throw fault(`line ${at + 1} of ${where} is not a JSON object`, FORMS);
    records.push(record);
  }
  return records;
}

const FORMS =
  'write CSV with a header, a JSON list of records, one record on each line, or a form of MLflow (docs/evaluate.md)';

function recordsOf(list: readonly Json[], where: string): readonly JsonRecord[] {
  const at = list.findIndex((one) => !isRecord(one));
  if (at >= 0) throw fault(`entry ${at + 1} of ${where} is not a record, so its columns have no names`, FORMS);
  return list.filter(isRecord);
}

/** `{"inputs": {…}, "expectations": {…}}` is a record of MLflow's evaluation datasets. */
function tableOfRecords(records: readonly JsonRecord[], where: string): RowTable {
  const [first] = records;
  if (first !== undefined && first.inputs !== undefined && (isRecord(first.expectations) || 'targets' in first))
    return tableOfDataset(records, where);
  return tableOfFlat(records, where);
}

function tableOfDataset(records: readonly JsonRecord[], where: string): RowTable {
  const labels = new Set(
    records.flatMap(({ expectations }) => (isRecord(expectations) ? Object.keys(expectations) : [])),
  );
  const [only, ...others] = labels;
  const flat = records.map(({ inputs, expectations, targets }): JsonRecord => {
    const features = isRecord(inputs) ? inputs : { inputs: inputs ?? null };
    return { ...features, ...(isRecord(expectations) ? expectations : { targets: targets ?? null }) };
  });
  const label = labels.size === 0 ? 'targets' : only;
  return { ...tableOfFlat(flat, where), ...(others.length === 0 && label !== undefined && { label }) };
}

function tableOfFlat(records: readonly JsonRecord[], where: string): RowTable {
  const known = new Set<string>();
  for (const record of records) for (const name of Object.keys(record)) known.add(name);
  refuseTooMany(known.size, records.length, where);
  const names = [...known];
  const rows = records.map((record) =>
    names.map((name) => (Object.hasOwn(record, name) ? (record[name] ?? null) : null)),
  );
  return { names, rows, isText: false };
}

function tableOfObject(content: JsonRecord, where: string): RowTable {
  const { dataframe_split: split, dataframe_records: records, columns, data, inputs, features, targets } = content;
  if (isRecord(split)) return tableOfObject(split, where);
  if (isList(records)) return tableOfRecords(recordsOf(records, where), where);
  if (isList(columns) && isList(data)) return tableOfSplit(columns, data, where);
  const given = inputs ?? features;
  if (given !== undefined && isList(targets)) return tableOfPair(given, targets, where);
  return tableOfColumns(content, where);
}

function tableOfSplit(columns: readonly Json[], data: readonly Json[], where: string): RowTable {
  refuseTooMany(columns.length, data.length, where);
  const rows = data.map((row, at) => {
    if (isList(row) && row.length === columns.length) return row;
    const counts = `${isList(row) ? row.length : 'no'} values, and \`columns\` has ${columns.length}`;
    throw fault(`row ${at + 1} of ${where} has ${counts}`, 'give each row a value for each column');
  });
  const names = columns.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
  return { names, rows, isText: false };
}

/** Features and labels in two lists of the same length. */
function tableOfPair(inputs: Json, targets: readonly Json[], where: string): RowTable {
  const features = isRecord(inputs)
    ? tableOfColumns(inputs, where)
    : tableOfEntries(isList(inputs) ? inputs : [], where);
  if (features.rows.length !== targets.length) {
    const counts = `${features.rows.length} rows of inputs and ${targets.length} \`targets\``;
    throw fault(`${where} has ${counts}`, 'give each row one target');
  }
  const rows = features.rows.map((row, at) => [...row, targets[at] ?? null]);
  return { names: [...features.names, 'targets'], rows, isText: false, label: 'targets' };
}

function tableOfEntries(list: readonly Json[], where: string): RowTable {
  if (list.every(isRecord) && list.length > 0) return tableOfFlat(recordsOf(list, where), where);
  return { names: ['inputs'], rows: list.map((one) => [one]), isText: false };
}

/** A list for each column: pandas' orient `list`. */
function tableOfColumns(columns: JsonRecord, where: string): RowTable {
  const entries = Object.entries(columns);
  const [first] = entries;
  const height = first !== undefined && isList(first[1]) ? first[1].length : undefined;
  if (first === undefined || height === undefined) throw fault(`${where} has no rows in a form that is known`, FORMS);
  refuseTooMany(entries.length, height, where);
  const lists = entries.map(([name, list]) => {
    if (!isList(list)) throw fault(`\`${name}\` of ${where} is not a list, as the other columns are`, FORMS);
    if (list.length === height) return list;
    const counts = `\`${name}\` of ${where} has ${list.length} values, and \`${first[0]}\` has ${height}`;
    throw fault(counts, 'give each column the same number of values');
  });
  const rows = Array.from({ length: height }, (_, at) => lists.map((list) => list[at] ?? null));
  return { names: entries.map(([name]) => name), rows, isText: false };
}

function refuseTooMany(columns: number, rows: number, where: string): void {
  if (columns > MOST_COLUMNS)
    throw fault(`${where} has ${columns} columns, and at most ${MOST_COLUMNS} are read`, FORMS);
  if (columns * rows <= MOST_CELLS) return;
  throw fault(`${where} has ${columns * rows} values, and at most ${MOST_CELLS} are read`, 'keep a sample of its rows');
}

function fault(message: string, hint: string): UserError {
  return new UserError('bad-input', message, { hint });
}
