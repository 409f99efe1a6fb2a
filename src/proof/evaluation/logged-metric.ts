import type { MetricName } from '../../settings/config.ts';

/** A metric of the run that logged the model. */
export interface LoggedMetric {
  /** As it is called there. */
  readonly name: string;
  readonly value: number;
}

interface Spelling {
  readonly name: string;
  /** From the logged value to ours. */
  readonly from?: (value: number) => number;
}

/** What people call a metric. F1 over several classes has many means, so its name must say which. */
const SPELLINGS: Readonly<Record<MetricName | 'f1-macro', readonly Spelling[]>> = {
  accuracy: [{ name: 'accuracy' }, { name: 'accuracy_score' }, { name: 'acc' }],
  f1: [{ name: 'f1' }, { name: 'f1_score' }, { name: 'f1_binary' }],
  'f1-macro': [{ name: 'f1_macro' }, { name: 'macro_f1' }, { name: 'f1_score_macro' }, { name: 'macro_f1_score' }],
  rmse: [
    { name: 'rmse' },
    { name: 'root_mean_squared_error' },
    { name: 'mse', from: Math.sqrt },
    { name: 'mean_squared_error', from: Math.sqrt },
  ],
  mae: [{ name: 'mae' }, { name: 'mean_absolute_error' }],
};

/** The rows that it was measured on, most telling first. Training rows say nothing about others. */
const ROWS_OF = ['test', 'eval', 'evaluation', 'holdout', 'val', 'valid', 'validation'];

/** The metric among those of a run; undefined where none of its usual names is there. */
export function loggedMetricOf(
  metrics: ReadonlyMap<string, number>,
  metric: MetricName,
  isMacro: boolean,
): LoggedMetric | undefined {
  const known = new Map<string, LoggedMetric>();
  for (const [name, value] of metrics) {
    const plain = name
      .slice(0, LONGEST_NAME)
      .toLowerCase()
      .replace(/[-\s./]/g, '_');
    if (Number.isFinite(value) && !known.has(plain)) known.set(plain, { name, value });
  }
  const spellings = SPELLINGS[metric === 'f1' && isMacro ? 'f1-macro' : metric];
  const tried = [
    ...ROWS_OF.flatMap((rows) =>
      spellings.flatMap((one) => [
        { ...one, name: `${rows}_${one.name}` },
        { ...one, name: `${one.name}_${rows}` },
      ]),
    ),
    ...spellings,
  ];
  for (const { name, from } of tried) {
    const found = known.get(name);
    if (found === undefined) continue;
    const value = from === undefined ? asShare(metric, found.value) : from(found.value);
    if (Number.isFinite(value)) return { name: found.name, value };
  }
  return undefined;
}

const LONGEST_NAME = 250;

/** Some log an accuracy in percent. */
function asShare(metric: MetricName, value: number): number {
  const isScore = metric === 'accuracy' || metric === 'f1';
  return isScore && value > 1 && value <= 100 ? value / 100 : value;
}
