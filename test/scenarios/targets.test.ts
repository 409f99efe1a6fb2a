import { expect } from 'vitest';
import { OPEN_PULL_REQUEST, PULL_REQUEST, type Sandbox } from '../../sandbox/sandbox.ts';
import { live, modelUriOf, story } from './story.ts';

const PATH = '.github/seldon.yml';

/** The step says where the cluster is, the file what is shipped. */
const INPUTS = { config: PATH, 'model-uri': '', name: '', namespace: '' };

const WINE = `
version: 1
defaults:
  namespace: seldon
  model-uri: models:/wine-quality@champion
targets:
  wine-prod:
    name: wine
    needs: wine-staging
    environment: production
    policy:
      command-roles: [deploy=admin]
  wine-staging:
    name: wine-staging
    environment: staging
    model-uri: models:/wine-quality@challenger
`;

function file(sandbox: Sandbox, text: string, branch = 'main'): void {
  sandbox.github.write(branch, PATH, text);
}

function told(sandbox: Sandbox, pullRequest = OPEN_PULL_REQUEST): string {
  const ours = sandbox.github.comments(pullRequest).filter((one) => one.user?.login === 'github-actions[bot]');
  return ours.at(-1)?.body ?? '';
}

story('a push carries all targets of the file, in their order, and tells them in one comment', async (sandbox) => {
  file(sandbox, WINE);
  const end = await sandbox.act({ inputs: INPUTS });
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'deployed', reason: 'ok', 'predict-url': '' });
  expect(end.shown.indexOf('[wine-prod] ▸')).toBeGreaterThan(end.shown.lastIndexOf('[wine-staging] '));
  expect(JSON.parse(end.outputs['targets'] ?? '')).toMatchObject({
    'wine-prod': { outcome: 'deployed', 'model-version': '1', name: 'wine' },
    'wine-staging': { outcome: 'deployed', 'model-version': '2', name: 'wine-staging' },
  });
  const ours = sandbox.github.comments(PULL_REQUEST);
  expect(ours).toHaveLength(1);
  expect(told(sandbox, PULL_REQUEST)).toMatch(
    /\| \*\*wine-prod\*\* \| ✅ .*v1 is live.*\n\| \*\*wine-staging\*\* \| ✅ .*v2 is live/,
  );
  expect(end.summary).toContain('**wine-staging**');
  expect(sandbox.github.deployments().map(({ environment }) => environment)).toEqual(['staging', 'production']);
});

story('independent targets go at once', async (sandbox) => {
  file(sandbox, WINE.replace('    needs: wine-staging\n', ''));
  const end = await sandbox.act({ inputs: INPUTS });
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'deployed' });
  expect(end.shown.indexOf('[wine-prod] ▸')).toBeLessThan(end.shown.lastIndexOf('[wine-staging] ▸'));
});

story('a target does not start if its `needs` failed', async (sandbox) => {
  file(sandbox, WINE.replace('@challenger', '@nobody'));
  const end = await sandbox.act({ inputs: INPUTS });
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'failed', reason: 'model-not-found' });
  expect(end.exitCode).toBe(1);
  expect(JSON.parse(end.outputs['targets'] ?? '')).toMatchObject({
    'wine-prod': { outcome: 'skipped', reason: 'need-failed' },
  });
  expect(live(sandbox)).toBeUndefined();
  expect(told(sandbox, PULL_REQUEST)).toContain('it needs target `wine-staging`, which ended with `failed`');
});

story('a command picks a target, whose own policy judges it', async (sandbox) => {
  file(sandbox, WINE);
  const staging = await sandbox.comment({ by: 'maria', body: '/seldon deploy wine-staging' }, { inputs: INPUTS });
  expect(staging.outputs, staging.shown).toMatchObject({ outcome: 'deployed', name: 'wine-staging' });
  const role = await sandbox.comment({ by: 'maria', body: '/seldon deploy wine-prod' }, { inputs: INPUTS });
  expect(role.outputs).toMatchObject({ outcome: 'refused', reason: 'not-permitted' });
  expect(told(sandbox)).toContain('target `wine-prod`: maria has the role `write`');
  const noPlan = await sandbox.comment({ by: 'octocat', body: '/seldon deploy wine-prod' }, { inputs: INPUTS });
  expect(noPlan.outputs).toMatchObject({ outcome: 'refused', reason: 'plan-required' });
  expect(live(sandbox)).toBeUndefined();
});

story('a plan without a target is of all, and each offers its own command', async (sandbox) => {
  file(sandbox, WINE);
  const plan = await sandbox.comment({ by: 'maria', body: '/seldon plan' }, { inputs: INPUTS });
  expect(plan.outputs, plan.shown).toMatchObject({ outcome: 'planned' });
  const offered = [...told(sandbox).matchAll(/^\/seldon deploy (\S+) plan=\S+$/gm)];
  expect(offered.map(([, target]) => target)).toEqual(['wine-prod', 'wine-staging']);
  const end = await sandbox.comment({ by: 'octocat', body: offered[0]?.[0] ?? '' }, { inputs: INPUTS });
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'deployed', name: 'wine' });
  // The other target's part of the one comment is as it was.
  expect(told(sandbox)).toMatch(/\| \*\*wine-prod\*\* \| ✅ .*\n\| \*\*wine-staging\*\* \| 📝/);
  expect(told(sandbox)).toContain(offered[1]?.[0] ?? 'nothing');
});

