import { type Json, numberLiteral } from '../base/json-literal.ts';
import type { Column, Schema, Tensor } from '../model/model.ts';
import type { Batch, FilledTensor } from './input-batch.ts';
import { spelledAs } from './input-batch.ts';

/** Maximum number of values in a generated tensor. */
const MOST_VALUES = 200_000;

/**
 * One generated row for a signature: small, different values that are not zero or empty.
 * @returns a sentence if the signature alone is not sufficient
 */
export function sampleOf(schema: Schema): Batch | string {
  if (schema.kind === 'columns') {
    const unknown = schema.columns.find((column) => column.required && cellOf(column, 0) === undefined);
    if (unknown !== undefined) return `the signature does not describe the content of ${label(unknown)}`;
    const columns = schema.columns.flatMap((column, at) => {
      const cell = cellOf(column, at);
      return cell === undefined ? [] : [{ ...column, values: [cell] }];
    });
    return { kind: 'columns', columns };
  }
  const tensors = schema.tensors.map(fillTensor);
  const large = schema.tensors.find((_, at) => tensors[at] === undefined);
  if (large !== undefined) return `${label(large)} has more than ${MOST_VALUES} values`;
  return { kind: 'tensors', tensors: tensors.filter((tensor) => tensor !== undefined) };
}

/** The cell of the column at this index; undefined if its type is not specific enough. */
function cellOf({ type }: Column, at: number): Json | undefined {
  switch (type) {
    case 'double':
    case 'float':
      return numberLiteral(at + 1.5);
    case 'long':
    case 'integer':
      return numberLiteral(at + 1);
    case 'boolean':
      return at % 2 === 0;
    case 'string':
      return 'a';
    case 'binary':
      return 'YQ==';
    case 'datetime':
      return '2024-02-29T12:30:00';
    default:
      return undefined;
  }
}

function fillTensor(tensor: Tensor): FilledTensor | undefined {
  const shape = tensor.shape.map((size) => (size < 0 ? 1 : size));
  if (shape.reduce((all, size) => all * size, 1) > MOST_VALUES) return undefined;
  let count = 0;
  const fill = ([size, ...rest]: readonly number[]): Json =>
    size === undefined ? elementOf(tensor.dtype, count++) : Array.from({ length: size }, () => fill(rest));
  return { ...tensor, shape, value: fill(shape) };
}

function elementOf(dtype: string, at: number): Json {
  if (dtype === 'bool') return at % 2 === 0;
  if (/^(float|u?int)/.test(dtype))
    return spelledAs(dtype, numberLiteral((at % 10) + (dtype.startsWith('float') ? 0.5 : 1)));
  return 'a';
}

function label({ name }: { readonly name: string | undefined }): string {
  return name === undefined ? 'its input' : `input \`${name}\``;
}
