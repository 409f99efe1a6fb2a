import { expect } from 'vitest';
import { pullRequestEvent } from '../../sandbox/github/events.ts';
import type { ActionCall } from '../../sandbox/runner.ts';
import { OPEN_PULL_REQUEST } from '../../sandbox/sandbox.ts';
import { commentOf, expectEnding, live, story } from './story.ts';

const FILE = 'deploy/base.yaml';
const NAMED = `apiVersion: machinelearning.seldon.io/v1
kind: SeldonDeployment
metadata: {name: cellar, namespace: seldon}
spec:
  predictors: [{name: default, graph: {name: classifier}}]
`;

/** A run whose inputs are silent about the name. */
function unnamed(inputs: Readonly<Record<string, string>> = {}, text = NAMED): Partial<ActionCall> {
  return { inputs: { manifest: FILE, name: '', namespace: '', ...inputs }, files: { [FILE]: text } };
}

const OK = { outcome: 'deployed', reason: 'ok' } as const;

story(
  'the name and namespace of the base manifest count for every mode where the inputs are silent',
  async (sandbox) => {
    expectEnding(sandbox, await sandbox.act(unnamed()), OK);
    expect(live(sandbox, 'cellar')?.spec.predictors[0]?.name).toBe('default');
    const leases = () => sandbox.cluster.api.list('Lease', 'seldon').map(({ metadata }) => metadata.name);
    const plan = await sandbox.comment(
      { by: 'octocat', body: '/seldon plan mode=canary models:/wine-quality@challenger' },
      unnamed(),
    );
    expect(plan.outputs['outcome'], plan.shown).toBe('planned');
    const locked = await sandbox.comment({ by: 'octocat', body: '/seldon lock the dashboards are wrong' }, unnamed());
    expect(locked.outputs['outcome'], locked.shown).toBe('reported');
    expect(leases().join()).toContain('cellar');
    const refused = await sandbox.act(unnamed());
    expect(refused.outputs['reason']).toBe('locked');
    const unlocked = await sandbox.comment({ by: 'octocat', body: '/seldon unlock' }, unnamed());
    expect(unlocked.outputs['outcome'], unlocked.shown).toBe('reported');
    const stopped = await sandbox.comment({ by: 'octocat', body: '/seldon abort' }, unnamed());
    expect(stopped.shown).not.toContain('is required');
    const looked = await sandbox.comment({ by: 'octocat', body: '/seldon status' }, unnamed());
    expect(looked.outputs['outcome'], looked.shown).toBe('reported');
  },
);

story('a preview has the name of the base manifest with its suffix', async (sandbox) => {
  const event = pullRequestEvent('opened', { number: OPEN_PULL_REQUEST });
  const end = await sandbox.act({ ...unnamed({ preview: 'true' }), event });
  expect(end.outputs['outcome'], end.shown).toBe('deployed');
  expect(live(sandbox, `cellar-pr-${OPEN_PULL_REQUEST}`)).toBeDefined();
  expect(end.shown).not.toContain('the input counts');
});

story('a name by input wins over that of the base manifest, and the report says so', async (sandbox) => {
  const comment = expectEnding(sandbox, await sandbox.act(unnamed({ name: 'wine', namespace: 'seldon' })), OK);
  expect(comment).toContain('and the input `name` says wine: the input counts');
  expect(live(sandbox, 'cellar')).toBeUndefined();
});

story('a template of Helm is refused before anything is asked of the cluster, with what to do', async (sandbox) => {
  const before = sandbox.cluster.requests.length;
  const template = NAMED.replace('name: cellar', 'name: {{ .Values.name }}');
  const end = await sandbox.act(unnamed({}, template));
  expect(end.outputs).toMatchObject({ outcome: 'failed', reason: 'manifest-invalid' });
  expect(end.shown).toContain('helm template');
  expect(sandbox.cluster.requests.slice(before).filter(({ user }) => user === 'action')).toEqual([]);
});

story(
  'a label, an annotation and a transport that the base manifest drops are removed from the live object',
  async (sandbox) => {
    const full = NAMED.replace('metadata: {', 'metadata: {labels: {tier: gold}, annotations: {owner: ml}, ').replace(
      'spec:',
      'spec:\n  transport: rest',
    );
    expectEnding(sandbox, await sandbox.act(unnamed({}, full)), OK);
    expect(live(sandbox, 'cellar')).toMatchObject({
      metadata: { labels: { tier: 'gold' } },
      spec: { transport: 'rest' },
    });
    expectEnding(sandbox, await sandbox.act(unnamed()), OK);
    const object = live(sandbox, 'cellar');
    expect([
      object?.metadata.labels?.['tier'],
      object?.metadata.annotations?.['owner'],
      object?.spec['transport'],
    ]).toEqual([undefined, undefined, undefined]);
    expect(commentOf(sandbox)).toContain('labels.tier');
    expectEnding(sandbox, await sandbox.act(unnamed()), { outcome: 'unchanged', reason: 'already-live' });
  },
);

story('each target has the name of its own base manifest, not of that of the step', async (sandbox) => {
  const config = '.github/seldon.yml';
  const model = 'model-uri: models:/wine-quality@champion';
  sandbox.github.write(
    'main',
    config,
    `targets:\n  white: {${model}, manifest: deploy/white.yaml}\n  red: {${model}}\n`,
  );
  const end = await sandbox.act({
    inputs: { config, manifest: FILE, 'model-uri': '', name: '', namespace: '' },
    files: { [FILE]: NAMED, 'deploy/white.yaml': NAMED.replace('name: cellar', 'name: white-wine') },
  });
  expect(end.outputs['outcome'], end.shown).toBe('deployed');
  const targets = JSON.parse(end.outputs['targets'] ?? '{}') as Readonly<Record<string, { name: string }>>;
  expect([targets['white']?.name, targets['red']?.name]).toEqual(['white-wine', 'cellar']);
});
