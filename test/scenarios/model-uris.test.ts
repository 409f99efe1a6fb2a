import { expect } from 'vitest';
import { ARTIFACTS_DESTINATION, CLASSIC_RUN, REGISTERED_MODELS } from '../../sandbox/models.ts';
import { expectEnding, modelUriOf, story, using } from './story.ts';

const [wine] = REGISTERED_MODELS.find((one) => one.name === 'wine-quality')?.versions ?? [];
const WINE_URI = `${ARTIFACTS_DESTINATION}/1/models/${wine?.modelId}/artifacts`;
const CLASSIC_URI = `${ARTIFACTS_DESTINATION}/1/${CLASSIC_RUN}/artifacts/wine_model`;

const FORMS: readonly [uri: string, storage: string][] = [
  ['models:/wine-quality/1', WINE_URI],
  ['models:/wine-quality@champion', WINE_URI],
  [`models:/${wine?.modelId}`, WINE_URI],
  [`runs:/${wine?.runId}/model`, WINE_URI],
  [`runs:/${CLASSIC_RUN}/wine_model`, CLASSIC_URI],
  [CLASSIC_URI, CLASSIC_URI],
];

for (const [uri, storage] of FORMS) {
  story(`${uri.replace(/[0-9a-f]{32}/, '…')} becomes one storage URI and goes live`, async (sandbox) => {
    const end = await sandbox.act(using({ 'model-uri': uri }));
    expectEnding(sandbox, end, { outcome: 'deployed', reason: 'ok' });
    expect(modelUriOf(sandbox)).toBe(storage);
  });
}

story('a stage is resolved to its newest version', async (sandbox) => {
  const end = await sandbox.act(using({ 'model-uri': 'models:/wine-quality/Production' }));
  expectEnding(sandbox, end, { outcome: 'deployed', reason: 'ok' });
  expect(end.outputs['model-version']).toBe('3');
});
