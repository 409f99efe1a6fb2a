import { describe, expect, it } from 'vitest';
import { type EvaluationRequest, evaluate } from '../../../src/proof/evaluation/evaluation.ts';
import { concernOf, describeEvaluation } from '../../../src/proof/evaluation/evaluation-words.ts';
import { loggedMetricOf } from '../../../src/proof/evaluation/logged-metric.ts';
import { evaluationSection } from '../../../src/report/markdown/evaluation.ts';

const LABELS = Array.from({ length: 200 }, (_, at) => at % 2);
/** Answers of which every so many is wrong. */
const wrongEvery = (n: number) => LABELS.map((label, at) => (at % n === 0 ? 1 - label : label));

function made(over: Partial<EvaluationRequest>) {
  const evaluation = evaluate({
    file: 'rows.csv',
    label: 'y',
    margin: 0.02,
    metric: undefined,
    labels: LABELS,
    candidate: { name: 'canary', answers: wrongEvery(10) },
    main: undefined,
    logged: new Map(),
    ...over,
  });
  if (typeof evaluation === 'string') throw new Error(evaluation);
  return evaluation;
}

describe('what labelled rows say of the served model', () => {
  it('is good where it is served as it was logged', () => {
    const evaluation = made({ logged: new Map([['val_accuracy', 0.91]]) });
    expect(evaluation.metrics[0]).toMatchObject({ metric: 'accuracy', verdict: 'good', candidate: { value: 0.9 } });
    expect(concernOf(evaluation)).toBeUndefined();
    expect(describeEvaluation(evaluation)).toMatch(
      /^accuracy of canary 0.9 \(0.8\d* to 0.9\d*\) on 200 rows; logged 0.91: good$/,
    );
  });

  it('is worse where all of the interval is beyond the margin', () => {
    const evaluation = made({ logged: new Map([['accuracy', 0.99]]) });
    expect(evaluation.metrics[0]).toMatchObject({ verdict: 'worse', against: 'logged' });
    expect(concernOf(evaluation)).toMatch(
      /^the accuracy of canary is 0.9 .*, and it was logged as 0.99: it is worse by more than 0.02$/,
    );
  });

  it('is open where the value is beyond the margin and the interval is not', () => {
    const evaluation = made({ logged: new Map([['accuracy', 0.93]]) });
    expect(evaluation.metrics[0]).toMatchObject({ verdict: 'open', against: 'logged' });
    expect(concernOf(evaluation)).toContain('too few to be sure');
  });

  it('compares the same rows of main, so that a small difference is seen', () => {
    // Both are wrong in every tenth row; the new one in 20 rows more.
    const worse = wrongEvery(10).map((answer, at) => (at % 10 === 5 ? 1 - answer : answer));
    const evaluation = made({
      candidate: { name: 'canary', answers: worse },
      main: { name: 'main', answers: wrongEvery(10) },
    });
    expect(evaluation.metrics[0]).toMatchObject({ main: 0.9, verdict: 'worse', against: 'main' });
  });

  it('has a margin of a share for errors', () => {
    const labels = LABELS.map((_, at) => at + 0.25);
    const answers = labels.map((label, at) => label + (at % 2 === 0 ? 1.1 : -1.1));
    const numbers = { labels, candidate: { name: 'main', answers }, logged: new Map([['rmse', 1]]) };
    expect(made({ ...numbers, margin: 0.2 }).metrics[0]).toMatchObject({ metric: 'rmse', verdict: 'good' });
    expect(made({ ...numbers, margin: 0.05 }).metrics[0]).toMatchObject({ metric: 'rmse', verdict: 'worse' });
  });

  it('says that there is nothing to compare with', () => {
    const evaluation = made({});
    expect(evaluation.metrics[0].verdict).toBe('alone');
    expect(describeEvaluation(evaluation)).toContain('there is nothing to compare it with');
  });

  it('cannot be measured where numbers are wanted and the answers are texts', () => {
    const request = {
      labels: LABELS,
      candidate: { name: 'main', answers: LABELS.map(String) },
      metric: 'rmse',
    } as const;
    const base = { file: 'rows.csv', label: 'y', margin: 0.02, main: undefined, logged: new Map() };
    expect(evaluate({ ...base, ...request })).toContain('needs numbers');
  });

  it('leaves main out of the comparison where its answers are of another kind', () => {
    const main = { name: 'main', answers: LABELS.map((one) => `class ${one}`) };
    const evaluation = made({
      labels: LABELS.map((one) => one + 0.5),
      candidate: { name: 'canary', answers: LABELS },
      main,
    });
    expect(evaluation.main).toBeUndefined();
  });

  it('is a table whose names are escaped', () => {
    const logged = new Map([['val accuracy', 0.99]]);
    const [title, table] = evaluationSection(made({ file: 'a|b`c.csv', logged }));
    expect(title).toBe('**Labelled rows:** 200 rows of ``a\\|b`c.csv``, label `y`.');
    expect(table).toMatch(/^\| metric \| logged \| `canary` \(95 %\) \| {2}\|\n/);
    expect(table).toMatch(/^\| accuracy \| 0.99 as `val accuracy` \| 0.9 \(.*\) \| \*\*worse\*\* \(than logged\) \|$/m);
    expect(table).toMatch(/^\| F1 \| no \|/m);
  });
});

describe('the logged metric', () => {
  const found = (metrics: Record<string, number>, metric: 'accuracy' | 'f1' | 'rmse' | 'mae', isMacro = false) =>
    loggedMetricOf(new Map(Object.entries(metrics)), metric, isMacro);

  it.each([
    ['accuracy', { accuracy: 0.9 }, 'accuracy', 0.9],
    ['accuracy', { accuracy_score: 0.9 }, 'accuracy_score', 0.9],
    ['accuracy', { accuracy: 0.99, val_accuracy: 0.9 }, 'val_accuracy', 0.9],
    ['accuracy', { 'test/accuracy': 0.8, val_accuracy: 0.9 }, 'test/accuracy', 0.8],
    ['accuracy', { accuracy_test: 0.8 }, 'accuracy_test', 0.8],
    ['accuracy', { Accuracy: 91 }, 'Accuracy', 0.91],
    ['rmse', { rmse: 0.7 }, 'rmse', 0.7],
    ['rmse', { root_mean_squared_error: 0.7 }, 'root_mean_squared_error', 0.7],
    ['rmse', { 'val-mse': 0.49 }, 'val-mse', 0.7],
    ['mae', { mean_absolute_error: 0.5 }, 'mean_absolute_error', 0.5],
    ['f1', { f1_score: 0.5 }, 'f1_score', 0.5],
  ] as const)('%s is found in %j', (metric, metrics, name, value) => {
    const logged = found(metrics, metric);
    expect(logged?.name).toBe(name);
    expect(logged?.value).toBeCloseTo(value, 9);
  });

  it('is not taken from training rows, nor from another mean of F1', () => {
    expect(found({ training_accuracy_score: 1, train_accuracy: 1 }, 'accuracy')).toBeUndefined();
    expect(found({ f1_score: 0.5 }, 'f1', true)).toBeUndefined();
    expect(found({ f1_macro: 0.5 }, 'f1', true)?.value).toBe(0.5);
    expect(found({ accuracy: Number.NaN }, 'accuracy')).toBeUndefined();
  });
});
