import { isJsonObject } from '../../base/json-value.ts';

/** Reads an answer of GitHub; undefined if it does not have the shape that it must have. */
export type Read<T> = (data: unknown) => T | undefined;

/** The fields that an object must have, and their types. */
type Fields = Readonly<Record<string, 'string' | 'number' | 'object'>>;

/** Reads one object. */
export function objectWith<T>(fields: Fields): Read<T> {
  return (data) => (isJsonObject(data) && hasFields(data, fields) ? (data as T) : undefined);
}

/** Reads a list of objects. */
export function listWith<T>(fields: Fields): Read<readonly T[]> {
  return (data) => {
    const isList = Array.isArray(data) && data.every((one) => isJsonObject(one) && hasFields(one, fields));
    return isList ? (data as readonly T[]) : undefined;
  };
}

function hasFields(data: Readonly<Record<string, unknown>>, fields: Fields): boolean {
  return Object.entries(fields).every(([name, type]) => typeof data[name] === type && data[name] !== null);
}
