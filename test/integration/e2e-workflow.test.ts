import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dump, load } from 'js-yaml';
import { expect, it } from 'vitest';
import { workflowDispatchEvent } from '../../sandbox/github/events.ts';
import { type RegisteredModel, sandboxStore } from '../../sandbox/models.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';
import { ROOT } from '../support/workflows.ts';
import { runWorkflow } from './act.ts';

/** The end-to-end workflow, by a real runner: its steps with this action and what it expects of them, without its kind and chart. */

const PATH = '.github/workflows/e2e.yml';
const TEXT = readFileSync(join(ROOT, PATH), 'utf8');

interface NamedStep {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
}
type Job = Readonly<Record<string, unknown>> & { readonly steps: readonly NamedStep[] };
const { jobs, ...rest } = load(TEXT) as { readonly jobs: { readonly kind: Job }; readonly env: object };
const isOurs = ({ uses }: NamedStep) => uses === './';
const first = jobs.kind.steps.findIndex(isOurs);

/** What the sandbox is in place of. */
const BEFORE = [
  'actions/checkout',
  'actions/setup-node',
  'helm/kind-action',
  'Install Seldon Core',
  'Start MLflow with two versions of a model',
];

/** The files that the registry of the workflow names, in a bucket that everybody may read. */
const SOURCES = [...TEXT.matchAll(/for release in (.+); do/g)]
  .flatMap(([, releases = '']) => releases.split(' '))
  .map((release) => `gs://seldon-models/${release}/mlflow/elasticnet_wine`);

const [ONE = {}, TWO = {}] = sandboxStore().values();
const FOLDERS = new Map(SOURCES.map((source, at) => [source, at === 0 ? ONE : TWO]));
const WINE: RegisteredModel = {
  name: 'wine',
  versions: SOURCES.map((artifactUri, at) => ({
    version: String(at + 1),
    runId: '',
    modelId: undefined,
    artifactUri,
    aliases: [at === 0 ? 'champion' : 'challenger'],
  })),
};

it('installs its cluster and its registry first, with two versions of a model', () => {
  const before = jobs.kind.steps.slice(0, first).map(({ name, uses }) => name ?? uses?.replace(/@.*/, ''));
  expect(before).toEqual(BEFORE);
  expect(SOURCES).toHaveLength(2);
});

it('deploys, finds unchanged, adds a canary and promotes it, as it expects itself', async () => {
  const sandbox = await startSandbox({ ambassador: 'none', models: [WINE], folders: FOLDERS });
  const folder = mkdtempSync(join(tmpdir(), 'e2e-'));
  try {
    const kubeconfig = join(folder, 'kubeconfig');
    writeFileSync(kubeconfig, sandbox.cluster.kubeconfig('action'));
    const [checkout, ...installs] = jobs.kind.steps;
    const steps = [checkout, ...installs.slice(first - 1)];
    const workflow = { ...rest, env: { ...rest.env, KUBECONFIG: kubeconfig }, jobs: { kind: { ...jobs.kind, steps } } };
    const end = await runWorkflow({
      workflow: dump(workflow).replaceAll('http://127.0.0.1:5000', sandbox.mlflow.url),
      event: workflowDispatchEvent(),
      actor: 'octocat',
      files: Object.fromEntries(
        ['action.yml', 'dist/index.js', 'dist/step.js', 'dist/package.json'].map((path) => [
          path,
          readFileSync(join(ROOT, path), 'utf8'),
        ]),
      ),
      secrets: { GITHUB_TOKEN: 'ghs_sandbox' },
      variables: {},
      githubApi: sandbox.github.url,
    });
    expect(end.exitCode, end.log).toBe(0);
    expect(
      end.succeeded.filter((name) => name.startsWith('Main ')),
      end.log,
    ).toHaveLength(steps.length);
  } finally {
    await sandbox.close();
    rmSync(folder, { recursive: true });
  }
});
