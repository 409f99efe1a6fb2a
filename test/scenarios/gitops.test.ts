import { load } from 'js-yaml';
import { expect } from 'vitest';
import type { ActionEnd } from '../../sandbox/runner.ts';
import { PULL_REQUEST, type Sandbox } from '../../sandbox/sandbox.ts';
import { ANNOTATIONS, type SeldonDeployment } from '../../src/core/seldon-deployment.ts';
import { live, settling, story } from './story.ts';

const PATH = 'deploy/wine.yaml';

/** No cluster and no way to one. */
const FILE = { apply: 'false', 'manifest-file': PATH, kubeconfig: '' };
const NOWHERE = { KUBECONFIG: '/nowhere' };

/** A run upon the file as an earlier run left it. */
function render(
  sandbox: Sandbox,
  before: ActionEnd | undefined,
  inputs: Readonly<Record<string, string>> = {},
): Promise<ActionEnd> {
  const text = before?.file(PATH);
  return sandbox.act({
    inputs: { ...FILE, ...inputs },
    env: NOWHERE,
    ...(text !== undefined && { files: { [PATH]: text } }),
  });
}

function inFile(end: ActionEnd): SeldonDeployment {
  return load(end.file(PATH) ?? '') as SeldonDeployment;
}

/** What whoever applies the file makes of it. */
async function commit(sandbox: Sandbox, end: ActionEnd): Promise<void> {
  const object = inFile(end) as unknown as Parameters<typeof sandbox.cluster.api.create>[0];
  await sandbox.cluster.api.create(object);
}

story('with `apply: false` the manifest is a file to commit, and no cluster is needed', async (sandbox) => {
  const end = await render(sandbox, undefined);
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'rendered', reason: 'rendered', 'manifest-path': PATH });
  expect(end.exitCode).toBe(0);
  expect(sandbox.cluster.requests.filter(({ user }) => user === 'action')).toEqual([]);
  const { metadata, spec, ...rest } = inFile(end);
  expect(Object.keys(rest)).toEqual(['apiVersion', 'kind']);
  expect(Object.keys(metadata)).toEqual(['name', 'namespace', 'annotations']);
  expect(spec.predictors[0]).toMatchObject({ name: 'main', traffic: 100, graph: { implementation: 'MLFLOW_SERVER' } });
  const comment = sandbox.github.comments(PULL_REQUEST).at(-1)?.body ?? '';
  expect(comment).toContain('**wine-quality** v1 is written to `deploy/wine.yaml`: commit it');
  expect(comment).toContain('**Endpoint** once it is applied');
  expect(comment).not.toContain('**Plan:**');
});

story('what is rendered becomes live for whoever applies it', async (sandbox) => {
  await commit(sandbox, await render(sandbox, undefined));
  while (live(sandbox)?.status?.state !== 'Available') await new Promise((resolve) => setTimeout(resolve, 20));
  const end = await sandbox.act();
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'unchanged', reason: 'already-live' });
});

story('the same again touches nothing, and a new model only what it must', async (sandbox) => {
  const first = await render(sandbox, undefined);
  const again = await render(sandbox, first);
  expect(again.outputs, again.shown).toMatchObject({ outcome: 'unchanged', reason: 'already-written' });
  expect(again.file(PATH)).toBe(first.file(PATH));
  expect(again.summary).toContain('nothing to commit');
  const next = await render(sandbox, first, { 'model-uri': 'models:/wine-quality/2' });
  const [before, after] = [inFile(first), inFile(next)];
  expect(after.spec.predictors[0]?.graph.modelUri).not.toBe(before.spec.predictors[0]?.graph.modelUri);
  const main = after.spec.predictors[0];
  const restored = {
    ...main,
    graph: before.spec.predictors[0]?.graph,
    annotations: before.spec.predictors[0]?.annotations,
  };
  expect({ ...after.spec, predictors: [restored] }).toEqual(before.spec);
});

story('a canary in the file, then its promotion: one commit each', async (sandbox) => {
  const first = await render(sandbox, undefined);
  const canary = await render(sandbox, first, { mode: 'canary', 'model-uri': 'models:/wine-quality/2', traffic: '20' });
  expect(inFile(canary).spec.predictors.map(({ name, traffic }) => [name, traffic])).toEqual([
    ['main', 80],
    ['canary', 20],
  ]);
  expect(canary.summary).toMatch(/\| `canary` \| wine-quality v2 \|/);
  const uri = inFile(canary).spec.predictors[1]?.graph.modelUri;
  const promoted = await render(sandbox, canary, settling('promote').inputs);
  expect(promoted.outputs, promoted.shown).toMatchObject({ outcome: 'rendered' });
  expect(inFile(promoted).spec.predictors).toMatchObject([{ name: 'main', traffic: 100, graph: { modelUri: uri } }]);
  const back = await render(sandbox, canary, settling('rollback').inputs);
  expect(inFile(back).spec.predictors).toMatchObject([{ name: 'main', traffic: 100 }]);
});

story('what others wrote into the file stays', async (sandbox) => {
  const first = await render(sandbox, undefined);
  const object = inFile(first);
  const others = { ...object, metadata: { ...object.metadata, labels: { team: 'wine' } } };
  const files = { [PATH]: JSON.stringify(others) };
  const end = await sandbox.act({ inputs: { ...FILE, 'model-uri': 'models:/wine-quality/2' }, env: NOWHERE, files });
  expect(inFile(end).metadata.labels, end.shown).toEqual({ team: 'wine' });
  expect(inFile(end).metadata.annotations?.[ANNOTATIONS.modelVersion]).toBe('2');
});

story('what cannot be done with a file is refused, with the cure', async (sandbox) => {
  const refused = async (inputs: Readonly<Record<string, string>>, words: RegExp, text?: string) => {
    const files = text === undefined ? {} : { [PATH]: text };
    const end = await sandbox.act({ inputs: { ...FILE, ...inputs }, env: NOWHERE, files });
    expect(end.outputs['outcome'], end.shown).toBe('failed');
    expect(end.shown).toMatch(words);
    expect(end.file(PATH)).toBe(text);
  };
  await refused({ mode: 'status', 'model-uri': '' }, /mode `status` needs a cluster/);
  await refused({ mode: 'canary', steps: '5,50' }, /`steps` means nothing with `apply: false`/);
  await refused({ 'manifest-file': '' }, /needs `manifest-file`/);
  await refused({ 'manifest-file': '../wine.yaml' }, /lies outside the workspace/);
  await refused({ mode: 'canary' }, /there is no SeldonDeployment seldon\/wine/);
  await refused({}, /is not one YAML document/, 'a: 1\n---\nb: 2\n');
  await refused({}, /is no SeldonDeployment/, 'kind: Deployment\n');
  const other = 'kind: SeldonDeployment\nmetadata: { name: beer }\nspec: { predictors: [] }\n';
  await refused({}, /holds SeldonDeployment seldon\/beer, not seldon\/wine/, other);
  expect(live(sandbox)).toBeUndefined();
});

story('a dry run does not write the file', async (sandbox) => {
  const end = await render(sandbox, undefined, { 'dry-run': 'true' });
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'planned' });
  expect(end.file(PATH)).toBeUndefined();
});
