import { execFile } from 'node:child_process';
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Block, blocksIn } from '../support/markdown-blocks.ts';
import { triedRow } from '../support/tried-versions.ts';
import { ROOT } from '../support/workflows.ts';
import { rigProgram } from './act.ts';
import { kubectl } from './story.ts';
import { openSurroundings, type Surroundings } from './surroundings.ts';

/** The setup guide, command by command, on a real API server: what it makes is then used by the action. */

/** In place of the guide's namespace, which other stories use. */
const NAMESPACE = 'docs-seldon';

/** Commands that need more than a cluster, and what they need. */
const NEEDS_MORE: readonly (readonly [command: RegExp, needs: string])[] = [
  [/^git (clone|ls-remote)|^git .*git push/m, 'github.com'],
  [/^helm /m, 'the chart of Seldon Core'],
  [/^gh /m, 'a repository on github.com'],
  [/^mkdir -p \.github|^owner=|^perl /m, 'a repository of your own, or a fork: test/contract/docs.test.ts runs it'],
];

function needOf({ text }: Block): string | undefined {
  return NEEDS_MORE.find(([command]) => command.test(text))?.[1];
}

const BLOCKS = blocksIn('docs/setup.md').filter(({ language }) => language === 'sh');
const isEnd = ({ text }: Block) => text.includes('delete seldondeployments');
const RUN = BLOCKS.filter((block) => needOf(block) === undefined && !isEnd(block));
const END = BLOCKS.filter(isEnd);

const folder = mkdtempSync(join(tmpdir(), 'setup-'));
let world: Surroundings;

function placed(text: string): string {
  return text.replace(/(?<=-n |namespace |in )seldon(?= |;|$)/gm, NAMESPACE);
}

async function run(text: string): Promise<string> {
  const env = {
    PATH: `${dirname(process.execPath)}:${process.env['PATH']}`,
    HOME: folder,
    KUBECONFIG: join(folder, 'mine'),
    NAMESPACE,
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'key',
    MINIO_ACCESS_KEY: 'id',
    MINIO_SECRET_KEY: 'key',
    AZURE_STORAGE_ACCOUNT: 'account',
    AZURE_STORAGE_KEY: 'key',
  };
  const { stdout } = await promisify(execFile)('bash', ['--norc', '-euo', 'pipefail', '-c', placed(text)], {
    cwd: folder,
    env,
  });
  return stdout;
}

