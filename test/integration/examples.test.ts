import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  commentEvent,
  type GithubEvent,
  pullRequestEvent,
  pushEvent,
  workflowDispatchEvent,
} from '../../sandbox/github/events.ts';
import { MERGED_COMMIT, OPEN_PULL_REQUEST, type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import { underLoad } from '../scenarios/load.ts';
import { blocksIn } from '../support/markdown-blocks.ts';
import { ROOT } from '../support/workflows.ts';
import { runWorkflow, type WorkflowEnd } from './act.ts';

/** Every workflow that people copy, run by a real runner against the sandbox: its expressions, its steps, its post step. */

const README = 'README.md';
/** Its ten lines call the workflow of this repository. */
const GUIDE = 'docs/setup.md';

/** What cannot run without GitHub or a cloud, and why. */
const NEEDS_THE_NET: Readonly<Record<string, string>> = {
  'oidc-eks.yml': 'logs in to AWS with a token that only GitHub signs',
  'oidc-aks.yml': 'logs in to Azure with a token that only GitHub signs',
  'oidc-gke.yml': 'logs in to Google Cloud with a token that only GitHub signs',
  'gitops.yml': 'checks a branch out of github.com and pushes to it; test/scenarios/gitops.test.ts runs its action',
};

interface Scene {
  /** File name below `examples/`, the README or the guide. */
  readonly workflow: string;
  readonly event: GithubEvent;
  readonly outcome: string;
  /** Content of `models/wine.uri`. */
  readonly uri?: string;
  readonly actor?: string;
  /** People use the model meanwhile. */
  readonly isUnderLoad?: true;
}

const PUSH = pushEvent({ after: MERGED_COMMIT });
const TIMER: GithubEvent = { name: 'schedule', payload: { schedule: '0 3 * * *' } };
const OPENED = pullRequestEvent('opened', { number: OPEN_PULL_REQUEST });
const CLOSED = pullRequestEvent('closed', { number: OPEN_PULL_REQUEST });
const by = (inputs: Readonly<Record<string, string>> = {}) => workflowDispatchEvent(inputs);
const said = (body: string) => commentEvent({ login: 'maria', body, number: OPEN_PULL_REQUEST });
const V3 = { 'model-uri': 'models:/wine-quality/3' };
const BACK: Scene = { workflow: 'rollback.yml', event: by({ to: '' }), outcome: 'restored' };

/** In the order in which a team would meet them: each finds what the ones before left. */
const SCENES: readonly Scene[] = [
  { workflow: 'check-setup.yml', event: by(), outcome: 'reported' },
  { workflow: 'plan-model-file.yml', event: OPENED, outcome: 'planned' },
  { workflow: 'deploy-on-merge.yml', event: PUSH, outcome: 'deployed' },
  { workflow: 'follow-alias.yml', event: TIMER, outcome: 'unchanged' },
  { workflow: README, event: PUSH, outcome: 'deployed', isUnderLoad: true },
  BACK,
  { workflow: 'plan-every-pull-request.yml', event: OPENED, outcome: 'planned' },
  { workflow: 'canary-on-merge.yml', event: PUSH, uri: 'models:/wine-quality@challenger', outcome: 'deployed' },
  { workflow: 'status.yml', event: by(), outcome: 'reported' },
  { workflow: 'promote.yml', event: by(), outcome: 'deployed' },
  { workflow: 'ab-test.yml', event: by(V3), outcome: 'deployed' },
  BACK,
  { workflow: 'shadow.yml', event: by(V3), outcome: 'deployed' },
  BACK,
  { workflow: 'blue-green.yml', event: by(V3), outcome: 'deployed' },
  BACK,
  { workflow: 'canary-in-steps.yml', event: by(V3), outcome: 'deployed', isUnderLoad: true },
  BACK,
  {
    workflow: 'deploy-by-hand.yml',
    event: by({ ...V3, 'pull-request': '7', 'dry-run': 'false' }),
    outcome: 'deployed',
  },
  { workflow: 'preview-per-pull-request.yml', event: OPENED, outcome: 'deployed' },
  { workflow: 'sweep-previews.yml', event: TIMER, outcome: 'unchanged' },
  { workflow: 'preview-per-pull-request.yml', event: CLOSED, outcome: 'removed' },
  { workflow: 'commands.yml', event: said('/seldon plan'), outcome: 'planned', actor: 'maria' },
  { workflow: 'commands.yml', event: said('/seldon status'), outcome: 'reported', actor: 'maria' },
  { workflow: 'targets.yml', event: said('/seldon plan'), outcome: 'planned', actor: 'maria' },
  { workflow: GUIDE, event: OPENED, outcome: 'planned' },
  { workflow: GUIDE, event: PUSH, outcome: 'deployed' },
  { workflow: GUIDE, event: said('/seldon promote'), outcome: 'deployed', actor: 'maria' },
  { workflow: 'remove.yml', event: by({ name: 'wine' }), outcome: 'removed' },
];

const OLD_SCENES: readonly Scene[] = [{ workflow: 'canary-by-annotations.yml', event: by(V3), outcome: 'deployed' }];

/** The first YAML block of a page with this line. */
function shownIn(page: string, line: RegExp): string {
  const block = blocksIn(page).find(({ language, text }) => language === 'yaml' && line.test(text));
  if (block === undefined) throw new Error(`${page} shows no YAML with ${line}`);
  return block.text;
}

function textOf(workflow: string): string {
  if (workflow === README) return `name: README\n${shownIn(README, /^jobs:$/m)}`;
  return workflow === GUIDE ? shownIn(GUIDE, /^jobs:$/m) : readFileSync(`${ROOT}examples/${workflow}`, 'utf8');
}

/** Addresses of the sandbox in place of the examples', and no steps of ten minutes. */
function placed(text: string, { gateway, prometheus, mlflow }: Sandbox): string {
  return text
    .replaceAll('https://models.example.com', gateway.url)
    .replaceAll('https://prometheus.example.com', prometheus.url)
    .replaceAll('https://mlflow.example.com', mlflow.url)
    .replaceAll('step-interval: 10m', 'step-interval: 3');
}

const REQUEST = `${JSON.stringify({ data: { ndarray: [[7, 0.27, 0.36, 20.7, 0.045, 45, 170, 1.001, 3.5, 0.45, 8.8]] } })}\n`;

async function play(
  sandbox: Sandbox,
  { workflow, event, uri, actor = 'octocat', isUnderLoad }: Scene,
): Promise<WorkflowEnd> {
  sandbox.github.change(OPEN_PULL_REQUEST, { state: event === CLOSED ? 'closed' : 'open' });
  const run = () =>
    runWorkflow({
      workflow: placed(textOf(workflow), sandbox),
      event,
      actor,
      files: {
        'models/wine.uri': `${uri ?? 'models:/wine-quality@champion'}\n`,
        'models/wine-requests.jsonl': REQUEST,
      },
      secrets: {
        GITHUB_TOKEN: 'ghs_sandbox',
        KUBECONFIG: Buffer.from(sandbox.cluster.kubeconfig('action')).toString('base64'),
        MLFLOW_TOKEN: 'mlflow-token',
      },
      variables: { MLFLOW_TRACKING_URI: sandbox.mlflow.url },
      githubApi: sandbox.github.url,
    });
  return isUnderLoad === true ? (await underLoad(sandbox, run)).result : run();
}

function expectEnd(end: WorkflowEnd, { outcome }: Scene): void {
  expect({ outcome: end.outputs['outcome'], exitCode: end.exitCode }, end.log).toEqual({ outcome, exitCode: 0 });
  const own = end.succeeded.filter((name) => name.includes('acme/mlflow-to-seldon@v0'));
  expect(own, end.log).toEqual(['Main acme/mlflow-to-seldon@v0', 'Post acme/mlflow-to-seldon@v0']);
}

async function open(options: Parameters<typeof startSandbox>[0]): Promise<Sandbox> {
  const sandbox = await startSandbox(options);
  const { api } = sandbox.cluster;
  await api.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'seldon-previews' } });
  const secret = api.get('Secret', { namespace: 'seldon', name: 'rclone-s3' });
  const metadata = { name: 'rclone-s3', namespace: 'seldon-previews' };
  await api.create({ apiVersion: 'v1', kind: 'Secret', metadata, data: secret?.['data'] });
  sandbox.github.write('main', '.github/seldon.yml', placed(shownIn(GUIDE, /^targets:$/m), sandbox));
  return sandbox;
}

