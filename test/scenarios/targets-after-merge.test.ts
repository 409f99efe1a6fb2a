import { expect } from 'vitest';
import { mergeGroupEvent, pullRequestEvent } from '../../sandbox/github/events.ts';
import { OPEN_PULL_REQUEST, type Sandbox } from '../../sandbox/sandbox.ts';
import { live, story } from './story.ts';

/** A pull request that edits the file of targets: its plan is of what the merge brings. */

const PATH = '.github/seldon.yml';
const INPUTS = { config: PATH, 'model-uri': '', name: '', namespace: '' };
const HEAD = 'a'.repeat(40);
const MERGE = 'b'.repeat(40);

const BASE = `
defaults: { namespace: seldon }
targets:
  wine-prod: { name: wine, model-uri: "models:/wine-quality/1" }
  wine-staging: { name: wine-staging, model-uri: "models:/wine-quality/1" }
`;

function opened(sandbox: Sandbox, text: string, base: string | undefined = BASE) {
  if (base !== undefined) sandbox.github.write('main', PATH, base);
  sandbox.github.write(MERGE, PATH, text);
  const event = pullRequestEvent('opened', { number: OPEN_PULL_REQUEST });
  return sandbox.act({ event, env: { GITHUB_SHA: MERGE }, inputs: INPUTS });
}

function told(sandbox: Sandbox): string {
  const ours = sandbox.github.comments(OPEN_PULL_REQUEST).filter((one) => one.user?.login === 'github-actions[bot]');
  return ours.at(-1)?.body ?? '';
}

/** The part of one target. */
function partOf(text: string, target: string): string {
  return text.split('<details').find((part) => part.includes(`<b>${target}</b>`)) ?? '';
}

story(
  'what the pull request changes is planned as it will be, and no command is offered that must fail',
  async (sandbox) => {
    const end = await opened(sandbox, BASE.replace('wine-quality/1', 'wine-quality/2'));
    expect(end.outputs, end.shown).toMatchObject({ outcome: 'planned' });
    expect(JSON.parse(end.outputs['targets'] ?? '{}')).toMatchObject({
      'wine-prod': { outcome: 'planned', 'model-version': '2' },
      'wine-staging': { outcome: 'planned', 'model-version': '1' },
    });
    expect(partOf(told(sandbox), 'wine-prod')).toContain('Plan of what the merge brings');
    expect(partOf(told(sandbox), 'wine-prod')).not.toContain('/seldon deploy');
    expect(partOf(told(sandbox), 'wine-staging')).toMatch(/\/seldon deploy wine-staging plan=/);
    expect(live(sandbox)).toBeUndefined();
  },
);

story('a new target is planned, and one that is removed is told', async (sandbox) => {
  const added = BASE.replace('wine-staging: { name: wine-staging', 'wine-lab: { name: wine-lab');
  const end = await opened(sandbox, added);
  expect(JSON.parse(end.outputs['targets'] ?? '{}'), end.shown).toMatchObject({
    'wine-lab': { outcome: 'planned', reason: 'dry-run', name: 'wine-lab' },
    'wine-staging': { outcome: 'planned', reason: 'not-planned' },
  });
  expect(told(sandbox)).toContain('the pull request removes this target');
  expect(end.exitCode).toBe(0);
});

story('the pull request that brings the file gets its plan', async (sandbox) => {
  sandbox.github.write(MERGE, PATH, BASE);
  const event = pullRequestEvent('opened', { number: OPEN_PULL_REQUEST });
  const end = await sandbox.act({ event, env: { GITHUB_SHA: MERGE }, inputs: INPUTS });
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'planned' });
  expect(told(sandbox)).toContain('Plan of what the merge brings');
  const none = await sandbox.act({ event, env: { GITHUB_SHA: 'e'.repeat(40) }, inputs: INPUTS });
  expect(none.outputs, none.shown).toMatchObject({ outcome: 'failed', reason: 'github-failed' });
});

