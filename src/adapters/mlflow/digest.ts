import { createHash } from 'node:crypto';
import type { ListedFile } from '../../model/model-digest.ts';

/** Hex digits of each part. */
const DIGITS = 16;

/**
 * Identity of a model's files. `MLmodel` holds an id that is new each time a model is logged; the list, with its folders,
 * shows files that were replaced without it. Undefined files: the store was not asked, or does not tell.
 */
export function digestOf(document: string, files: readonly ListedFile[] | undefined): string {
  const listed = files?.map(({ path, size }) => `${path} ${size ?? ''}`).sort();
  const parts = [document, ...(listed === undefined || listed.length === 0 ? [] : [listed.join('\n')])];
  return parts.map((part) => createHash('sha256').update(part).digest('hex').slice(0, DIGITS)).join('-');
}
