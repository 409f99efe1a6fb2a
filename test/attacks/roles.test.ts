import { expect } from 'vitest';
import { OPEN_PULL_REQUEST } from '../../sandbox/sandbox.ts';
import { live, modelUriOf, story } from '../scenarios/story.ts';

/** What somebody gains who takes over one role, as docs/security.md says it. */

const CHANGING = ['deploy', 'canary', 'shadow', 'promote', 'rollback', 'abort', 'lock it is mine', 'unlock'];

for (const [role, by] of [
  ['anybody', 'stranger'],
  ['a reader', 'reader'],
  ['a triager', 'theo'],
]) {
  story(`${role} changes nothing, by no command, and makes no request to the cluster`, async (sandbox) => {
    await sandbox.act();
    const before = live(sandbox);
    const asked = () => sandbox.cluster.requests.filter(({ user }) => user === 'action').length;
    const count = asked();
    for (const verb of CHANGING) {
      const end = await sandbox.comment({ by: by ?? '', body: `/seldon ${verb}` });
      expect([verb, end.outputs['outcome'], end.outputs['reason']], end.shown).toEqual([
        verb,
        'refused',
        'not-permitted',
      ]);
    }
    expect(asked()).toBe(count);
    expect(live(sandbox)).toEqual(before);
    expect(sandbox.cluster.api.list('Lease', 'seldon')).toEqual([]);
  });
}

story('who may write deploys what the lists allow, and neither more nor against them', async (sandbox) => {
  const inputs = { 'allow-users': 'maria', 'command-roles': 'promote=maintain', 'require-review': 'true' };
  const said = (body: string) => sandbox.comment({ by: 'maria', body }, { inputs });
  expect((await said('/seldon deploy')).outputs).toMatchObject({ reason: 'review-missing' });
  sandbox.github.change(OPEN_PULL_REQUEST, { approval: 'APPROVED' });
  expect((await said('/seldon deploy models:/wine-quality/2')).outputs).toMatchObject({ outcome: 'deployed' });
  const uri = modelUriOf(sandbox);
  for (const [body, reason] of [
    ['/seldon deploy models:/customer-segment/1', 'model-not-allowed'],
    ['/seldon deploy namespace=kube-system', 'argument-not-allowed'],
    ['/seldon deploy name=payments', 'argument-not-allowed'],
    ['/seldon promote', 'not-permitted'],
    ['/seldon deploy manifest=evil.yaml', 'command-unknown'],
    ['/seldon deploy Name=payments', 'command-unknown'],
    ['/seldon deploy mlflow-tracking-uri=http://evil', 'command-unknown'],
    ['/seldon deploy allow-storages=*', 'command-unknown'],
  ] as const) {
    const end = await said(body);
    expect([body, end.outputs['outcome'], end.outputs['reason']], end.shown).toEqual([body, 'refused', reason]);
  }
  const octocat = await sandbox.comment({ by: 'octocat', body: '/seldon deploy' }, { inputs });
  expect(octocat.outputs).toMatchObject({ outcome: 'refused', reason: 'not-listed' });
  expect(modelUriOf(sandbox)).toBe(uri);
});

story('the token of the job writes comments and records, and is asked for nothing else', async (sandbox) => {
  const before = sandbox.github.requests.length;
  await sandbox.comment({ by: 'maria', body: '/seldon deploy' }, { inputs: { environment: 'staging' } });
  const asked = sandbox.github.requests.slice(before).map(String);
  const writing = asked.filter((one) => /^(?:POST|PUT|PATCH|DELETE) /.test(one) && !one.includes('/graphql'));
  expect(writing.length).toBeGreaterThan(2);
  for (const one of writing) expect(one).toMatch(/\/(?:comments|reactions|deployments)(?:\/|\?|$)/);
});
