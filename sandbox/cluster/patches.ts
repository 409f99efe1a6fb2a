import { ApiError } from './api-error.ts';
import { isSame, isTree, type Tree } from './objects.ts';

/** RFC 7396: null removes. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isTree(patch)) return patch;
  const result: Tree = isTree(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}

interface Operation {
  readonly op: string;
  readonly path: string;
  readonly value?: unknown;
}

/** RFC 6902 without copy and move. @throws ApiError 422 if it cannot be applied */
export function jsonPatch(target: unknown, operations: unknown): unknown {
  if (!Array.isArray(operations)) throw unfit();
  return (operations as Operation[]).reduce((value, { op, path, value: wanted }) => {
    if (!['add', 'replace', 'remove', 'test'].includes(op)) throw unfit();
    const steps = path
      .split('/')
      .slice(1)
      .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
    return changeAt(value, steps, { op, path, value: wanted });
  }, target);
}

function changeAt(target: unknown, [key, ...rest]: readonly string[], operation: Operation): unknown {
  if (key === undefined) return atTarget(target, operation);
  if (Array.isArray(target)) return changeList(target, key, { rest, operation });
  if (!isTree(target)) throw unfit();
  const exists = Object.hasOwn(target, key);
  if (!exists && (rest.length > 0 || operation.op !== 'add')) throw unfit();
  if (rest.length === 0 && operation.op === 'remove') {
    const { [key]: _, ...others } = target;
    return others;
  }
  return { ...target, [key]: changeAt(target[key], rest, operation) };
}

function changeList(
  list: readonly unknown[],
  key: string,
  { rest, operation }: { readonly rest: readonly string[]; readonly operation: Operation },
): unknown[] {
  const index = key === '-' ? list.length : Number(key);
  const isLast = rest.length === 0;
  const limit = isLast && operation.op === 'add' ? list.length : list.length - 1;
  if (!Number.isInteger(index) || index < 0 || index > limit) throw unfit();
  if (isLast && operation.op === 'add') return list.toSpliced(index, 0, operation.value);
  if (isLast && operation.op === 'remove') return list.toSpliced(index, 1);
  return list.with(index, changeAt(list[index], rest, operation));
}

function atTarget(target: unknown, { op, value }: Operation): unknown {
  if (op !== 'test') return value;
  if (!isSame(target, value)) throw unfit();
  return target;
}

function unfit(): ApiError {
  const message = 'the server rejected our request due to an error in our request';
  return new ApiError({ code: 422, message, reason: 'Invalid', details: {} });
}
