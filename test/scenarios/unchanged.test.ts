import { expect } from 'vitest';
import { expectEnding, live, pods, story } from './story.ts';

story('the same model again is proven and told, with no apply and no new pod', async (sandbox) => {
  await sandbox.act();
  const before = { generation: live(sandbox)?.metadata.generation, pods: pods(sandbox) };
  const end = await sandbox.act();
  expectEnding(sandbox, end, { outcome: 'unchanged', reason: 'already-live' });
  expect({ generation: live(sandbox)?.metadata.generation, pods: pods(sandbox) }).toEqual(before);
  expect(JSON.parse(end.outputs['prediction'] ?? '{}')).toHaveProperty('data');
});
