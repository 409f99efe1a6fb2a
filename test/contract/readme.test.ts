import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { INPUTS } from '../../src/settings/inputs.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** Lines that a reader sees who opens nothing. */
const MOST_LINES = 250;
/** Bytes of a picture. */
const LARGEST = 150_000;

describe('README.md', () => {
  it('is short for a reader who opens nothing', () => {
    const open = readme.replace(/<details>[\s\S]*?<\/details>\n/g, '');
    expect(open.split('\n').length).toBeLessThanOrEqual(MOST_LINES);
  });

  it('has each input once in the groups of all inputs, and ten of them before', () => {
    const tableOf = (name: string) =>
      new RegExp(`<!-- ${name}: npm run docs -->([\\s\\S]*?)<!-- /${name} -->`).exec(readme)?.[1] ?? '';
    const namesIn = (text: string) => [...text.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, name]) => name ?? '');
    expect(namesIn(tableOf('inputs')).toSorted()).toEqual(INPUTS.map(({ name }) => name as string).toSorted());
    expect(namesIn(tableOf('first inputs'))).toHaveLength(10);
  });

  it('closes each fold', () => {
    expect(readme.match(/<details>/g)?.length).toBe(readme.match(/<\/details>/g)?.length);
  });

  it('shows each picture in light and dark, and small enough', () => {
    const shown = [...readme.matchAll(/(?:src|srcset)="([^"]+)"/g)].map(([, path]) => path ?? '');
    expect(shown).toHaveLength(8);
    for (const path of shown) {
      expect(existsSync(join(ROOT, path)), path).toBe(true);
      expect(statSync(join(ROOT, path)).size, path).toBeLessThan(LARGEST);
    }
    const named = (look: string) =>
      shown.filter((path) => path.endsWith(`-${look}.png`)).map((path) => path.split('-')[0]);
    expect(named('light').toSorted()).toEqual(named('dark').toSorted());
  });
});
