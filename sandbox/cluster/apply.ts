import { ApiError, type Cause } from './api-error.ts';
import {
  differenceOf,
  displayPath,
  leavesOf,
  type Owner,
  readOwners,
  splitPath,
  withOwners,
  without,
} from './fields.ts';
import { isSame, isTree, type KubeObject, type Tree, timestamp } from './objects.ts';

export interface Application {
  readonly manager: string;
  readonly apiVersion: string;
  /** Takes fields from other managers. */
  readonly force: boolean;
}

/**
 * Server-side apply: merges `applied` into `live`, removes fields that only this manager owned and no longer applies,
 * and records the owners. Maps are merged, lists replaced as a whole. @throws ApiError 409 when another manager owns a
 * changed field
 */
export function applyOver(live: KubeObject | undefined, applied: KubeObject, application: Application): KubeObject {
  const owners = live === undefined ? [] : readOwners(live);
  const isSelf = (one: Owner) => one.operation === 'Apply' && one.manager === application.manager;
  const own = owners.find(isSelf);
  const others = owners.filter((one) => !isSelf(one));
  const fields = leavesOf(applied);
  const merged = (live === undefined ? applied : merge(live, applied)) as KubeObject;

  const { changed } = differenceOf(live ?? {}, merged);
  if (!application.force) refuseConflicts(others, changed);
  const kept = new Set(others.flatMap((one) => [...one.fields]));
  const dropped = [...(own?.fields ?? [])].filter((path) => !fields.has(path) && !kept.has(path));
  const result = dropped.reduce<KubeObject>((object, path) => removeAt(object, splitPath(path)) as KubeObject, merged);

  const time = own !== undefined && isSame(own.fields, fields) ? own.time : timestamp();
  const { manager, apiVersion } = application;
  const self: Owner = { manager, apiVersion, operation: 'Apply', subresource: undefined, time, fields };
  return withOwners(result, [self, ...others.map((one) => without(one, changed))]);
}

function merge(below: unknown, above: unknown): unknown {
  if (!isTree(below) || !isTree(above)) return above;
  const keys = Object.keys({ ...below, ...above });
  return Object.fromEntries(
    keys.map((key) => [key, Object.hasOwn(above, key) ? merge(below[key], above[key]) : below[key]]),
  );
}

/** A map that becomes empty is removed too. */
function removeAt(value: unknown, [key = '', ...rest]: readonly string[]): unknown {
  if (!isTree(value)) return value;
  const { [key]: child, ...others } = value;
  if (rest.length === 0) return others;
  const left = removeAt(child, rest);
  return isTree(left) && Object.keys(left).length > 0 ? { ...others, [key]: left } : (others as Tree);
}

function refuseConflicts(others: readonly Owner[], changed: ReadonlySet<string>): void {
  const conflicts = others.flatMap((owner) => {
    const paths = [...owner.fields.intersection(changed)].map(displayPath).sort();
    return paths.length === 0 ? [] : [{ who: describe(owner), paths }];
  });
  if (conflicts.length === 0) return;
  const causes: Cause[] = conflicts.flatMap(({ who, paths }) =>
    paths.map((field) => ({ reason: 'FieldManagerConflict', message: `conflict with ${who}`, field })),
  );
  const [only] = conflicts;
  const list =
    causes.length === 1
      ? `conflict with ${only?.who}: ${only?.paths[0]}`
      : conflicts.map(({ who, paths }) => `conflicts with ${who}:\n- ${paths.join('\n- ')}`).join('\n');
  const count = causes.length === 1 ? '1 conflict' : `${causes.length} conflicts`;
  const message = `Apply failed with ${count}: ${list}`;
  throw new ApiError({ code: 409, message, reason: 'Conflict', details: { causes } });
}

function describe({ manager, operation, subresource, apiVersion }: Owner): string {
  if (operation === 'Apply') return `"${manager}"`;
  return `"${manager}"${subresource === undefined ? '' : ` with subresource "${subresource}"`} using ${apiVersion}`;
}
