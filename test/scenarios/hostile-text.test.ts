import { expect } from 'vitest';
import { REGISTERED_MODELS, sandboxStore } from '../../sandbox/models.ts';
import { expectEnding, story, using } from './story.ts';

const NAME = '<img src=x> @octocat `x` | EOF ::set-output name=outcome::hacked';
const wine = REGISTERED_MODELS.find((model) => model.name === 'wine-quality')?.versions[0];
if (wine === undefined) throw new Error('the sandbox has no wine');

story(
  'a model name that tries everything mentions nobody and injects nothing',
  async (sandbox) => {
    const end = await sandbox.act(using({ 'model-uri': `models:/${NAME}/1` }));
    const comment = expectEnding(sandbox, end, { outcome: 'deployed', reason: 'ok' });
    // In a code span GitHub neither mentions nor renders.
    expect(comment.replace(/(`+)[^\n]*?\1/g, '')).not.toMatch(/<img|@octocat/);
    expect(end.log).not.toMatch(/^\s*::set-output/m);
    expect(end.outputs['model-name']).toBe(NAME);
  },
  { models: [{ name: NAME, versions: [{ ...wine, version: '1' }] }] },
);

const NOISY = 's3://mlflow/9/noisy/artifacts/model';
const [[, folder = {}] = []] = [...sandboxStore()];
const SECRET = 'wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY';
const LOUD = `${'noise ```\n'.repeat(200_000)}AWS_SECRET_ACCESS_KEY=${SECRET}\n::error::from the pod\nValueError: no more`;

story(
  'megabytes of log become its last lines, without secrets, in a comment that GitHub takes',
  async (sandbox) => {
    const end = await sandbox.act(using({ 'model-uri': NOISY, 'mlflow-tracking-uri': '' }));
    const comment = expectEnding(sandbox, end, { outcome: 'withdrawn', reason: 'crash-loop' });
    expect(comment).toContain('ValueError: no more');
    expect(comment.length).toBeLessThan(65_536);
    for (const text of [comment, end.log, end.summary, JSON.stringify(end.outputs)]) expect(text).not.toContain(SECRET);
    expect(end.log).not.toMatch(/^\s*::error::from the pod/m);
  },
  { folders: new Map([[NOISY, { ...folder, FAIL_START: LOUD }]]) },
);
