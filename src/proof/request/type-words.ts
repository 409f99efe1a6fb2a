import type { DataType } from '../../model/model.ts';

/** Types in words. */
export type TypeWords = Readonly<Partial<Record<DataType['type'], string>>>;

/** JSON has no such numbers, and MLflow narrows none: not even V2 sends them inside of a list or an object. */
export const NARROW: TypeWords = { integer: '32-bit integers', float: '32-bit floats' };

/** The first of these types in a column, in words. */
export function inside(type: DataType, words: TypeWords): string | undefined {
  const parts = [type.items, type.values, ...(type.properties ?? []).map((one) => one.content)];
  const found = parts.flatMap((part) => (part === undefined ? [] : [inside(part, words)]));
  return words[type.type] ?? found.find((one) => one !== undefined);
}
