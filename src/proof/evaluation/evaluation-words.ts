import type { Evaluation, MetricLine } from './evaluation.ts';

/** `0.912`, `12.3`, `1240`. */
export function figure(value: number): string {
  return Math.abs(value) >= 1000 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}

/** `0.912 (0.89 to 0.93)`. */
export function withInterval({ candidate }: MetricLine): string {
  return `${figure(candidate.value)} (${figure(candidate.lower)} to ${figure(candidate.upper)})`;
}

/** `accuracy of canary 0.912 (0.89 to 0.93) on 500 rows; logged 0.915, main 0.905: good`. */
export function describeEvaluation({ metrics, rows, candidate, main }: Evaluation): string {
  const [line] = metrics;
  const references = [
    line.logged === undefined ? undefined : `logged ${figure(line.logged.value)}`,
    line.main === undefined || main === undefined ? undefined : `${main} ${figure(line.main)}`,
  ].filter((one) => one !== undefined);
  const measured = `${line.title} of ${candidate} ${withInterval(line)} on ${rows} rows`;
  return references.length === 0
    ? `${measured}; there is nothing to compare it with`
    : `${measured}; ${references.join(', ')}: ${VERDICT_WORDS[line.verdict]}`;
}

/** Verdicts for readers. */
export const VERDICT_WORDS: Readonly<Record<MetricLine['verdict'], string>> = {
  good: 'good',
  worse: 'worse',
  open: 'worse, but these rows are too few to be sure',
  alone: 'nothing to compare with',
};

/** What a verdict means for the run, in one sentence; undefined where it needs none. */
export function concernOf({ metrics, margin, candidate, main }: Evaluation): string | undefined {
  const [line] = metrics;
  if (line.against === undefined) return undefined;
  const reference =
    line.against === 'logged'
      ? `it was logged as ${figure(line.logged?.value ?? 0)}`
      : `that of ${main} is ${figure(line.main ?? 0)}`;
  const limit = line.metric === 'rmse' || line.metric === 'mae' ? `${figure(margin)} of that` : figure(margin);
  const sureness = line.verdict === 'worse' ? '' : ', though these rows are too few to be sure';
  return `the ${line.title} of ${candidate} is ${withInterval(line)}, and ${reference}: it is worse by more than ${limit}${sureness}`;
}