story('a command that does not say which, or says one that is not there, is answered', async (sandbox) => {
  file(sandbox, WINE);
  const silent = await sandbox.comment({ by: 'octocat', body: '/seldon deploy' }, { inputs: INPUTS });
  expect(silent.outputs).toMatchObject({ outcome: 'refused', reason: 'target-missing' });
  const misspelt = await sandbox.comment({ by: 'octocat', body: '/seldon deploy wine-pord' }, { inputs: INPUTS });
  expect(misspelt.outputs).toMatchObject({ outcome: 'refused', reason: 'target-unknown' });
  expect(told(sandbox)).toContain('did you mean `wine-prod`?');
  const none = await sandbox.comment({ by: 'octocat', body: '/seldon deploy wine-prod' });
  expect(none.outputs).toMatchObject({ outcome: 'refused', reason: 'target-unknown' });
  const other = await sandbox.comment(
    { by: 'octocat', body: '/seldon deploy wine-prod' },
    { inputs: { ...INPUTS, targets: 'wine-staging' } },
  );
  expect(other.outputs).toMatchObject({ outcome: 'refused', reason: 'target-unknown' });
  const help = await sandbox.comment({ by: 'reader', body: '/seldon help' }, { inputs: INPUTS });
  expect(help.outputs['outcome']).toBe('reported');
  expect(told(sandbox)).toContain('/seldon deploy [wine-prod|wine-staging] [model URI]');
});

story('settings of one mode do not hinder a command of another', async (sandbox) => {
  const canary = WINE.replace('    needs: wine-staging\n', '    mode: canary\n    traffic: 20\n').replace(
    'champion',
    'challenger',
  );
  file(sandbox, canary);
  await sandbox.act();
  const inputs = { ...INPUTS, 'require-plan': 'false' };
  file(sandbox, canary.replace('environment: production', 'production: false'));
  const shipped = await sandbox.comment({ by: 'octocat', body: '/seldon deploy wine-prod' }, { inputs });
  expect(shipped.outputs, shipped.shown).toMatchObject({ outcome: 'deployed' });
  expect(live(sandbox)?.spec.predictors.map(({ name }) => name)).toEqual(['main', 'canary']);
  const uri = live(sandbox)?.spec.predictors[1]?.graph.modelUri;
  const promoted = await sandbox.comment({ by: 'octocat', body: '/seldon promote wine-prod' }, { inputs });
  expect(promoted.outputs, promoted.shown).toMatchObject({ outcome: 'deployed' });
  expect(modelUriOf(sandbox)).toBe(uri);
});

story(
  'a step may say what its own run is about: another model for a target, a promotion of what is there',
  async (sandbox) => {
    file(sandbox, WINE.replace('    needs: wine-staging\n', '    mode: canary\n    traffic: 20\n'));
    const run = (inputs: Readonly<Record<string, string>>) =>
      sandbox.act({ inputs: { ...INPUTS, targets: 'wine-prod', ...inputs } });
    await sandbox.act();
    const canary = await run({ 'model-uri': 'models:/wine-quality/2', traffic: '30' });
    expect(canary.outputs, canary.shown).toMatchObject({ outcome: 'deployed', 'model-version': '2' });
    expect(live(sandbox)?.spec.predictors.map(({ traffic }) => traffic)).toEqual([70, 30]);
    const promoted = await run({ mode: 'promote' });
    expect(promoted.outputs, promoted.shown).toMatchObject({ outcome: 'deployed' });
    expect(live(sandbox)?.spec.predictors).toHaveLength(1);
  },
);

story('an event of another system goes to the targets that take its model', async (sandbox) => {
  file(sandbox, `${WINE}  segment:\n    name: segment\n    model-uri: models:/customer-segment/1\n`);
  const event = {
    name: 'repository_dispatch',
    payload: { action: 'mlflow', client_payload: { model_uri: 'models:/wine-quality/3' } },
  };
  const end = await sandbox.act({ inputs: INPUTS, event });
  expect(Object.keys(JSON.parse(end.outputs['targets'] ?? '{}')), end.shown).toEqual(['wine-prod', 'wine-staging']);
  expect(live(sandbox, 'segment')).toBeUndefined();
});

story('a file that is wrong says all that is wrong with it, and nothing is asked of the cluster', async (sandbox) => {
  file(
    sandbox,
    'targets:\n  wine:\n    nmae: wine\n    kubeconfig: x\n    require-review: true\n    needs: [nobody]\n  b c: {}\n',
  );
  const end = await sandbox.act({ inputs: INPUTS });
  expect(end.outputs).toMatchObject({ outcome: 'failed', reason: 'targets-invalid' });
  for (const sentence of [
    'did you mean `name`?',
    '`kubeconfig` belongs to the `with:`',
    '`require-review` belongs under `policy`',
    'needs `nobody`, which is not a target',
    'target `b c`',
  ])
    expect(end.shown).toContain(sentence);
  sandbox.github.write('main', PATH, 'targets: { wine: { mode: cannary } }');
  const value = await sandbox.act({ inputs: INPUTS });
  expect(value.shown).toContain(`target \`wine\` of ${PATH}: 2 inputs are invalid`);
});

