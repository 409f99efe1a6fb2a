import { expectEnding, live, story, using } from './story.ts';

story('the API server goes away during the wait and comes back: the run goes on', async (sandbox) => {
  const acting = sandbox.act(using({ 'model-uri': 'models:/wine-quality/7' }));
  while (live(sandbox) === undefined) await new Promise((resolve) => setTimeout(resolve, 20));
  await sandbox.cluster.restart(300);
  expectEnding(sandbox, await acting, { outcome: 'deployed', reason: 'ok' });
});
