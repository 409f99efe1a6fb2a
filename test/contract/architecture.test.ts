import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../../src/', import.meta.url));
const FILES = globSync('**/*.ts', { cwd: SRC }).map((path) => path.replaceAll('\\', '/'));

/** `core`, `ports`, `steps`, `run`, `index`, or the adapter: a file or folder below `adapters/`. */
function layerOf(path: string): string {
  const [first = '', second = ''] = path.split('/');
  if (first.startsWith('ports')) return 'ports';
  return first === 'adapters' ? `adapters/${second.replace('.ts', '')}` : first.replace('.ts', '');
}

const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  core: ['core'],
  ports: ['core', 'ports'],
  steps: ['core', 'ports', 'steps'],
  run: ['core', 'ports', 'steps'],
};

/** The composition root: the only files that may import all. */
const ROOT = ['index', 'main', 'post', 'ship', 'compose'];

const PACKAGES: Readonly<Record<string, RegExp>> = {
  core: /^(js-yaml|node:crypto)$/,
  steps: /^js-yaml$/,
  compose: /^(@actions\/core|node:fs|node:crypto)$/,
  'adapters/github': /^@actions\/github$/,
  'adapters/kubernetes': /^(@kubernetes\/client-node\/.*|js-yaml|node:.*)$/,
};

function importsOf(path: string): readonly string[] {
  const source = readFileSync(join(SRC, path), 'utf8');
  return [...source.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(([, target]) => target ?? '');
}

describe('the rule of direction', () => {
  it.each(FILES)('%s imports only what its layer may', (path) => {
    const layer = layerOf(path);
    for (const target of importsOf(path)) {
      if (!target.startsWith('.')) {
        const packages = PACKAGES[layer] ?? (layer.startsWith('adapters/') ? /^node:/ : /^$/);
        expect(target, `${path} imports ${target}`).toMatch(packages);
        continue;
      }
      const other = layerOf(normalize(join(dirname(path), target)).replaceAll('\\', '/'));
      const allowed = layer.startsWith('adapters/') ? ['core', 'ports', 'adapters/http', layer] : ALLOWED[layer];
      if (!ROOT.includes(layer)) expect(allowed, `${path} imports ${other}`).toContain(other);
    }
  });

  it.each(FILES)('%s is short enough to read at once', (path) => {
    expect(readFileSync(join(SRC, path), 'utf8').split('\n').length).toBeLessThanOrEqual(230);
  });
});
