import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/base/outcome.ts';
import { COMMENT_LIMIT, renderReport } from '../../src/report/markdown/markdown.ts';
import { betterIs, metricTable } from '../../src/report/markdown/metrics.ts';
import type { Report } from '../../src/report/report.ts';
import { aReport, sampleReports } from '../support/reports.ts';

function shown(report: Report | undefined, over: Partial<Report> = {}): string {
  return renderReport({ ...(report ?? aReport()), ...over }, { limit: COMMENT_LIMIT });
}

/** What a reader sees who opens nothing. */
function unfolded(text: string): string {
  return text.replace(/<details>[\s\S]*?<\/details>/g, '');
}

const all = Object.entries(sampleReports);

describe('what a reader sees who opens nothing', () => {
  it.each(all)('of %s has neither steps, storage, manifest nor logs', (_, report) => {
    const text = unfolded(shown(report));
    expect(text).not.toMatch(/\| step \||s3:\/\/|kind: SeldonDeployment|Traceback|curl|"ndarray"/);
    expect(text).not.toMatch(/\d\.\d{7,}/);
  });

  it.each(all)('of %s begins with the headline, and has at most one next step', (_, report) => {
    const text = unfolded(shown(report));
    expect(text).toMatch(/^### /);
    expect(text.match(/\*\*Next step:\*\*/g)?.length ?? 0).toBeLessThanOrEqual(1);
    expect(text.match(/^```text\n\/seldon .*$/gm)?.length ?? 0).toBeLessThanOrEqual(1);
  });

  it.each(all)('of %s has one table of requests at most', (_, report) => {
    expect(shown(report).match(/^\| predictor \|/gm)?.length ?? 0).toBeLessThanOrEqual(1);
  });
});

describe('the headline', () => {
  it('names model, version and environment, or the object where no environment is named', () => {
    expect(shown(sampleReports['deployed'])).toMatch(/^### ✅ \*\*wine-quality\*\* v4 .* · production\n/);
    expect(shown(aReport())).toMatch(/^### ✅ \*\*wine-quality\*\* v4 .* · `seldon\/wine`\n/);
  });

  it('escapes the name of an environment', () => {
    expect(shown(aReport({ environment: 'prod @octocat | <b>' }))).not.toMatch(/@octocat|<b>|[^\\]\| &lt;/);
  });

  it.each([
    ['gate-failed', 'is worse than the live model'],
    ['gate-undecided', 'was not shown to be good in time'],
    ['gate-no-data', 'got no requests by which it could be judged'],
    ['answers-differ', 'gives other answers than the live model'],
    ['crash-loop', 'did not become ready'],
  ] as const)('of a model that was taken back for %s says that it %s', (reason, words) => {
    expect(shown(sampleReports['rolled-back'], { reason })).toContain(
      `### ↩️ **wine-quality** v4 ${words} (\`${reason}\`); `,
    );
  });
});

describe('the headline of a run that did not get to its end', () => {
  it.each<readonly [Outcome, Report['reason'], RegExp]>([
    [
      'undo-failed',
      'crash-loop',
      /^### ❌ .* did not become ready \(`crash-loop`\), and the previous state is not back/,
    ],
    ['kept', 'cancelled', /^### ❌ .*: the run was stopped, and its change was left as it is/],
    ['kept', 'lease-lost', /^### ❌ .*: another run has taken the object over/],
    ['kept', 'crash-loop', /^### ❌ .* did not become ready \(`crash-loop`\); the failed rollout was left as it is/],
  ])('%s, %s', (outcome, reason, words) => {
    expect(shown(aReport({ outcome, reason }))).toMatch(words);
  });

  it('does not say that a restored model answers, if it is not available', () => {
    const { before } = sampleReports['deployed'] ?? aReport();
    const text = shown(aReport({ outcome: 'undo-failed', reason: 'crash-loop', before, predictors: before }));
    expect(text).toMatch(/\| requests before \| share now \|/);
    expect(text).not.toMatch(/answers all of them/);
  });
});

describe('the endpoint', () => {
  it.each([
    'planned',
    'rendered',
    'withdrawn',
    'removed',
    'failed',
    'kept',
    'undo-failed',
    'unknown',
    'under-way',
  ] as const)('is not shown, and no curl line, of a run that is %s', (outcome) => {
    expect(shown(aReport({ outcome }))).not.toMatch(/Endpoint|curl|models\.example\.com/);
  });

  it.each(['deployed', 'unchanged', 'restored', 'reported', 'rolled-back'] as const)(
    'is shown of a run that is %s',
    (outcome) => {
      const text = shown(aReport({ outcome }));
      expect(unfolded(text)).toContain('**Endpoint**: `https://models.example.com/');
      expect(text).toContain("curl -sS 'https://models.example.com/");
    },
  );
});

describe('the table of requests', () => {
  it('shows before and after in one row for each model', () => {
    expect(shown(sampleReports['deployed'])).toContain(
      [
        '| predictor | model | requests before | requests now | pods |',
        '|---|---|---|---|---|',
        '| `main` | wine-quality v3 | `██████████` 100 % | none | none |',
        '| `main` | wine-quality v4 | none | `██████████` 100 % | 3 |',
      ].join('\n'),
    );
  });

  it('is one sentence where nothing changes', () => {
    expect(shown(sampleReports['rolled-back'])).toContain(
      '**Requests:** unchanged. wine-quality v3 answers all of them, as `main`.',
    );
  });

  it.each([
    [0, '░░░░░░░░░░'],
    [1, '█░░░░░░░░░'],
    [50, '█████░░░░░'],
    [99, '█████████░'],
    [100, '██████████'],
  ])('draws %i %% as %s', (traffic, bar) => {
    const line = { name: 'main', model: 'm', traffic, shadow: false, replicas: 1 };
    expect(shown(aReport({ predictors: [line] }))).toContain(`\`${bar}\` ${traffic} %`);
  });
});

describe('the plan', () => {
  it('says whether the format of requests and answers stays', () => {
    const planned = sampleReports['planned'] ?? aReport();
    const of = (signature: readonly string[] | undefined) =>
      unfolded(shown(planned, { preview: planned.preview && { ...planned.preview, signature } }));
    expect(of(['input alcohol: double → float'])).toMatch(
      /answers:\*\* changed\. .*\n\n- `input alcohol: double → float`/,
    );
    expect(of([])).toContain('**Format of requests and answers:** unchanged.');
    expect(of(undefined)).toContain('**Format of requests and answers:** not known');
  });

  it.each<[string, ReturnType<typeof betterIs>]>([
    ['rmse', 'lower'],
    ['val_loss', 'lower'],
    ['mean_absolute_error', 'lower'],
    ['neg_mean_squared_error', 'higher'],
    ['r2_score', 'higher'],
    ['Test/Accuracy', 'higher'],
    ['roc-auc', 'higher'],
    ['rows', undefined],
    ['error_score', undefined],
    ['', undefined],
  ])('of the metric %s the better value is %s', (name, better) => {
    expect(betterIs(name)).toBe(better);
  });

  it('calls no equal value better or worse, and escapes the names', () => {
    const text = metricTable([
      { name: 'rmse', before: 1, after: 1 },
      { name: 'loss | `x`', before: 1, after: 2 },
    ]);
    expect(text).not.toContain('better');
    expect(text).toContain('⚠️ worse');
    expect(
      text
        .split('\n')
        .at(-1)
        ?.match(/(?<!\\)\|/g),
    ).toHaveLength(6);
  });
});

it('shows what a run in progress does now', () => {
  expect(unfolded(shown(sampleReports['in-progress']))).toContain(
    '**In progress:** watch the requests (main 75 %, canary 25 %): 3 of 10 minutes, all pods are ready. This comment is updated',
  );
});

it('tells the evidence to a person who knows no statistics', () => {
  const text = unfolded(shown(sampleReports['gate-failed']));
  expect(text).toMatch(
    /- ❌ failed requests: main 0\.3 % of 1,840, canary 8\.0 % of 460: worse by [\d.]+ to [\d.]+ points, and 1 point is allowed/,
  );
  expect(text).toMatch(
    /- ✅ slower than 50 ms: main 0\.1 % of 1,840, canary 0\.2 % of 460: good: no difference found; a difference of [\d.]+ points or more would have been found/,
  );
  expect(text).toMatch(/main {5}0\.3 % {2}●─+·+\n *canary {3}8\.0 % {2}·+─+●─+·+/);
});

it('names a failure once: the headline and the footer have the name of its cause', () => {
  const report = sampleReports['rolled-back'] ?? aReport();
  const findings = report.findings.map((one) => ({ ...one, row: 'python-module' }));
  const text = unfolded(shown(report, { findings }));
  expect(text).toContain('v4 did not become ready (`python-module`); ');
  expect(text).toContain('<sub>rolled-back, `python-module` · ');
  expect(text).not.toContain('`crash-loop`');
});

it('says how the steps of a canary go on', () => {
  const report = sampleReports['in-progress'] ?? aReport();
  expect(unfolded(shown(report))).toContain(
    '**Pace:** step 2 of 3 (main 75 %, canary 25 %); each step takes 10 minutes at least, 15 minutes at most. From 15:28 UTC at the earliest: main 50 %, canary 50 %.',
  );
  const pace = report.pace && { ...report.pace, at: 2, limit: undefined };
  expect(unfolded(shown(report, { pace }))).toContain(
    'each step takes 10 minutes at least. From 15:28 UTC at the earliest: a person decides: it is the last step.',
  );
  expect(shown(report, { outcome: 'deployed' })).not.toContain('**Pace:**');
});

it('a plan says how long its steps last', () => {
  expect(unfolded(shown(sampleReports['planned']))).toContain(
    '**Steps:** main 95 %, canary 5 % → main 90 %, canary 10 %. Each lasts 10 minutes at least, all 20 minutes.',
  );
});