describe('the examples, by a real runner', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await open({});
  });
  afterAll(() => sandbox.close());

  it.each(SCENES.map((scene, at) => [at + 1, scene.workflow, scene.event.name, scene.outcome, scene] as const))(
    '%i. %s by %s ends as %s',
    async (_, __, ___, ____, scene) => expectEnd(await play(sandbox, scene), scene),
  );
});

describe('the example of Seldon 0.2, by a real runner', () => {
  it.each(OLD_SCENES.map((scene) => [scene.workflow, scene] as const))('%s', async (_, scene) => {
    const sandbox = await open({ ambassador: 'v0' });
    try {
      await sandbox.act({ inputs: { 'api-version': 'v1alpha2' } });
      expectEnd(await play(sandbox, scene), scene);
    } finally {
      await sandbox.close();
    }
  });
});

it.each(Object.entries(NEEDS_THE_NET))('%s does not run here: it %s', (file) => {
  expect(globSync(`examples/${file}`, { cwd: ROOT })).toHaveLength(1);
});

it('no example is left out without a reason', () => {
  const told = [...SCENES, ...OLD_SCENES].map(({ workflow }) => workflow);
  const files = globSync('examples/*.yml', { cwd: ROOT }).map((path) => basename(path));
  expect(files.filter((file) => !told.includes(file) && !(file in NEEDS_THE_NET))).toEqual([]);
});
