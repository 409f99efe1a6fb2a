import type { MetricName } from '../../settings/config.ts';
import { bootstrap, type Interval } from './bootstrap.ts';
import type { Label } from './label-column.ts';
import { type LoggedMetric, loggedMetricOf } from './logged-metric.ts';
import { isError, METRICS_OF, type Measured, measure, measuredOf, type Task, taskOf } from './metrics.ts';

/**
 * `good`: at most the margin worse. `worse`: surely worse by more than the margin. `open`: worse by more, but these rows
 * do not show it surely. `alone`: there is nothing to compare with.
 */
export type EvaluationVerdict = 'good' | 'worse' | 'open' | 'alone';

/** One metric: as it was logged, and as the predictors were measured. */
export interface MetricLine {
  readonly metric: MetricName;
  /** `F1 (macro)`. */
  readonly title: string;
  readonly logged: LoggedMetric | undefined;
  readonly main: number | undefined;
  readonly candidate: Interval & { readonly value: number };
  readonly verdict: EvaluationVerdict;
  /** What it is worse than. */
  readonly against: 'logged' | 'main' | undefined;
  /** Whether it decides. */
  readonly decides: boolean;
}

/** What labelled rows say of the served model. */
export interface Evaluation {
  readonly file: string;
  readonly label: string;
  readonly rows: number;
  readonly task: Task;
  readonly margin: number;
  /** Names of the predictors; main is undefined where it was not asked or did not answer. */
  readonly candidate: string;
  readonly main: string | undefined;
  /** The one that decides comes first. */
  readonly metrics: readonly [MetricLine, ...MetricLine[]];
}

export interface EvaluationRequest extends Pick<Evaluation, 'file' | 'label' | 'margin'> {
  readonly metric: MetricName | undefined;
  readonly labels: readonly Label[];
  readonly candidate: { readonly name: string; readonly answers: readonly Label[] };
  readonly main: { readonly name: string; readonly answers: readonly Label[] } | undefined;
  /** Metrics of the run that logged the model. */
  readonly logged: ReadonlyMap<string, number>;
}

/** Compares what was served with what was logged and with main. A string says why it cannot be measured. */
export function evaluate(request: EvaluationRequest): Evaluation | string {
  const { labels, candidate, metric, file, label, margin } = request;
  const task = taskOf(labels, candidate.answers, metric);
  const measured = measuredOf(task, labels, candidate.answers);
  if (measured === undefined)
    return `the answers are not numbers, and \`${metric ?? 'rmse'}\` needs numbers as labels and as answers`;
  const other = request.main && measuredOf(task, labels, request.main.answers);
  const decides = metric ?? METRICS_OF[task][0] ?? 'accuracy';
  const lineOf = (name: MetricName) =>
    metricLine(name, { measured, other, margin, logged: request.logged, rows: labels.length, decides });
  const others = METRICS_OF[task].filter((name) => name !== decides);
  return {
    ...{ file, label, margin, task, rows: labels.length, candidate: candidate.name },
    main: other === undefined ? undefined : request.main?.name,
    metrics: [lineOf(decides), ...others.map(lineOf)],
  };
}

interface Subject {
  readonly measured: Measured;
  readonly other: Measured | undefined;
  readonly margin: number;
  readonly logged: ReadonlyMap<string, number>;
  readonly rows: number;
  readonly decides: MetricName;
}

function metricLine(metric: MetricName, { measured, other, margin, logged, rows, decides }: Subject): MetricLine {
  const isMacro = measured.kind === 'classes' && measured.positive === undefined;
  const known = loggedMetricOf(logged, metric, isMacro);
  const harm = (reference: number, value: number) =>
    isError(metric) ? value - reference * (1 + margin) : reference - margin - value;
  const value = measure(metric, measured);
  const main = other && measure(metric, other);
  const [interval, overLogged, overMain] = bootstrap(rows, (picks) => {
    const drawn = measure(metric, measured, picks);
    return [
      drawn,
      known === undefined ? 0 : harm(known.value, drawn),
      other === undefined ? 0 : harm(measure(metric, other, picks), drawn),
    ];
  });
  const verdicts = [
    { against: 'logged', verdict: known && verdictOf(harm(known.value, value), overLogged) },
    { against: 'main', verdict: main === undefined ? undefined : verdictOf(harm(main, value), overMain) },
  ] as const;
  const worst = (['worse', 'open'] as const)
    .map((wanted) => verdicts.find(({ verdict }) => verdict === wanted))
    .find((found) => found !== undefined);
  const isAlone = verdicts.every(({ verdict }) => verdict === undefined);
  return {
    metric,
    title: titleOf(metric, isMacro),
    logged: known,
    main,
    candidate: { value, lower: interval?.lower ?? value, upper: interval?.upper ?? value },
    verdict: worst?.verdict ?? (isAlone ? 'alone' : 'good'),
    against: worst?.against,
    decides: metric === decides,
  };
}

/** Rounding of the logged value is no harm. */
const NOTHING = 1e-9;

function verdictOf(harm: number, interval: Interval | undefined): 'good' | 'worse' | 'open' {
  if (harm <= NOTHING) return 'good';
  return (interval?.lower ?? 0) > NOTHING ? 'worse' : 'open';
}

function titleOf(metric: MetricName, isMacro: boolean): string {
  const titles = { accuracy: 'accuracy', f1: isMacro ? 'F1 (macro)' : 'F1', rmse: 'RMSE', mae: 'MAE' };
  return titles[metric];
}
