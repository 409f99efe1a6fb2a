import { codeSpan, cut, inline, prose } from '../../base/untrusted-text.ts';
import { describeSeconds } from '../../proof/evidence/verdict-words.ts';
import type { Report } from '../report.ts';
import { fold } from './fold.ts';
import { metricTable } from './metrics.ts';

/** What a plan changes for users: format of requests and answers, and metrics. Empty if the report is not of a plan. */
export function planSections({ preview, outcome, before }: Report): readonly string[] {
  if (preview === undefined || outcome !== 'planned') return [];
  const { description, signature, metrics, steps, stepSeconds, exposure } = preview;
  return [
    ...(steps.length === 0
      ? []
      : [
          `**Steps:** ${steps.map((step) => inline(step, 100)).join(' → ')}. Each lasts ${describeSeconds(stepSeconds)} at least, all ${describeSeconds(stepSeconds * steps.length)}.`,
        ]),
    ...(exposure === undefined ? [] : [`**Before the proof:** ${prose(exposure, 300)}`]),
    ...(description === undefined
      ? []
      : [`> Description in MLflow: ${inline(cut(description, LONGEST_DESCRIPTION), LONGEST_DESCRIPTION)}`]),
    ...(before.length === 0 ? [] : [signatureLines(signature)]),
    metricTable(metrics),
  ];
}

function signatureLines(signature: readonly string[] | undefined): string {
  if (signature === undefined)
    return '**Format of requests and answers:** not known, as one of the models has no signature.';
  if (signature.length === 0) return '**Format of requests and answers:** unchanged.';
  return ['**Format of requests and answers:** changed. Check the clients of this model.', ...listed(signature)].join(
    '\n',
  );
}

/** What a plan does to pods, steps and tags. */
export function planDetails({ preview, outcome }: Report): readonly string[] {
  if (preview === undefined || outcome !== 'planned') return [];
  const { pods, estimates, tags } = preview;
  const lines = [
    ...pods.map((line) => `- pods: ${prose(line, 200)}`),
    ...estimates.map((line) => `- step: ${prose(line, 300)}`),
    ...tags.slice(0, MOST_LINES).map((line) => `- tag ${codeSpan(line, 200)}`),
  ];
  return lines.length === 0 ? [] : [fold('Pods, steps and tags', lines.join('\n'))];
}

const MOST_LINES = 20;
const LONGEST_DESCRIPTION = 500;

function listed(lines: readonly string[]): readonly string[] {
  const more = lines.length > MOST_LINES ? [`- _and ${lines.length - MOST_LINES} more_`] : [];
  return ['', ...lines.slice(0, MOST_LINES).map((line) => `- ${codeSpan(line, 200)}`), ...more];
}