/** Both have applied, whichever came first. */
const BOTH_WAIT = /(?=.*\[wine-prod\] ▸ Wait until)(?=.*\[wine-staging\] ▸ Wait until)/s;

story('after a kill during two targets, no record of either is left open', async (sandbox) => {
  file(sandbox, WINE.replace('    needs: wine-staging\n', ''));
  const end = await sandbox.act({ inputs: INPUTS, killAt: BOTH_WAIT });
  expect(end.exitCode).toBeNull();
  expect(sandbox.github.deployments().map(({ states }) => states.at(-1))).toEqual(['failure', 'failure']);
  expect(told(sandbox, PULL_REQUEST)).toMatch(
    /\*\*wine-prod\*\* \| ❌ .*left as it is.*\n\| \*\*wine-staging\*\* \| ❌ .*left as it is/,
  );
  const again = await sandbox.act({ inputs: { ...INPUTS, 'lock-timeout': '0' } });
  expect(again.outputs['outcome'], again.shown).toMatch(/^(?:deployed|unchanged)$/);
});

story(
  'after a cancellation during two targets, both leave what they applied and release their leases',
  async (sandbox) => {
    file(sandbox, WINE.replace('    needs: wine-staging\n', ''));
    const end = await sandbox.act({ inputs: INPUTS, cancelAt: BOTH_WAIT });
    expect(end.outputs, end.shown).toMatchObject({ outcome: 'kept', reason: 'cancelled' });
    expect(sandbox.cluster.api.list('Lease', 'seldon')).toEqual([]);
    expect(told(sandbox, PULL_REQUEST)).toMatch(
      /\*\*wine-prod\*\* \| ❌ .*left as it is.*\n\| \*\*wine-staging\*\* \| ❌ .*left as it is/,
    );
  },
);

story('the lease of a target is kept until the comment about all targets is written', async (sandbox) => {
  file(sandbox, WINE);
  let held: readonly string[] = [];
  const onLine = (line: string) => {
    if (!line.includes('[wine-prod] ▸ Wait until')) return;
    held = sandbox.cluster.api.list('Lease', 'seldon').map(({ metadata }) => metadata.name);
  };
  const end = await sandbox.act({ inputs: INPUTS, onLine });
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'deployed' });
  expect(held).toEqual(['mlflow-to-seldon.wine', 'mlflow-to-seldon.wine-staging']);
  expect(sandbox.cluster.api.list('Lease', 'seldon')).toEqual([]);
});

story('two targets about one object take turns', async (sandbox) => {
  const both = ['a', 'b'].map((name, at) => `  ${name}: { name: wine, model-uri: models:/wine-quality/${at + 1} }\n`);
  file(sandbox, `targets:\n${both.join('')}`);
  const end = await sandbox.act({ inputs: { ...INPUTS, namespace: 'seldon' } });
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'deployed' });
  expect(end.shown).toMatch(/\[[ab]\] waiting for another run/);
  expect(live(sandbox)?.spec.predictors).toHaveLength(1);
});

story('a file that GitHub does not give ends the run before anything is asked', async (sandbox) => {
  const absent = await sandbox.act({ inputs: INPUTS });
  expect(absent.outputs, absent.shown).toMatchObject({ outcome: 'failed', reason: 'github-failed' });
  expect(absent.shown).toMatch(/could not read \.github\/seldon\.yml .*permissions: contents: read/s);
  file(sandbox, WINE);
  sandbox.github.fail({ match: /contents/, status: 502, times: 1 });
  const again = await sandbox.act({ inputs: { ...INPUTS, 'dry-run': 'true' } });
  expect(again.outputs, again.shown).toMatchObject({ outcome: 'planned' });
});

story('hostile text in a file is shown as text', async (sandbox) => {
  file(sandbox, 'targets: { "`@everyone` <img src=x>": {}, b: { "x`|::error::y": 1 } }');
  const end = await sandbox.act({ inputs: INPUTS });
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'failed', reason: 'targets-invalid' });
  expect(told(sandbox, PULL_REQUEST).replace(/(`+)[^\n]*?\1/g, '')).not.toMatch(/@everyone|<img/);
  expect(end.log).not.toMatch(/^::error::y/m);
});

story('a ref of the file that does not exist is named with its input', async (sandbox) => {
  file(sandbox, WINE);
  const end = await sandbox.act({ inputs: { ...INPUTS, 'config-ref': 'mian' } });
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'failed', reason: 'github-failed' });
  expect(end.shown).toContain('it has no branch, tag or commit mian\ncorrect the input `config-ref`');
});
