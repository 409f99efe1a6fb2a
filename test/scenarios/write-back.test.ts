import { expect } from 'vitest';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { expectEnding, story, using } from './story.ts';

const NOTES = { 'write-back': 'alias=champion, tag.seldon=seldon/wine' };

async function championOf(
  sandbox: Sandbox,
): Promise<{ version: string; tags: readonly { key: string; value: string }[] }> {
  const url = `${sandbox.mlflow.url}/api/2.0/mlflow/registered-models/alias?name=wine-quality&alias=champion`;
  const answer = (await (await fetch(url)).json()) as { model_version: never };
  return answer.model_version;
}

story('a model that is live and proven gets its alias and its tag', async (sandbox) => {
  const end = await sandbox.act(using({ ...NOTES, 'model-uri': 'models:/wine-quality/2' }));
  const comment = expectEnding(sandbox, end, { outcome: 'deployed', reason: 'ok' });
  expect(comment).toContain('alias champion, tag seldon of wine-quality v2');
  expect(await championOf(sandbox)).toMatchObject({
    version: '2',
    tags: expect.arrayContaining([{ key: 'seldon', value: 'seldon/wine' }]),
  });
});

story('a model that failed gets nothing, and neither has a plan', async (sandbox) => {
  await sandbox.act(using({ ...NOTES, 'model-uri': 'models:/wine-quality/5' }));
  await sandbox.act(using({ ...NOTES, 'model-uri': 'models:/wine-quality/2', 'dry-run': 'true' }));
  expect(await championOf(sandbox)).toMatchObject({ version: '1' });
  expect(sandbox.mlflow.requests.filter((one) => one.startsWith('POST') && !one.includes('search'))).toEqual([]);
});

story('a failed write is a warning: the deploy stays', async (sandbox) => {
  const uri = `${[...sandbox.store.keys()][0]}`;
  const end = await sandbox.act(using({ ...NOTES, 'model-uri': uri, 'mlflow-tracking-uri': '' }));
  const comment = expectEnding(sandbox, end, { outcome: 'deployed', reason: 'ok' });
  expect(comment).toContain('`write-back` was skipped: the model is not a registered model version');
});
