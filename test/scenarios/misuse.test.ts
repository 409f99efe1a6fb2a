import { expect } from 'vitest';
import { expectEnding, live, story, using } from './story.ts';

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

story("a request in MLflow's own form is sent in the form of the protocol", async (sandbox) => {
  const columns = ['fixed acidity'];
  const request = { dataframe_split: { columns, data: [[7]] } };
  const end = await sandbox.act(using({ 'smoke-request': JSON.stringify(request) }));
  expect(end.shown).toContain("`smoke-request` is in MLflow's own form");
});
