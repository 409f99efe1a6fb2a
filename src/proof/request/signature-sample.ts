import { type Json, numberLiteral } from '../../base/json/json-literal.ts';
import type { Column, DataType, Schema, Tensor } from '../../model/model.ts';
import { contentOf } from './example-batch.ts';
import type { Batch, FilledTensor } from './input-batch.ts';
import { spelledAs } from './input-batch.ts';
import { LONGEST_BODY } from './longest-body.ts';

/** What a made-up row leaves out. */
export type Made = 'all columns' | 'required columns';

/**
 * One plausible row for a signature: small, different values that are neither zero nor empty.
 * @returns a sentence where the signature alone does not say enough; undefined where nothing is required
 */
export function sampleOf(schema: Schema, made: Made): Batch | string | undefined {
  if (schema.kind === 'columns') {
    const wanted = made === 'all columns' ? schema.columns : schema.columns.flatMap(requiredPartOf);
    if (wanted.length === 0) return undefined;
    const unknown = wanted.find((column) => column.required && cellOf(contentOf(column), 0) === undefined);
    if (unknown !== undefined) return `the signature does not say what is inside ${label(unknown)}`;
    const columns = wanted.flatMap((column, at) => {
      const cell = cellOf(contentOf(column), at);
      return cell === undefined ? [] : [{ ...column, values: [cell] }];
    });
    return { kind: 'columns', columns };
  }
  const tensors = schema.tensors.map(fillTensor);
  const large = schema.tensors.find((_, at) => tensors[at] === undefined);
  if (large !== undefined) return `${label(large)} would have more than ${LONGEST_BODY} bytes`;
  return { kind: 'tensors', tensors: tensors.filter((tensor) => tensor !== undefined) };
}

/** The column without what is optional inside of it; none if it is optional itself. */
function requiredPartOf(column: Column): readonly Column[] {
  if (!column.required) return [];
  return [column.content === undefined ? column : { ...column, content: requiredIn(column.content) }];
}

function requiredIn({ items, values, properties, ...type }: DataType): DataType {
  const required = properties?.filter((one) => one.required);
  return {
    ...type,
    ...(items && { items: requiredIn(items) }),
    ...(values && { values: requiredIn(values) }),
    ...(required && { properties: required.map((one) => ({ ...one, content: requiredIn(one.content) })) }),
  };
}

/** A value of this type for the column at this place; undefined where the type says too little. */
function cellOf(type: DataType, at: number): Json | undefined {
  switch (type.type) {
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
    case 'array':
      return listOf(type.items && cellOf(type.items, at));
    case 'map':
      return recordOf([['a', type.values && cellOf(type.values, at)]]);
    case 'object':
      return objectOf(type, at);
    case 'any':
      return 'a';
    default:
      return undefined;
  }
}

function objectOf({ properties }: DataType, at: number): Json | undefined {
  const made = properties?.map((one) => ({ ...one, value: cellOf(one.content, at) }));
  return (
    made && recordOf(made.filter((one) => one.required || one.value !== undefined).map((one) => [one.name, one.value]))
  );
}

function listOf(element: Json | undefined): Json | undefined {
  return element === undefined ? undefined : [element];
}

function recordOf(entries: readonly (readonly [string, Json | undefined])[]): Json | undefined {
  const known = entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  return known.length === entries.length ? Object.fromEntries(known) : undefined;
}

function fillTensor(tensor: Tensor): FilledTensor | undefined {
  const shape = tensor.shape.map((size) => (size < 0 ? 1 : size));
  const element = JSON.stringify(elementOf(tensor.dtype, 0)).length + 1;
  if (shape.reduce((all, size) => all * size, element) > LONGEST_BODY) return undefined;
  let count = 0;
  const fill = ([size, ...rest]: readonly number[]): Json =>
    size === undefined ? elementOf(tensor.dtype, count++) : Array.from({ length: size }, () => fill(rest));
  return { ...tensor, shape, value: fill(shape) };
}

function elementOf(dtype: string, at: number): Json {
  if (dtype === 'bool') return at % 2 === 0;
  if (dtype.startsWith('datetime64')) return '2024-02-29T12:30:00';
  if (/^(float|u?int)/.test(dtype))
    return spelledAs(dtype, numberLiteral((at % 10) + (dtype.startsWith('float') ? 0.5 : 1)));
  return 'a';
}

function label({ name }: Pick<Column | Tensor, 'name'>): string {
  return name === undefined ? 'its input' : `input \`${name}\``;
}