describe('docs/setup.md', () => {
  beforeAll(async () => {
    world = await openSurroundings();
    cpSync(join(ROOT, 'deploy'), join(folder, 'deploy'), { recursive: true });
    for (const path of globSync('deploy/*.yaml', { cwd: folder })) {
      const text = readFileSync(join(folder, path), 'utf8');
      writeFileSync(join(folder, path), text.replace(/namespace: seldon(?=[ ,}\n])/g, `namespace: ${NAMESPACE}`));
    }
    writeFileSync(join(folder, 'key.json'), '{"type": "service_account"}\n');
    mkdirSync(join(folder, '.kube'));
    cpSync(process.env['KUBECONFIG'] ?? '', join(folder, 'mine'));
    const entry = async (path: string) =>
      (await kubectl('config', 'view', '--minify', '-o', `jsonpath={.contexts[0].context.${path}}`)).trim();
    const [cluster, user] = [await entry('cluster'), await entry('user')];
    for (const context of ['staging', 'production'])
      await run(`kubectl config set-context ${context} --cluster='${cluster}' --user='${user}'`);
  });

  afterAll(async () => {
    await kubectl('delete', 'namespace', NAMESPACE, 'seldon-previews', '--ignore-not-found', '--wait=false');
    await world.close();
    rmSync(folder, { recursive: true });
  });

  it.each(RUN.map((block) => [block.place, block.text] as const))('%s runs as it stands', async (_, text) => {
    const said = await run(text);
    if (text.includes('auth can-i')) expect(said).toBe('yes\n');
  });

  const rest = BLOCKS.flatMap((block) => {
    const needs = needOf(block);
    return needs === undefined ? [] : [[block.place, needs] as const];
  });

  it.each(rest)('%s does not run here: it needs %s', (_, needs) => {
    expect(needs).not.toBe('');
  });

  it('tells the versions that run here', async () => {
    const { serverVersion } = JSON.parse(await kubectl('version', '-o', 'json')) as {
      readonly serverVersion: { readonly gitVersion: string };
    };
    expect(serverVersion.gitVersion).toContain(`v${triedRow('Kubernetes').version}.`);
    const mlflow = await fetch(`${process.env['MLFLOW_TRACKING_URI']}/version`);
    expect(await mlflow.text()).toBe(triedRow('MLflow').version);
    const said = async (program: string, ...args: readonly string[]) =>
      (await promisify(execFile)(program, args)).stdout.split('\n')[0];
    expect(await said('rclone', 'version')).toMatch(new RegExp(`v${triedRow('Secrets').version.split(' ')[1]}\\b`));
    expect(triedRow('workflow runner').version).toContain(
      (await said(rigProgram('act'), '--version'))?.replace(' version', ''),
    );
    const mlserver = await said(rigProgram('venv/mlserver/bin/mlserver'), '--version');
    expect(triedRow('model servers').version).toContain(`MLServer ${mlserver?.split(' ').at(-1)} `);
  });

  it('makes a kubeconfig whose user may do what the role says, and no more', async () => {
    const can = (verb: string, resource: string) =>
      run(`kubectl --kubeconfig kubeconfig -n ${NAMESPACE} auth can-i ${verb} ${resource} || true`);
    expect(await can('patch', 'seldondeployments.machinelearning.seldon.io')).toBe('yes\n');
    expect(await can('get', 'secrets')).toBe('no\n');
    expect(await can('create', 'pods')).toBe('no\n');
  });

  it('makes a kubeconfig with which a check finds everything but an operator that runs elsewhere', async () => {
    const end = await deploy({ mode: 'check', 'model-uri': 'models:/wine-quality/1' });
    const { checks } = JSON.parse(end.outputs['result'] ?? '{}') as { checks?: { what: string; state: string }[] };
    // An operator that is a process beside the cluster, ours or Seldon's, has no Deployment.
    const label = 'control-plane=seldon-controller-manager';
    const deployments = await kubectl('get', 'deployments', '-A', '-l', label, '-o', 'name');
    expect(
      checks?.filter(({ state }) => state === 'missing').map(({ what }) => what),
      end.shown,
    ).toEqual(deployments === '' ? ['operator'] : []);
    expect(
      checks?.filter(({ state }) => state === 'unknown'),
      end.shown,
    ).toEqual([]);
  });

  it('makes a kubeconfig with which a model goes live and is removed', async () => {
    const text = await kubectl('-n', 'seldon', 'get', 'secret', 'rclone-s3', '-o', 'json');
    const { data } = JSON.parse(text) as { data: object };
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'rclone-rig', namespace: NAMESPACE }, data };
    writeFileSync(join(folder, 'secret.json'), JSON.stringify(secret));
    await run('kubectl apply -f secret.json');
    const end = await deploy({ 'model-uri': 'models:/wine-quality/1', 'env-secret': 'rclone-rig' });
    expect(end.outputs, end.shown).toMatchObject({ outcome: 'deployed', reason: 'ok' });
    const gone = await deploy({ mode: 'remove' });
    expect(gone.outputs, gone.shown).toMatchObject({ outcome: 'removed', reason: 'ok' });
  });

  it.each(END.map((block) => [block.place, block.text] as const))('%s removes it again', async (_, text) => {
    await run(text);
    const left = await run(`kubectl -n ${NAMESPACE} get roles,rolebindings,serviceaccounts -o name`);
    expect(left).not.toContain('mlflow-to-seldon');
    expect(await run('kubectl get clusterroles -o name')).not.toContain('mlflow-to-seldon');
  });
});

function deploy(inputs: Readonly<Record<string, string>>) {
  const kubeconfig = readFileSync(join(folder, 'kubeconfig'), 'utf8');
  const ingress = world.gatewayUrl === undefined ? {} : { 'ingress-url': world.gatewayUrl };
  const where = { name: 'wine', namespace: NAMESPACE, context: 'production', kubeconfig, ...ingress };
  return world.deploy({ with: { ...where, ...inputs } });
}
