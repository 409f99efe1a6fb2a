import { codeSpan, cut, inline, prose } from '../../base/untrusted-text.ts';
import type { MetricLine } from '../../plan/plan-preview.ts';
import type { Report } from '../report.ts';
import { predictorTable } from './rollout.ts';
import { table } from './table.ts';

/** The effects of a plan on model, pods and requests. Empty if the report is not of a plan. */
export function planSections({ preview, outcome, predictors }: Report): readonly string[] {
  if (preview === undefined || outcome !== 'planned') return [];
  const { description, signature, metrics, tags, pods, estimates, after } = preview;
  const lines = [
    ...pods.map((line) => `- pods: ${prose(line, 200)}`),
    ...estimates.map((line) => `- step: ${prose(line, 300)}`),
    ...signature.slice(0, MOST_LINES).map((line) => `- signature: ${codeSpan(line, 200)}`),
    ...tags.slice(0, MOST_LINES).map((line) => `- tag ${codeSpan(line, 200)}`),
  ];
  const isShared = after.length > 1 || predictors.length > 1;
  return [
    ...(description === undefined ? [] : [`> ${inline(cut(description, LONGEST_DESCRIPTION), LONGEST_DESCRIPTION)}`]),
    lines.join('\n'),
    ...(isShared ? [`**Requests afterwards**\n\n${predictorTable(after)}`] : []),
    ...(metrics.length === 0
      ? []
      : [table(metrics.map(metricRow), '| metric | live | planned | |\n|---|--:|--:|--:|')]),
  ];
}

const MOST_LINES = 20;
const LONGEST_DESCRIPTION = 500;

function metricRow({ name, before, after }: MetricLine): readonly string[] {
  const apart = before === undefined || after === undefined ? '' : signed(after - before);
  return [codeSpan(name, 80), numberOf(before), numberOf(after), apart];
}

function numberOf(value: number | undefined): string {
  return value === undefined ? '' : String(Number(value.toPrecision(5)));
}

function signed(value: number): string {
  if (value === 0) return '=';
  return `${value > 0 ? '+' : '−'}${Number(Math.abs(value).toPrecision(3))}`;
}
