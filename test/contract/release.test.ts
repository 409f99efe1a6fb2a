import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ROOT, workflowsIn } from '../support/workflows.ts';

const IDENTITY = { GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@b', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@b' };

/** A repository with the release scripts and a remote, on version 1.4.2. */
function startRepository() {
  const folder = mkdtempSync(join(tmpdir(), 'release-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [work, remote] = [join(folder, 'work'), join(folder, 'remote.git')];
  const env = { ...process.env, ...IDENTITY, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
  const run = (command: string, ...args: string[]) => {
    try {
      const text = execFileSync(command, args, { cwd: work, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
      return { ok: true, text };
    } catch (error) {
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      return { ok: false, text: `${stdout}${stderr}` };
    }
  };
  const git = (...args: string[]) => run('git', ...args).text.trim();
  cpSync(join(ROOT, 'scripts/release'), join(work, 'scripts/release'), { recursive: true });
  execFileSync('git', ['init', '-q', '--bare', remote], { env });
  git('init', '-q', '-b', 'main');
  git('remote', 'add', 'origin', remote);
  const release = (
    version: string,
    changelog = `# Changelog\n\n## ${version}\n\n- Something for users.\n\n## 0.0.1\n\n- Old.\n`,
  ) => {
    writeFileSync(join(work, 'package.json'), JSON.stringify({ version }));
    writeFileSync(join(work, 'CHANGELOG.md'), changelog);
    git('add', '-A');
    git('commit', '-qm', version);
    git('tag', `v${version}`);
    git('push', '-q', 'origin', 'main', `v${version}`);
  };
  return { run, git, release };
}

describe('the check of a tag', () => {
  it('takes the version of package.json on main with its section of the changelog', () => {
    const { run, release } = startRepository();
    release('1.4.2');
    expect(run('scripts/release/check-tag.sh', 'v1.4.2')).toMatchObject({ ok: true });
  });

  it.each([
    ['a tag of another form', 'v1.4', /is not vX\.Y\.Z/],
    ['another version than the package', 'v1.4.3', /not the version of package\.json/],
  ])('refuses %s', (_, tag, words) => {
    const { run, git, release } = startRepository();
    release('1.4.2');
    git('tag', tag);
    const { ok, text } = run('scripts/release/check-tag.sh', tag);
    expect(ok).toBe(false);
    expect(text).toMatch(words);
  });

  it('refuses a commit that is not on main, and a version without changes', () => {
    const { run, git, release } = startRepository();
    release('1.4.2', '# Changelog\n\n## Unreleased\n\n- Something.\n');
    expect(run('scripts/release/check-tag.sh', 'v1.4.2').text).toMatch(/has no section for 1\.4\.2/);
    git('checkout', '-qb', 'aside');
    git('commit', '-qm', 'aside', '--allow-empty');
    git('tag', '-f', 'v1.4.2');
    expect(run('scripts/release/check-tag.sh', 'v1.4.2').text).toMatch(/is not on origin\/main/);
  });
});

it('the notes are the section of the version alone', () => {
  const { run, release } = startRepository();
  release('1.4.2');
  expect(run('scripts/release/notes.sh', '1.4.2').text.trim()).toBe('- Something for users.');
});

it('the major tag moves forwards, and stays when an older line is released', () => {
  const { run, git, release } = startRepository();
  release('1.4.2');
  run('scripts/release/move-major.sh', 'v1.4.2');
  release('1.10.0');
  run('scripts/release/move-major.sh', 'v1.10.0');
  expect(run('scripts/release/move-major.sh', 'v1.4.2').text).toMatch(/stays where it is/);
  const [moved] = git('ls-remote', 'origin', 'refs/tags/v1').split('\t');
  expect(moved).toBe(git('rev-parse', 'v1.10.0^{commit}'));
});

describe('the release workflow', () => {
  const [, release] = [...workflowsIn('.github/workflows/release.yml')][0] ?? [];

  it('lets no job that runs packages write', () => {
    for (const { permissions, steps } of Object.values(release?.jobs ?? {})) {
      const runsPackages = steps.some(({ run = '' }) => /npm (?:ci|install|run|test)|npx/.test(run));
      if (runsPackages) expect(permissions).toBeUndefined();
    }
    expect(release?.permissions).toEqual({ contents: 'read' });
  });
});

it.each(readdirSync(join(ROOT, '.github/ISSUE_TEMPLATE')).filter((file) => file !== 'config.yml'))(
  'the issue form %s has a name, a description and fields with ids',
  (file) => {
    const form = load(readFileSync(join(ROOT, '.github/ISSUE_TEMPLATE', file), 'utf8')) as {
      name: string;
      description: string;
      body: { type: string; id?: string }[];
    };
    expect(form.name).not.toBe('');
    expect(form.description).not.toBe('');
    const fields = form.body.filter(({ type }) => type !== 'markdown').map(({ id }) => id);
    expect(fields).toEqual([...new Set(fields)].filter(Boolean));
  },
);
