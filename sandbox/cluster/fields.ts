/** The fields of an object by their manager (`metadata.managedFields`). Lists are owned as a whole. */

import { isSame, isTree, type KubeObject, type Tree, timestamp } from './objects.ts';

/** A field's path, its names joined by NUL: names may hold dots and slashes. */
export type FieldSet = ReadonlySet<string>;

export interface Owner {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly subresource: string | undefined;
  readonly apiVersion: string;
  readonly time: string;
  readonly fields: FieldSet;
}

interface ManagedFieldsEntry extends Omit<Owner, 'fields' | 'subresource'> {
  readonly subresource?: string;
  readonly fieldsV1?: Tree;
}

const SEPARATOR = '\0';

/** Fields that the API server sets and no manager owns. */
const UNOWNED = new Set(
  [
    ['apiVersion'],
    ['kind'],
    ['metadata'],
    ...['name', 'namespace', 'uid', 'resourceVersion', 'generation', 'creationTimestamp', 'managedFields'].map(
      (field) => ['metadata', field],
    ),
    ...['deletionTimestamp', 'deletionGracePeriodSeconds', 'selfLink'].map((field) => ['metadata', field]),
  ].map((path) => path.join(SEPARATOR)),
);

export function splitPath(path: string): string[] {
  return path.split(SEPARATOR);
}

/** `.metadata.labels.team`. */
export function displayPath(path: string): string {
  return `.${splitPath(path).join('.')}`;
}

/** The fields that an applied object sets: its leaves. */
export function leavesOf(object: KubeObject): FieldSet {
  return new Set([...leaves(object, [])].filter((path) => !isUnowned(path)));
}

function* leaves(value: unknown, path: readonly string[]): Generator<string> {
  if (!isTree(value) || Object.keys(value).length === 0) yield path.join(SEPARATOR);
  else for (const [key, item] of Object.entries(value)) yield* leaves(item, [...path, key]);
}

export interface Difference {
  /** Added or changed fields; a new map counts in addition to its contents. */
  readonly changed: FieldSet;
  readonly removed: FieldSet;
}

export function differenceOf(before: unknown, after: unknown): Difference {
  const changed = [...differences(before, after, [])].filter((path) => !isUnowned(path));
  const removed = [...differences(after, before, [])].filter(
    (path) => !isUnowned(path) && !has(after, splitPath(path)),
  );
  return { changed: new Set(changed), removed: new Set(removed) };
}

function* differences(before: unknown, after: unknown, path: readonly string[]): Generator<string> {
  if (!isTree(after)) {
    if (after !== undefined && !isSame(before, after)) yield path.join(SEPARATOR);
    return;
  }
  if (!isTree(before) && path.length > 0) yield path.join(SEPARATOR);
  for (const [key, item] of Object.entries(after))
    yield* differences(isTree(before) ? before[key] : undefined, item, [...path, key]);
}

function has(value: unknown, [key, ...rest]: readonly string[]): boolean {
  if (key === undefined) return true;
  return isTree(value) && Object.hasOwn(value, key) && has(value[key], rest);
}

function isUnowned(path: string): boolean {
  return [...UNOWNED].some((one) => path === one || (one !== 'metadata' && path.startsWith(one + SEPARATOR)));
}

export function readOwners({ metadata }: KubeObject): Owner[] {
  return ((metadata.managedFields ?? []) as ManagedFieldsEntry[]).map(({ fieldsV1, subresource, ...entry }) => ({
    ...entry,
    subresource,
    fields: new Set(decode(fieldsV1 ?? {}, [])),
  }));
}

/** The object with its owners: appliers first, then by time and name; without those that own nothing. */
export function withOwners(object: KubeObject, owners: readonly Owner[]): KubeObject {
  const named = owners.filter(({ fields }) => fields.size > 0);
  const order = ({ operation, time, manager, subresource = '' }: Owner) =>
    `${operation} ${time} ${manager} ${subresource}`;
  const managedFields = named
    .toSorted((a, b) => (order(a) < order(b) ? -1 : 1))
    .map(({ fields, subresource, ...owner }) => ({
      ...owner,
      fieldsType: 'FieldsV1',
      fieldsV1: encode(fields),
      ...(subresource !== undefined && { subresource }),
    }));
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata: managedFields.length === 0 ? metadata : { ...metadata, managedFields } };
}

function encode(fields: FieldSet): Tree {
  const root: Tree = {};
  for (const path of [...fields].sort()) {
    let node = root;
    for (const key of splitPath(path)) {
      const next = (node[`f:${key}`] ?? {}) as Tree;
      if (fields.has(path) && node[`f:${key}`] === undefined) node[`f:${key}`] = next;
      node = next;
    }
  }
  return marked(root, fields, []);
}

/** A map that is owned itself, not only its contents, has a dot. */
function marked(node: Tree, fields: FieldSet, path: readonly string[]): Tree {
  const children = Object.entries(node).map(([key, child]) => [
    key,
    marked(child as Tree, fields, [...path, key.slice('f:'.length)]),
  ]);
  const isOwned = children.length > 0 && fields.has(path.join(SEPARATOR));
  return Object.fromEntries([...(isOwned ? [['.', {}]] : []), ...children]);
}

function decode(node: Tree, path: readonly string[]): string[] {
  const entries = Object.entries(node);
  if (entries.length === 0) return path.length === 0 ? [] : [path.join(SEPARATOR)];
  return entries.flatMap(([key, child]) =>
    key === '.' ? [path.join(SEPARATOR)] : decode(child as Tree, [...path, key.slice('f:'.length)]),
  );
}

/** A writer that does not use apply: `manager` with `Update`, per subresource. */
export interface Writer {
  readonly manager: string;
  readonly apiVersion: string;
  readonly subresource: string | undefined;
}

/** After an update: only the writer owns the changed fields. */
export function trackUpdate(before: KubeObject | undefined, after: KubeObject, writer: Writer): KubeObject {
  const { changed, removed } = differenceOf(before ?? {}, after);
  const owners = before === undefined ? [] : readOwners(before);
  const isWriter = (one: Owner) =>
    one.operation === 'Update' && one.manager === writer.manager && one.subresource === writer.subresource;
  const others = owners.filter((one) => !isWriter(one)).map((one) => without(one, changed.union(removed)));
  const own = owners.find(isWriter);
  const fields = (own?.fields ?? new Set<string>()).difference(removed).union(changed);
  const isNews = own === undefined || !isSame(fields, own.fields);
  const time = isNews ? timestamp() : own.time;
  return withOwners(after, [...others, { ...writer, operation: 'Update', time, fields }]);
}

export function without(owner: Owner, fields: FieldSet): Owner {
  return { ...owner, fields: owner.fields.difference(fields) };
}
