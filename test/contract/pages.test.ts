import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { InputDefinition } from '../../src/settings/input-definition.ts';
import { INPUTS } from '../../src/settings/inputs.ts';
import { MODES } from '../../src/settings/modes.ts';
import { readConfig } from '../../src/settings/read-config.ts';
import { ROOMS } from '../support/architecture.ts';
import { ROOT } from '../support/workflows.ts';

/** Lists that people write into pages, and the code that they are about. */

const page = (path: string) => readFileSync(join(ROOT, path), 'utf8');

describe('docs/architecture.md', () => {
  const text = page('docs/architecture.md');
  const places = [...ROOMS, 'adapters'].join('|');
  const named = [...text.matchAll(new RegExp(`\`((?:${places})/[\\w./-]*)\``, 'g'))].map(([, path = '']) => path);

  it('names files and folders of src/ that exist', () => {
    expect(named.length).toBeGreaterThan(40);
    expect(named.filter((path) => !existsSync(join(ROOT, 'src', path)))).toEqual([]);
  });
});

describe('docs/modes.md', () => {
  it.each(MODES)('has a row for mode %s', (mode) => {
    const [, ...cells] = page('docs/modes.md').split(/^\| /m);
    expect(cells.some((row) => row.split(' | ')[0]?.includes(`\`${mode}\``))).toBe(true);
  });
});

describe('docs/gitops.md', () => {
  const [, refused = ''] = /## What it cannot do\n([\s\S]*?)\n\n[A-Z]/.exec(page('docs/gitops.md')) ?? [];

  /** What is wrong with these inputs of a run that only writes a file. */
  function faultsOf(given: Readonly<Record<string, string>>): string {
    const defaults = INPUTS.map(({ name, default: value = '' }: InputDefinition) => [name, value]);
    const file = { 'model-uri': 'models:/wine/1', apply: 'false', 'manifest-file': 'wine.yaml' };
    const values: Record<string, string> = { ...Object.fromEntries(defaults), ...file, ...given };
    try {
      readConfig({ input: (name) => values[name] ?? '', env: {} });
    } catch (error) {
      return error instanceof Error ? error.message : '';
    }
    return '';
  }

  it('names each mode that needs a cluster', () => {
    const needing = MODES.filter((mode) => faultsOf({ mode }).includes('which needs a cluster'));
    expect(needing.length).toBeGreaterThan(5);
    expect(needing.filter((mode) => !refused.includes(`\`${mode}\``))).toEqual([]);
  });

  it('names each input that needs a cluster', () => {
    const names = INPUTS.map(({ name }) => name);
    const needing = names.filter((name) =>
      faultsOf({ mode: 'canary', [name]: 'true' }).includes(`\`${name}\` needs a cluster`),
    );
    expect(needing.length).toBeGreaterThan(8);
    expect(needing.filter((name) => !refused.includes(`\`${name}\``))).toEqual([]);
  });
});
