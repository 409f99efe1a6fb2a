import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './workflows.ts';

/** The table “Versions tried” of the setup guide: the versions of a part, and the run that shows them. */
export interface TriedRow {
  readonly part: string;
  readonly version: string;
  readonly run: string;
}

const GUIDE = readFileSync(join(ROOT, 'docs/setup.md'), 'utf8');

export const TRIED: readonly TriedRow[] = (/### Versions tried\n\n([\s\S]*?)\n\n/.exec(GUIDE)?.[1] ?? '')
  .split('\n')
  .slice(2)
  .map((line) => {
    const [part = '', version = '', run = ''] = line
      .split('|')
      .slice(1)
      .map((cell) => cell.trim());
    return { part, version, run };
  });

/** The row whose part begins so. */
export function triedRow(part: string): TriedRow {
  const row = TRIED.find((one) => one.part.startsWith(part));
  if (row === undefined) throw new Error(`“Versions tried” of docs/setup.md has no row “${part}”`);
  return row;
}
