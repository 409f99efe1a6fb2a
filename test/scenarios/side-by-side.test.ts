import { expect } from 'vitest';
import { expectEnding, sharesOf, story, using } from './story.ts';

const COLUMNS = ['fixed acidity', 'volatile acidity', 'citric acid', 'residual sugar', 'chlorides'];
const MORE = ['free sulfur dioxide', 'total sulfur dioxide', 'density', 'pH', 'sulphates', 'alcohol'];

function request(alcohol: string): string {
  const names = JSON.stringify([...COLUMNS, ...MORE]);
  return `{"data":{"names":${names},"ndarray":[[7.0,0.27,0.36,20.7,0.045,45.0,170.0,1.001,3.0,0.45,${alcohol}]]}}`;
}

const REQUESTS = [8, 9, 10, 11, 12, 13].map((alcohol) => request(`${alcohol}.0`)).join('\n');
const CANARY = { mode: 'canary', 'model-uri': 'models:/wine-quality@challenger', 'compare-requests': 'requests.jsonl' };

story(
  'the requests of a file go to both, and the comment shows answers, differences and a picture',
  async (sandbox) => {
    await sandbox.act();
    const end = await sandbox.act(using(CANARY, { files: { 'requests.jsonl': REQUESTS } }));
    const comment = expectEnding(sandbox, end, { outcome: 'deployed', reason: 'ok' });
    expect(comment).toContain('**Answers of both models to the same requests:** 6 requests, largest difference');
    expect(comment).toContain('```mermaid\nxychart-beta');
    expect(comment.match(/^\| \d+ \| `\[[\d.]+\]` \| `\[[\d.]+\]` \| [\d.]+ % \(/gm)).toHaveLength(6);
    const { comparison } = JSON.parse(end.outputs['result'] ?? '{}');
    expect(comparison.answers).toHaveLength(6);
  },
);

story('answers beyond the tolerance take the canary away before it got a request', async (sandbox) => {
  await sandbox.act();
  const inputs = { ...CANARY, 'compare-tolerance': '0.01' };
  const end = await sandbox.act(using(inputs, { files: { 'requests.jsonl': REQUESTS } }));
  const comment = expectEnding(sandbox, end, { outcome: 'rolled-back', reason: 'answers-differ' });
  expect(comment).toContain('**Outside the tolerance.**');
  expect(comment).toMatch(
    /the answers to request 1 of main and canary differ by [\d.]+ %, and `compare-tolerance` is 1 %/,
  );
  expect(sharesOf(sandbox)).toBe('main 100');
});

story('answers within the tolerance are said to be', async (sandbox) => {
  await sandbox.act();
  const inputs = { ...CANARY, 'compare-tolerance': '0.2' };
  const end = await sandbox.act(using(inputs, { files: { 'requests.jsonl': REQUESTS } }));
  expect(expectEnding(sandbox, end, { outcome: 'deployed', reason: 'ok' })).toContain('**Within the tolerance.**');
});

story('a request that the old model refuses is reported and is no failure', async (sandbox) => {
  await sandbox.act();
  const files = { 'requests.jsonl': `[${request('9.0')},{"data":{"names":["a"],"ndarray":[[1.0]]}}]` };
  const end = await sandbox.act(using(CANARY, { files }));
  const comment = expectEnding(sandbox, end, { outcome: 'deployed', reason: 'ok' });
  expect(comment).toContain('2 requests');
  expect(comment).toContain('1 not comparable');
  expect(comment).toContain('the old model answered:');
});

story('a file of requests that is missing or no JSON ends the run before anything is touched', async (sandbox) => {
  await sandbox.act();
  const missing = await sandbox.act(using(CANARY));
  expectEnding(sandbox, missing, { outcome: 'failed', reason: 'bad-input' });
  const broken = await sandbox.act(using(CANARY, { files: { 'requests.jsonl': '{"data":1}\n{"da' } }));
  const comment = expectEnding(sandbox, broken, { outcome: 'failed', reason: 'bad-input' });
  expect(comment).toContain('line 2 of requests.jsonl (input `compare-requests`) is not JSON');
  expect(sharesOf(sandbox)).toBe('main 100');
});
