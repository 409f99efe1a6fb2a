import { expect } from 'vitest';
import { underLoad } from './load.ts';
import { expectEnding, modelUriOf, sharesOf, story, using } from './story.ts';

const COLUMNS = [
  'fixed acidity',
  'volatile acidity',
  'citric acid',
  'residual sugar',
  'chlorides',
  'free sulfur dioxide',
  'total sulfur dioxide',
  'density',
  'pH',
  'sulphates',
  'alcohol',
];
const ROWS = 240;

/** Rows whose label is what a version of the wine model answers, more or less `error`. */
function wines({
  alcohol,
  error,
}: {
  readonly alcohol: number;
  readonly error: number;
}): readonly (readonly number[])[] {
  return Array.from({ length: ROWS }, (_, at) => {
    const row = [
      7,
      0.2 + (at % 7) / 50,
      0.3,
      5,
      0.04,
      10 + (at % 11),
      100 + (at % 13),
      0.99,
      3,
      0.4,
      8 + (at % 17) / 4,
    ];
    const answer =
      3 -
      0.4 * (row[1] ?? 0) +
      0.004 * (row[5] ?? 0) -
      0.002 * (row[6] ?? 0) +
      0.3 * (row[9] ?? 0) +
      alcohol * (row[10] ?? 0);
    return [...row, answer + (at % 2 === 0 ? error : -error)];
  });
}

function csv(rows: readonly (readonly number[])[]): string {
  return [[...COLUMNS, 'quality'].join(','), ...rows.map((row) => row.join(','))].join('\n');
}

const CANARY = { mode: 'canary', 'model-uri': 'models:/wine-quality@challenger', evaluate: 'data/rows.csv' };
const AS_LOGGED = { 'data/rows.csv': csv(wines({ alcohol: 0.28, error: 0.712 })) };

story('labelled rows show that a canary is served as it was logged, and is no worse than main', async (sandbox) => {
  await sandbox.act();
  const end = await sandbox.act(using({ ...CANARY, traffic: '20' }, { files: AS_LOGGED }));
  const comment = expectEnding(sandbox, end, { outcome: 'deployed', reason: 'ok' });
  expect(comment).toContain('**Labelled rows:** 240 rows of `data/rows.csv`, label `quality`.');
  expect(comment).toMatch(/\| RMSE \| 0\.712 as `rmse` \| 0\.7\d* \| 0\.712 \(0\.712 to 0\.712\) \| \*\*good\*\* \|/);
  expect(comment).toMatch(/\| MAE \| 0\.55 as `mae` \|/);
  const [line] = JSON.parse(end.outputs['evaluation'] ?? '[]');
  expect(line).toMatchObject({ metric: 'rmse', verdict: 'good', logged: { name: 'rmse', value: 0.712 } });
  expect(line.candidate.value).toBeCloseTo(0.712, 6);
  expect(end.log).toContain('Evaluate the labelled rows');
});

story('a canary that is served worse than it was logged gets no request', async (sandbox) => {
  await sandbox.act();
  const files = { 'data/rows.csv': csv(wines({ alcohol: 0.28, error: 1.5 })) };
  const { result, failed, answers } = await underLoad(sandbox, () => sandbox.act(using(CANARY, { files })));
  const comment = expectEnding(sandbox, result, { outcome: 'rolled-back', reason: 'evaluation-failed' });
  expect(comment).toMatch(
    /the RMSE of canary is 1\.5 \(.*\), and it was logged as 0\.712: it is worse by more than 0\.02 of that/,
  );
  expect(comment).toContain('raise `evaluate-margin`');
  expect(sharesOf(sandbox)).toBe('main 100');
  expect(failed).toEqual([]);
  expect(Object.keys(answers)).toEqual(['v1']);
});