story('no address of a pull request gets a token: such a target has no plan before the merge', async (sandbox) => {
  const asked: string[] = [];
  const { createServer } = await import('node:http');
  const thief = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers.authorization}`);
    response.end('{}');
  });
  await new Promise<void>((resolve) => thief.listen(0, '127.0.0.1', resolve));
  const address = thief.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  const lines = [
    `mlflow-tracking-uri: "${url}"`,
    `prometheus-url: "${url}", mode: canary, steps: [5]`,
    `ingress-url: "${url}"`,
    'context: other',
  ];
  const added = lines.map((line, at) => `  new-${at}: { ${line}, name: new, model-uri: "models:/wine-quality/2" }\n`);
  const evil = `${BASE.replace('{ name: wine,', `{ ${lines[0]}, name: wine,`)}${added.join('')}`;
  const all = Object.fromEntries(lines.map((_, at) => [`new-${at}`, { reason: 'not-planned' }]));
  const end = await opened(sandbox, evil);
  expect(JSON.parse(end.outputs['targets'] ?? '{}'), end.shown).toMatchObject({
    ...all,
    'wine-prod': { reason: 'not-planned' },
    'wine-staging': { reason: 'dry-run' },
  });
  sandbox.github.write(HEAD, PATH, evil);
  const plan = await sandbox.comment({ by: 'maria', body: '/seldon plan' }, { inputs: INPUTS });
  expect(JSON.parse(plan.outputs['targets'] ?? '{}'), plan.shown).toMatchObject(all);
  expect(told(sandbox)).toContain('tokens are sent to the addresses in it');
  const shared = await opened(
    sandbox,
    BASE.replace('{ namespace: seldon }', `{ namespace: seldon, mlflow-tracking-uri: "${url}" }`),
  );
  expect(shared.outputs, shared.shown).toMatchObject({ outcome: 'planned', reason: 'not-planned' });
  expect(asked).toEqual([]);
  thief.close();
});

story('a commented plan takes the model of the pull request only where the base branch allows it', async (sandbox) => {
  sandbox.github.write('main', PATH, BASE);
  sandbox.github.write(
    HEAD,
    PATH,
    BASE.replace('wine-quality/1', 'wine-quality/2').replace('wine-quality/1', 'customer-segment/1'),
  );
  const end = await sandbox.comment({ by: 'reader', body: '/seldon plan' }, { inputs: INPUTS });
  expect(JSON.parse(end.outputs['targets'] ?? '{}'), end.shown).toMatchObject({
    'wine-prod': { outcome: 'planned', reason: 'dry-run', 'model-version': '2' },
    'wine-staging': { outcome: 'planned', reason: 'not-planned' },
  });
  expect(partOf(told(sandbox), 'wine-staging')).toContain('is not allowed here');
  const deploy = await sandbox.comment({ by: 'maria', body: '/seldon deploy wine-prod' }, { inputs: INPUTS });
  expect(deploy.outputs, deploy.shown).toMatchObject({ outcome: 'deployed', 'model-version': '1' });
  const one = await sandbox.comment({ by: 'maria', body: '/seldon plan wine-staging' }, { inputs: INPUTS });
  expect(one.outputs, one.shown).toMatchObject({ outcome: 'planned', reason: 'not-planned' });
});

story('a file that the merge would break is told before the merge', async (sandbox) => {
  const end = await opened(sandbox, BASE.replace('model-uri', 'model_uri'));
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'failed', reason: 'targets-invalid' });
  expect(end.shown).toContain('as this pull request has it');
  expect(end.shown).toContain('did you mean `model-uri`?');
});

story('a merge queue plans what it would merge, and finds the plan that was shown', async (sandbox) => {
  await opened(sandbox, BASE.replace('wine-quality/1', 'wine-quality/2'));
  const group = 'f'.repeat(40);
  sandbox.github.write(group, PATH, BASE.replace('wine-quality/1', 'wine-quality/2'));
  const end = await sandbox.act({ event: mergeGroupEvent(OPEN_PULL_REQUEST, group), inputs: INPUTS });
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'planned' });
});
