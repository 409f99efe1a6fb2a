import { UserError } from '../../base/errors.ts';
import { isNumber, type Json } from '../../base/json/json-literal.ts';
import { nearestWord } from '../../base/nearest-word.ts';
import type { Schema } from '../../model/model.ts';
import type { RowTable } from './row-table.ts';

/** The correct answer of one row. */
export type Label = number | string | boolean;

/** The names that people give the column of the correct answers. */
const COMMON = ['label', 'target', 'class', 'y'];
const MOST_NAMED = 8;

export interface LabelRequest {
  /** Input `evaluate-label`. */
  readonly wanted: string | undefined;
  /** What the model takes. */
  readonly inputs: Schema | undefined;
  /** For messages. */
  readonly path: string;
}

/** The name of the column with the labels. @throws UserError bad-input */
export function labelColumnOf(table: RowTable, { wanted, inputs, path }: LabelRequest): string {
  const where = `${path} (input \`evaluate\`)`;
  if (wanted !== undefined) {
    if (table.names.includes(wanted)) return wanted;
    const near = nearestWord(wanted, table.names);
    const meant = near === undefined ? `its columns are ${listed(table.names)}` : `did you mean \`${near}\`?`;
    const message = `${where} has no column \`${wanted}\`, which \`evaluate-label\` names`;
    throw new UserError('bad-input', message, { hint: meant });
  }
  if (table.label !== undefined) return table.label;
  const taken = new Set(inputs?.kind === 'columns' ? inputs.columns.map(({ name }) => name) : []);
  const free = table.names.filter((name) => !taken.has(name) && !isIndexColumn(name));
  const [only, ...others] = free;
  if (only !== undefined && others.length === 0) return only;
  const named = free.filter((name) => COMMON.includes(name.toLowerCase()));
  if (named[0] !== undefined && named.length === 1) return named[0];
  const why = free.length === 0 ? 'all its columns are inputs of the model' : `it could be ${listed(free)}`;
  throw new UserError('bad-input', `the label column of ${where} is not known: ${why}`, {
    hint: 'name the column with the correct answers in `evaluate-label`',
  });
}

/** The index that pandas writes as a column without a name. */
export function isIndexColumn(name: string): boolean {
  return name === '' || /^Unnamed: \d{1,6}$/.test(name);
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMED).map((name) => `\`${name}\``);
  return `${shown.join(', ')}${names.length > shown.length ? ' and others' : ''}`;
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['True', true],
  ['TRUE', true],
  ['false', false],
  ['False', false],
  ['FALSE', false],
]);

/** The labels in their types. @throws UserError bad-input where a row has none */
export function labelsOf(table: RowTable, name: string, path: string): readonly Label[] {
  const at = table.names.indexOf(name);
  const labels = table.rows.map((row, place) => {
    const label = plainLabel(row[at] ?? null);
    if (label !== undefined) return label;
    const message = `row ${place + 1} of ${path} (input \`evaluate\`) has no label in column \`${name}\``;
    throw new UserError('bad-input', message, { hint: 'remove the row, or give it a number, a text or a boolean' });
  });
  if (!table.isText) return labels;
  const texts = labels.map(String);
  if (texts.every((text) => BOOLEANS.has(text))) return texts.map((text) => BOOLEANS.get(text) ?? false);
  return texts.every(isNumeral) ? texts.map(Number) : texts;
}

function plainLabel(cell: Json): Label | undefined {
  if (isNumber(cell)) return Number(cell.rawJSON);
  if (typeof cell === 'boolean') return cell;
  return typeof cell === 'string' && cell !== '' ? cell : undefined;
}

/** Whether a text is one finite number. */
export function isNumeral(text: string): boolean {
  return text.trim() !== '' && Number.isFinite(Number(text));
}