story('a canary that is worse than main is taken away, unless the margin allows it', async (sandbox) => {
  await sandbox.act();
  const files = { 'data/rows.csv': csv(wines({ alcohol: 0.3, error: 0.1 })) };
  const end = await sandbox.act(using(CANARY, { files }));
  const comment = expectEnding(sandbox, end, { outcome: 'rolled-back', reason: 'evaluation-failed' });
  expect(comment).toMatch(/and that of main is 0\.1: it is worse by more than/);
  const allowed = using({ ...CANARY, 'evaluate-metric': 'mae', 'evaluate-margin': '100%' }, { files });
  const told = expectEnding(sandbox, await sandbox.act(allowed), { outcome: 'deployed', reason: 'ok' });
  expect(told).toMatch(/\| MAE \| 0\.55 as `mae` \| 0\.1 \| 0\.2 \(.*\) \| \*\*good\*\* \|/);
});

story('a direct deploy that is served worse than it was logged is undone', async (sandbox) => {
  await sandbox.act();
  const before = modelUriOf(sandbox);
  const files = { 'data/rows.csv': csv(wines({ alcohol: 0.28, error: 1.5 })) };
  const { mode: _, ...inputs } = CANARY;
  const end = await sandbox.act(using(inputs, { files }));
  expectEnding(sandbox, end, { outcome: 'rolled-back', reason: 'evaluation-failed' });
  expect(modelUriOf(sandbox)).toBe(before);
});

story('texts as labels are measured by accuracy and F1 through the V2 protocol', async (sandbox) => {
  const rows = Array.from({ length: 40 }, (_, at) => ({
    inputs: { age: 20 + at, city: 'Łódź' },
    // One of them is wrong.
    expectations: { segment: at === 3 || 20 + at > 40 ? 'senior' : 'junior' },
  }));
  const inputs = { 'model-uri': 'models:/customer-segment/1', protocol: 'v2', evaluate: 'rows.jsonl' };
  const files = { 'rows.jsonl': rows.map((row) => JSON.stringify(row)).join('\n') };
  const end = await sandbox.act(using(inputs, { files }));
  const comment = expectEnding(sandbox, end, { outcome: 'deployed', reason: 'ok' });
  expect(comment).toMatch(/\| accuracy \| no \| 0\.975 \(0\.\d+ to 1\) \|/);
  expect(comment).toMatch(/\| F1 \(macro\) \| no \|/);
  expect(comment).toContain("No accuracy was found among the metrics of the model's run");
});

story('a canary behind the V2 protocol gets its rows, and main too', async (sandbox) => {
  await sandbox.act(using({ protocol: 'v2' }));
  const end = await sandbox.act(using(CANARY, { files: AS_LOGGED }));
  const comment = expectEnding(sandbox, end, { outcome: 'deployed', reason: 'ok' });
  expect(comment).toMatch(/\| RMSE \| 0\.712 as `rmse` \| 0\.7\d* \| 0\.712 /);
});

story('rows that cannot be used end the run before anything is touched', async (sandbox) => {
  await sandbox.act();
  const told = async (inputs: Record<string, string>, files: Record<string, string>) => {
    const end = await sandbox.act(using({ ...CANARY, ...inputs }, { files }));
    return expectEnding(sandbox, end, { outcome: 'failed', reason: 'bad-input' });
  };
  expect(await told({}, {})).toContain('the file data/rows.csv (input `evaluate`) is not in the workspace');
  expect(await told({ evaluate: '../../event.json' }, {})).toMatch(/outside the workspace|not in the workspace/);
  expect(await told({ 'evaluate-label': 'qualty' }, AS_LOGGED)).toContain('did you mean `quality`?');
  const renamed = { 'data/rows.csv': AS_LOGGED['data/rows.csv'].replace('alcohol', 'spirit') };
  expect(await told({ 'evaluate-label': 'quality' }, renamed)).toContain('no column `alcohol`, which the model takes');
  expect(await told({}, { 'data/rows.csv': 'x'.repeat(10_000_001) })).toContain(
    'has 10 MB, and at most 10 MB are read',
  );
  expect(sharesOf(sandbox)).toBe('main 100');
});
