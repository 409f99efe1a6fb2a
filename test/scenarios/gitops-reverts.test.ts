import { expect } from 'vitest';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { ANNOTATIONS, type SeldonDeploymentSpec } from '../../src/seldon/seldon-deployment.ts';
import { ask } from '../support/cluster-client.ts';
import { at, expectEnding, live, modelUriOf, story, using } from './story.ts';

/** Flux or Argo CD keeps the object at what is in git, and sets the action's write back in the middle of a run. */

const OBJECT = '/apis/machinelearning.seldon.io/v1/namespaces/seldon/seldondeployments/wine';
const TAKEN_OVER = { 'take-over': 'true', 'model-uri': 'models:/wine-quality@challenger' };

/** What is in git, as a GitOps tool applies it. */
function applyAs(manager: string, { cluster }: Sandbox, spec: SeldonDeploymentSpec) {
  return ask(cluster, {
    method: 'PATCH',
    path: `${OBJECT}?fieldManager=${manager}&force=true`,
    contentType: 'application/apply-patch+yaml',
    body: {
      apiVersion: 'machinelearning.seldon.io/v1',
      kind: 'SeldonDeployment',
      metadata: { name: 'wine', namespace: 'seldon' },
      spec,
    },
  });
}

/** The live spec without our markers. */
function specInGit(sandbox: Sandbox): SeldonDeploymentSpec {
  const spec = structuredClone(live(sandbox)?.spec);
  if (spec === undefined) throw new Error('there is no object');
  const predictors = spec.predictors.map((one) => {
    const { [ANNOTATIONS.rollout]: _, ...annotations } = one.annotations ?? {};
    return { ...one, annotations };
  });
  return { ...spec, predictors };
}

const CASES = [
  ['Flux', 'kustomize-controller', /applied, generation/, TAKEN_OVER],
  ['Argo CD', 'argocd-controller', /rolled out: main, canary/, { ...TAKEN_OVER, mode: 'canary', traffic: '20' }],
  ['Flux', 'helm-controller', /::group::Send the prediction through/, TAKEN_OVER],
] as const;

for (const [tool, manager, line, inputs] of CASES)
  story(
    `a run that ${tool} (${manager}) sets back at ${line} names it, and the input that ends it`,
    async (sandbox) => {
      await sandbox.act();
      const git = specInGit(sandbox);
      await applyAs(manager, sandbox, git);
      const old = modelUriOf(sandbox);
      let timer: NodeJS.Timeout | undefined;
      const setBack = at(line, () => {
        void applyAs(manager, sandbox, git);
        timer = setInterval(() => void applyAs(manager, sandbox, git).catch(() => undefined), 300);
      });
      try {
        const end = await sandbox.act(using(inputs, setBack));
        const comment = expectEnding(sandbox, end, { outcome: 'object-changed', reason: 'object-changed' });
        expect(comment).toContain(`was changed by ${tool} (field manager \`${manager}\`)`);
        expect(comment).toContain(`let the action write the file that ${tool} applies (\`apply: false\``);
        expect(modelUriOf(sandbox)).toBe(old);
      } finally {
        clearInterval(timer);
      }
    },
  );

story('what Flux writes while a run waits for what it restored is what is live', async (sandbox) => {
  await sandbox.act();
  const git = specInGit(sandbox);
  await applyAs('kustomize-controller', sandbox, git);
  const other = git.predictors.map((one) => ({ ...one, graph: { ...one.graph, modelUri: 's3://mlflow/git' } }));
  let isRestoring = false;
  const setBack = {
    onLine: (line: string) => {
      const isRestored = isRestoring && /new pods created|to update its Deployment/.test(line);
      if (/::group::Restore/.test(line)) isRestoring = true;
      if (isRestored) void applyAs('kustomize-controller', sandbox, { ...git, predictors: other });
    },
  };
  const end = await sandbox.act(using({ 'take-over': 'true', 'model-uri': 'models:/wine-quality/5' }, setBack));
  const comment = expectEnding(sandbox, end, { outcome: 'object-changed', reason: 'crash-loop' });
  expect(comment).toMatch(/^\| `main` \| s3:\/\/mlflow\/git \|/m);
});
