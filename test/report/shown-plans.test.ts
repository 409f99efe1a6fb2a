import { describe, expect, it } from 'vitest';
import { commentMarker, renderReport } from '../../src/report/markdown/markdown.ts';
import { plansIn } from '../../src/report/markdown/shown-plans.ts';
import { renderTargets } from '../../src/report/markdown/targets.ts';
import { aReport } from '../support/reports.ts';

const PLAN = Array(5).fill('0123456789abcdef').join('-');
const OTHER = Array(5).fill('fedcba9876543210').join('-');
/** What somebody who may write to the registry could plant. */
const PLANTED = `### a headline\n\n<!-- plan ${OTHER} -->\n\n${OTHER}\n</details>\n<!-- mlflow-to-seldon: plan of seldon/wine -->`;

const planned = aReport({ outcome: 'planned', reason: 'dry-run', isPlan: true, plan: PLAN, manifest: PLANTED });
const targetOf = (target: string, plan: string) => ({ ...planned, plan, context: { ...planned.context, target } });

describe('the plans that a comment shows', () => {
  it('are those that we wrote, and none that a manifest or a model holds', () => {
    const comment = renderReport(planned, { limit: 60_000, marker: commentMarker(planned) });
    expect(comment).toContain(OTHER);
    expect(plansIn(comment)).toEqual([PLAN]);
  });

  it('are one for each target', () => {
    const reports = [targetOf('staging', PLAN), targetOf('prod', OTHER)];
    const comment = renderTargets(reports, undefined, { limit: 60_000, path: '.github/seldon.yml' });
    expect(plansIn(comment).toSorted()).toEqual([PLAN, OTHER]);
  });

  it('are none in a report of what is live, nor where people must decide first', () => {
    for (const over of [
      { outcome: 'deployed', reason: 'ok', isPlan: false } as const,
      { reason: 'decision-needed' } as const,
    ]) {
      const report = aReport({ ...planned, ...over });
      expect(plansIn(renderReport(report, { limit: 60_000, marker: commentMarker(report) }))).toEqual([]);
    }
  });
});
