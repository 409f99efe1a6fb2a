import type { Report } from '../report.ts';

/**
 * The plan of a report, on a line of its own below the headline. Only that line is read back: the rest of a comment quotes
 * texts of models, pods and manifests, which could hold a plan as well.
 */
export function planMark({ plan, outcome, reason }: Report): readonly string[] {
  return plan === undefined || outcome !== 'planned' || reason === 'decision-needed' ? [] : [`<!-- plan ${plan} -->`];
}
