import { expect } from 'vitest';
import { repositoryDispatchEvent } from '../../sandbox/github/events.ts';
import { expectEnding, live, settling, story, using } from './story.ts';

story(
  'a namespace that does not exist is named with the command that creates it, and nothing is applied',
  async (sandbox) => {
    const end = await sandbox.act(using({ namespace: 'no-such-namespace' }));
    const comment = expectEnding(sandbox, end, { outcome: 'failed', reason: 'namespace-not-found' });
    expect(comment).toContain('kubectl create namespace no-such-namespace');
  },
);

story('https to a gateway that speaks HTTP is refused before anything is touched', async (sandbox) => {
  const url = sandbox.gateway.url.replace('http:', 'https:');
  const end = await sandbox.act(using({ 'ingress-url': url }));
  const comment = expectEnding(sandbox, end, { outcome: 'failed', reason: 'bad-input' });
  expect(comment).toContain('speaks HTTP, not HTTPS');
  expect(live(sandbox)).toBeUndefined();
});

story(
  'a scheme of another tool is refused before anything is touched, with the one that was meant',
  async (sandbox) => {
    const end = await sandbox.act(using({ 'model-uri': 'model:/wine-quality/3' }));
    const comment = expectEnding(sandbox, end, { outcome: 'failed', reason: 'model-uri-invalid' });
    expect(comment).toContain('models:/wine-quality/3');
    expect(live(sandbox)).toBeUndefined();
  },
);

story('a misspelt input is warned about, with the nearest name', async (sandbox) => {
  const end = await sandbox.act(using({ trafic: '30' }));
  expect(end.shown).toContain('the input `trafic` does not exist and does nothing; did you mean `traffic`?');
});

story('a payload that names its model in another way ships nothing', async (sandbox) => {
  for (const key of ['model-uri', 'modelUri', 'MODEL_URI', 'model', 'uri']) {
    const event = repositoryDispatchEvent('mlflow-alias', { [key]: 'models:/wine-quality/3' });
    const end = await sandbox.act({ event });
    expect(end.outputs, end.shown).toMatchObject({ outcome: 'refused', reason: 'argument-not-allowed' });
    expect(end.shown).toContain(`\`${key}\` in its \`client_payload\` is not read`);
    expect(end.shown).toContain('write the model as the text `model_uri`');
  }
  expect(live(sandbox)).toBeUndefined();
});

story('values that the workflow around the step spoiled end the run before a request', async (sandbox) => {
  const asked = () => sandbox.cluster.requests.filter(({ user }) => user === 'action').length;
  const spoiled: Readonly<Record<string, readonly [string, string]>> = {
    'model-uri': ['null', 'an earlier step or an expression gave no value'],
    name: ['"wine"', 'leave them out'],
    'ingress-url': ['${{ vars.INGRESS }}', 'an expression that GitHub did not replace'],
    'mlflow-token': ['Bearer abcdefgh', 'give the token alone'],
    'command-prefix': ['/seldon deploy', 'must be one word'],
    'allow-bases': ['origin/main', 'which matches nothing'],
  };
  for (const [name, [value, words]] of Object.entries(spoiled)) {
    const end = await sandbox.act(using({ [name]: value }));
    expect(end.outputs, end.shown).toMatchObject({ outcome: 'failed', reason: 'bad-input' });
    expect(end.shown).toContain(`\`${name}\``);
    expect(end.shown).toContain(words);
    expect(end.shown).not.toContain('abcdefgh');
  }
  expect(asked()).toBe(0);
});

story('a status shows a request that fits the model, or none', async (sandbox) => {
  await sandbox.act();
  const known = await sandbox.act(settling('status'));
  expect(known.summary).toContain('curl -sS');
  expect(known.summary).not.toContain('[[0]]');
  expect(known.summary).toMatch(/-d '\{"data":/);
  const unknown = await sandbox.act(settling('status', { 'mlflow-tracking-uri': '' }));
  expect(unknown.outputs, unknown.shown).toMatchObject({ outcome: 'reported' });
  expect(unknown.summary).toContain('-d @request.json');
});

story("a request in MLflow's own form is sent in the form of the protocol", async (sandbox) => {
  const columns = ['fixed acidity'];
  const request = { dataframe_split: { columns, data: [[7]] } };
  const end = await sandbox.act(using({ 'smoke-request': JSON.stringify(request) }));
  expect(end.shown).toContain("`smoke-request` is in MLflow's own form");
});
