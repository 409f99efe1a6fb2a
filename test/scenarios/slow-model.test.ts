import { expectEnding, story, using } from './story.ts';

story('a slow model is waited for', async (sandbox) => {
  const end = await sandbox.act(using({ 'model-uri': 'models:/wine-quality/7' }));
  expectEnding(sandbox, end, { outcome: 'deployed', reason: 'ok' });
});
