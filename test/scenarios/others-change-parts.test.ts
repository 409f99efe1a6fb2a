import { expect } from 'vitest';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { ANNOTATIONS } from '../../src/seldon/seldon-deployment.ts';
import { at, edit, expectEnding, live, modelUriOf, story, using } from './story.ts';

/** What others do to objects that consist of more than one Deployment, are of an older version, or are under a quota. */

const CHALLENGER = { 'model-uri': 'models:/wine-quality@challenger', timeout: '90' };
const HEAD = 'kind: SeldonDeployment\nmetadata: { name: wine }\n';
const MAIN = 'name: main, graph: { name: prediction }';
const EXPLAINER =
  "type: AnchorTabular, modelUri: 's3://mlflow/explainer', envSecretRefName: rclone-s3, containerSpec: { name: explainer, image: 'seldonio/mlserver:1' }";

const FORMS = {
  'a separate engine': `apiVersion: machinelearning.seldon.io/v1\n${HEAD}spec: { annotations: { seldon.io/engine-separate-pod: 'true' }, predictors: [{ ${MAIN} }] }\n`,
  'an explainer': `apiVersion: machinelearning.seldon.io/v1\n${HEAD}spec: { predictors: [{ ${MAIN}, explainer: { ${EXPLAINER} } }] }\n`,
  'an object of v1alpha2': `apiVersion: machinelearning.seldon.io/v1alpha2\n${HEAD}spec: { predictors: [{ ${MAIN} }] }\n`,
} as const;

function changeUri(sandbox: Sandbox): Promise<void> {
  return edit(sandbox, ({ spec }) => {
    Object.assign(spec.predictors[0]?.graph ?? {}, { modelUri: 's3://mlflow/x' });
  });
}

/** The operator makes them again. */
function deleteDeployments({ cluster }: Sandbox): void {
  for (const { metadata } of cluster.api.list('Deployment', 'seldon')) cluster.api.remove('Deployment', metadata);
}

for (const [form, manifest] of Object.entries(FORMS))
  story(
    `with ${form}, pods that are deleted or scaled are waited for, and another model is no success`,
    async (sandbox) => {
      // The explainer gets the files of a model.
      const [files] = sandbox.store.values();
      if (files !== undefined) sandbox.store.set('s3://mlflow/explainer', files);
      const call = { files: { 'seldon.yaml': manifest } };
      const inputs = { manifest: 'seldon.yaml', timeout: '90' };
      expectEnding(sandbox, await sandbox.act(using(inputs, call)), { outcome: 'deployed', reason: 'ok' });
      const theirs = async () => {
        await edit(sandbox, ({ spec }) => Object.assign(spec.predictors[0] ?? {}, { replicas: 2 }));
        deleteDeployments(sandbox);
      };
      const scaled = await sandbox.act(
        using({ ...inputs, ...CHALLENGER }, { ...call, ...at(/applied, generation/, theirs) }),
      );
      expectEnding(sandbox, scaled, { outcome: 'deployed', reason: 'ok' });
      expect(live(sandbox)?.spec.predictors[0]?.replicas).toBe(2);
      const next = { ...inputs, 'model-uri': 'models:/wine-quality/3' };
      const changed = await sandbox.act(using(next, { ...call, ...at(/rolled out: main/, () => changeUri(sandbox)) }));
      expectEnding(sandbox, changed, { outcome: 'object-changed', reason: 'object-changed' });
      expect(modelUriOf(sandbox)).toBe('s3://mlflow/x');
      expect(JSON.parse(live(sandbox)?.metadata.annotations?.[ANNOTATIONS.history] ?? '[]')).toHaveLength(2);
    },
  );

story('under a full quota, another model is left live, and room that comes in time is enough', async (sandbox) => {
  await sandbox.act();
  const few = { namespace: 'seldon', name: 'few' };
  const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: few, spec: { hard: { pods: '1' } } };
  await sandbox.cluster.api.create(quota);
  const freed = at(/pods cannot be created/, () => sandbox.cluster.api.remove('ResourceQuota', few));
  expectEnding(sandbox, await sandbox.act(using(CHALLENGER, freed)), { outcome: 'deployed', reason: 'ok' });
  await expect.poll(() => sandbox.cluster.api.list('Pod', 'seldon').length).toBe(1);
  await sandbox.cluster.api.create(quota);
  const next = { ...CHALLENGER, 'model-uri': 'models:/wine-quality/3' };
  const changed = at(/pods cannot be created/, () => changeUri(sandbox));
  expectEnding(sandbox, await sandbox.act(using(next, changed)), {
    outcome: 'object-changed',
    reason: 'object-changed',
  });
  expect(modelUriOf(sandbox)).toBe('s3://mlflow/x');
});
