import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { cyclesIn, faultsIn, importsIn, LIMITS, ROOMS, type Sources } from '../support/architecture.ts';

const SRC = fileURLToPath(new URL('../../src/', import.meta.url));
const TEST = fileURLToPath(new URL('../../test/', import.meta.url));

function sourcesIn(folder: string): Sources {
  const paths = globSync('**/*.ts', { cwd: folder }).map((path) => path.replaceAll('\\', '/'));
  return new Map(paths.map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
}

const sources = sourcesIn(SRC);

describe('the rule of direction', () => {
  it('lets each room import only lower rooms, and each adapter only ports, types and HTTP', () => {
    expect(faultsIn(sources)).toEqual([]);
  });

  it('allows no import cycle, type imports included', () => {
    expect(cyclesIn(importsIn(sources))).toEqual([]);
  });

  it.each([
    ['a lower room that imports a higher one', 'base/errors.ts', "import type { Report } from '../report/report.ts';"],
    ['a room that imports an adapter', 'run/run.ts', "import { systemClock } from '../adapters/system-clock.ts';"],
    ['a room that imports a package', 'plan/plan.ts', "import { getInput } from '@actions/core';"],
    ['a room that reads the disk', 'proof/soak.ts', "import { readFileSync } from 'node:fs';"],
    [
      'an adapter that imports a decision',
      'adapters/mlflow/api.ts',
      "import { direct } from '../../plan/modes/direct.ts';",
    ],
    ['an adapter that imports another adapter', 'adapters/mlflow/api.ts', "import '../kubernetes/watch.ts';"],
    ['the sandbox in the product', 'run/run.ts', "import { startSandbox } from '../../sandbox/sandbox.ts';"],
    ['a file that belongs to no room', 'helpers/text.ts', ''],
    ['a file without a port that reads the clock', 'plan/plan.ts', 'export const now = Date.now();'],
    ['a file without a port that logs', 'gate/policy.ts', "console.log('read');"],
    ['a file without a port that reads the environment', 'gate/policy.ts', 'export const { env } = process;'],
  ])('refuses %s', (_, path, added) => {
    const broken = new Map([...sources, [path, `${added}\n${sources.get(path) ?? ''}`]]);
    expect(faultsIn(broken).filter((fault) => fault.includes(path))).not.toEqual([]);
  });

  it('finds a cycle of types', () => {
    const cyclic = new Map([
      ['a.ts', "import type { B } from './b.ts';"],
      ['b.ts', "export type { C } from './deep/c.ts';"],
      ['deep/c.ts', "import type { A } from '../a.ts';"],
      ['d.ts', "import { a } from './a.ts';"],
    ]);
    expect(cyclesIn(importsIn(cyclic))).toEqual([['a.ts', 'b.ts', 'deep/c.ts']]);
  });
});

describe('the size of rooms and files', () => {
  it.each([...sources.keys()])('%s is short enough', (path) => {
    expect(sources.get(path)?.split('\n').length).toBeLessThanOrEqual(LIMITS.lines);
  });

  it('keeps each folder small', () => {
    const folders = Map.groupBy(sources.keys(), (path) => dirname(path));
    const wide = [...folders].filter(([, files]) => files.length > LIMITS.files).map(([folder]) => folder);
    expect(wide).toEqual([]);
  });
});

it('has a folder of tests for each room', () => {
  const tested = new Set([...sourcesIn(TEST).keys()].map((path) => normalize(path).split('/')[0]));
  expect(ROOMS.filter((room) => !tested.has(room))).toEqual([]);
});
