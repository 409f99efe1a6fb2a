import type { MetricName } from '../../settings/config.ts';
import type { Label } from './label-column.ts';

/** What the answers of one predictor are measured by. */
export type Measured =
  | {
      readonly kind: 'classes';
      /** Number of the class of each label and of each answer. */
      readonly truth: Int32Array;
      readonly answers: Int32Array;
      readonly count: number;
      /** The class whose F1 is meant; undefined: the mean over all classes. */
      readonly positive: number | undefined;
    }
  /** Difference between each answer and its label. */
  | { readonly kind: 'numbers'; readonly errors: Float64Array };

export type Task = Measured['kind'];

/** The metrics of a task; the first decides if none is given. */
export const METRICS_OF: Readonly<Record<Task, readonly MetricName[]>> = {
  classes: ['accuracy', 'f1'],
  numbers: ['rmse', 'mae'],
};

/** Whether less is better. */
export function isError(metric: MetricName): boolean {
  return metric === 'rmse' || metric === 'mae';
}

/** More classes than people tell apart: such whole numbers are amounts. */
const MOST_CLASSES = 20;

/**
 * Texts and booleans are classes. Whole numbers are, if the answers are whole too and there are at most 20 of them.
 * @param metric the one that was given
 */
export function taskOf(labels: readonly Label[], answers: readonly Label[], metric: MetricName | undefined): Task {
  if (metric !== undefined) return isError(metric) ? 'numbers' : 'classes';
  const areNumbers = [...labels, ...answers].every((one) => typeof one === 'number');
  if (!areNumbers) return 'classes';
  const areWhole = [...labels, ...answers].every((one) => Number.isInteger(one));
  return areWhole && new Set(labels).size <= MOST_CLASSES ? 'classes' : 'numbers';
}

/** Answers against labels; undefined where numbers are wanted and one of them is none. */
export function measuredOf(task: Task, labels: readonly Label[], answers: readonly Label[]): Measured | undefined {
  if (task === 'numbers') {
    const errors = labels.map((label, at) => differenceOf(label, answers[at]));
    return errors.some(Number.isNaN) ? undefined : { kind: 'numbers', errors: Float64Array.from(errors) };
  }
  const codes = new Map<string, number>();
  const codeOf = (one: Label | undefined) => {
    const word = wordOf(one);
    const code = codes.get(word) ?? codes.size;
    codes.set(word, code);
    return code;
  };
  const truth = Int32Array.from(labels.map(codeOf));
  const given = Int32Array.from(answers.map(codeOf));
  const isBinary = [...codes.keys()].every((word) => word === '0' || word === '1');
  return { kind: 'classes', truth, answers: given, count: codes.size, positive: isBinary ? codes.get('1') : undefined };
}

function differenceOf(label: Label, answer: Label | undefined): number {
  return typeof label === 'number' && typeof answer === 'number' ? answer - label : Number.NaN;
}

/** The same class in each spelling: servers write `true` as 1, and `1` as 1.0. */
function wordOf(label: Label | undefined): string {
  if (typeof label === 'boolean') return label ? '1' : '0';
  return String(label);
}

/**
 * One metric over some of the rows.
 * @param picks places of rows, each as often as it counts; undefined: each row once
 */
export function measure(metric: MetricName, measured: Measured, picks?: Int32Array): number {
  switch (measured.kind) {
    case 'numbers':
      return metric === 'rmse'
        ? Math.sqrt(meanOf(measured.errors, picks, (error) => error * error))
        : meanOf(measured.errors, picks, Math.abs);
    case 'classes':
      return metric === 'f1' ? f1Of(measured, picks) : accuracyOf(measured, picks);
  }
}

type Classes = Extract<Measured, { readonly kind: 'classes' }>;

function meanOf(values: Float64Array, picks: Int32Array | undefined, of: (value: number) => number): number {
  const count = picks?.length ?? values.length;
  let sum = 0;
  for (let at = 0; at < count; at++) sum += of(values[picks?.[at] ?? at] ?? 0);
  return sum / count;
}

function accuracyOf({ truth, answers }: Classes, picks: Int32Array | undefined): number {
  const count = picks?.length ?? truth.length;
  let right = 0;
  for (let at = 0; at < count; at++) {
    const row = picks?.[at] ?? at;
    if (truth[row] === answers[row]) right++;
  }
  return right / count;
}

/** 2 hits / (labels + answers) of a class; for several classes the mean over those that occur. */
function f1Of({ truth, answers, count, positive }: Classes, picks: Int32Array | undefined): number {
  const hits = new Int32Array(count);
  const seen = new Int32Array(count);
  const rows = picks?.length ?? truth.length;
  for (let at = 0; at < rows; at++) {
    const row = picks?.[at] ?? at;
    const [label = 0, answer = 0] = [truth[row], answers[row]];
    seen[label] = (seen[label] ?? 0) + 1;
    seen[answer] = (seen[answer] ?? 0) + 1;
    if (label === answer) hits[label] = (hits[label] ?? 0) + 1;
  }
  const scoreOf = (code: number) => ((hits[code] ?? 0) * 2) / Math.max(1, seen[code] ?? 0);
  if (positive !== undefined) return scoreOf(positive);
  let [sum, classes] = [0, 0];
  for (let code = 0; code < count; code++) {
    if (seen[code] === 0) continue;
    sum += scoreOf(code);
    classes++;
  }
  return sum / Math.max(1, classes);
}
