import { describe, expect, it } from 'vitest';
import { COMMENT_LIMIT, commentMarker, renderReport } from '../../src/report/markdown/markdown.ts';
import { humanDuration } from '../../src/report/markdown/steps.ts';
import { outputsOf } from '../../src/report/output-values.ts';
import { OUTPUTS } from '../../src/settings/outputs.ts';
import { aReport, sampleReports } from '../support/reports.ts';

const options = { limit: COMMENT_LIMIT, marker: '<!-- marker -->' };

/** Fences that open and do not close, or the other way round. */
function openFences(markdown: string): number {
  let open: string | undefined;
  for (const line of markdown.split('\n')) {
    const [ticks] = /^`{3,}/.exec(line) ?? [];
    if (open === undefined) open = ticks;
    else if (line === open) open = undefined;
  }
  return open === undefined ? 0 : 1;
}

describe('the report as Markdown', () => {
  it.each(Object.entries(sampleReports))('of %s equals the reviewed sample', async (name, report) => {
    await expect(`${renderReport(report, options)}\n`).toMatchFileSnapshot(`../fixtures/reports/${name}.md`);
  });

  it('carries its marker in the first line, one for each SeldonDeployment', () => {
    const marker = commentMarker({
      name: 'wine',
      namespace: 'seldon',
      cluster: undefined,
      outcome: 'deployed',
      reason: 'ok',
      isPlan: false,
    });
    expect(renderReport(aReport(), { limit: COMMENT_LIMIT, marker }).startsWith(`${marker}\n`)).toBe(true);
    expect(
      commentMarker({
        name: 'wi-->ne',
        namespace: 'x',
        cluster: undefined,
        outcome: 'deployed',
        reason: 'ok',
        isPlan: false,
      }),
    ).toBe('<!-- mlflow-to-seldon: x/wi--ne -->');
  });

  it.each([COMMENT_LIMIT, 20_000, 8_000])(
    'keeps to %i characters and closes every fence, however much the pods say',
    (limit) => {
      const noise = Array.from({ length: 40_000 }, (_, i) => `line ${i} \`\`\` noise`).join('\n');
      const finding = {
        reason: 'crash-loop',
        title: noise,
        cure: noise,
        quotes: [{ label: noise, text: noise }],
      } as const;
      const report = aReport({ outcome: 'rolled-back', findings: [finding, finding, finding], manifest: noise });
      const markdown = renderReport(report, { limit, marker: '<!-- m -->' });
      expect(markdown.length).toBeLessThanOrEqual(limit);
      expect(openFences(markdown)).toBe(0);
      expect(markdown).toContain('### ');
      expect(markdown).toContain('| model |');
      expect(markdown).toContain('</sub>');
    },
  );

  it('lets no model name mention people, close a cell or write HTML', () => {
    const name = '<b>@octocat</b> | `x` <!-- mlflow-to-seldon: seldon/wine -->';
    const markdown = renderReport(
      aReport({ model: { ...aReport().model, name } as NonNullable<ReturnType<typeof aReport>['model']> }),
      options,
    );
    expect(markdown).not.toContain('<b>');
    expect(markdown).not.toMatch(/@octocat/);
    expect(markdown.match(/<!--[^\n]*/g)).toEqual([
      '<!-- marker -->',
      expect.stringMatching(/^<!-- state [^<>]* -->$/),
    ]);
  });
});

it('rounds durations for people', () => {
  expect([850, 21_400, 185_000].map(humanDuration)).toEqual(['850 ms', '21.4 s', '3 m 05 s']);
});

describe('the outputs', () => {
  it('are exactly those of the registry', () => {
    const names: readonly string[] = OUTPUTS.map((output) => output.name);
    expect(Object.keys(outputsOf([aReport()], 'https://x'))).toEqual(names);
  });

  it('hold the whole report as versioned JSON', () => {
    const { result, 'latency-ms': latency, prediction } = outputsOf([aReport()], undefined);
    expect(JSON.parse(result)).toMatchObject({ schema_version: 1, outcome: 'deployed', steps: { length: 8 } });
    expect([latency, JSON.parse(prediction).data.ndarray]).toEqual(['12', [5.73, 5.8]]);
  });
});
