import { describe, expect, it } from 'vitest';
import { bootstrap } from '../../../src/proof/evaluation/bootstrap.ts';
import type { Label } from '../../../src/proof/evaluation/label-column.ts';
import { type Measured, measure, measuredOf, taskOf } from '../../../src/proof/evaluation/metrics.ts';
import { cpuTime } from '../../support/cpu-time.ts';

function measured(task: Measured['kind'], labels: readonly Label[], answers: readonly Label[]): Measured {
  const made = measuredOf(task, labels, answers);
  if (made === undefined) throw new Error('not measurable');
  return made;
}

describe('metrics against values computed by hand', () => {
  it('measures numbers by RMSE and MAE', () => {
    // Differences 1, -1, 2, 0: squares 1, 1, 4, 0.
    const four = measured('numbers', [3, 5, 1, 2], [4, 4, 3, 2]);
    expect(measure('rmse', four)).toBeCloseTo(Math.sqrt(6 / 4), 12);
    expect(measure('mae', four)).toBe(1);
  });

  it('measures two classes by accuracy and by F1 of the positive one', () => {
    // 3 hits, 1 false alarm, 2 missed: precision 3/4, recall 3/5, F1 = 2 * 3 / (2 * 3 + 1 + 2) = 2/3.
    const labels = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0];
    const answers = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0];
    const ten = measured('classes', labels, answers);
    expect(measure('accuracy', ten)).toBe(0.7);
    expect(measure('f1', ten)).toBeCloseTo(2 / 3, 12);
  });

  it('takes 1, 1.0 and true for the same class', () => {
    const same = measured('classes', [true, false, true], [1, 0, 1]);
    expect([measure('accuracy', same), measure('f1', same)]).toEqual([1, 1]);
  });

  it('measures several classes by the mean of their F1', () => {
    // a: 2 hits of 2 labels and 3 answers, 4/5; b: 1 of 2 and 1, 2/3; c: 1 of 1 and 1, 1.
    const texts = measured('classes', ['a', 'a', 'b', 'b', 'c'], ['a', 'a', 'a', 'b', 'c']);
    expect(measure('accuracy', texts)).toBe(0.8);
    expect(measure('f1', texts)).toBeCloseTo((4 / 5 + 2 / 3 + 1) / 3, 12);
  });

  it('counts a class that is only answered, as scikit-learn does', () => {
    const stray = measured('classes', ['a', 'a', 'b'], ['a', 'z', 'b']);
    // a: 2/3, b: 1, z: 0.
    expect(measure('f1', stray)).toBeCloseTo((2 / 3 + 1 + 0) / 3, 12);
  });

  it('cannot measure texts as numbers', () => {
    expect(measuredOf('numbers', [1, 2], ['1', '2'])).toBeUndefined();
  });
});

describe('the task', () => {
  it.each<[string, readonly Label[], readonly Label[], 'classes' | 'numbers']>([
    ['texts are classes', ['a', 'b'], ['a', 'a'], 'classes'],
    ['booleans are classes', [true, false], [1, 0], 'classes'],
    ['whole labels with whole answers are classes', [0, 1, 2], [0, 1, 1], 'classes'],
    ['whole labels with other answers are numbers', [5, 6, 7], [5.2, 6.1, 6.9], 'numbers'],
    ['many whole numbers are amounts', Array.from({ length: 30 }, (_, at) => at), [1, 2], 'numbers'],
  ])('%s', (_, labels, answers, task) => {
    expect(taskOf(labels, answers, undefined)).toBe(task);
  });

  it('is what the given metric says', () => {
    expect(taskOf([1, 2], [1, 2], 'mae')).toBe('numbers');
    expect(taskOf([1.5, 2], [1, 2], 'f1')).toBe('classes');
  });
});

describe('the interval', () => {
  it('of an accuracy is close to the normal approximation', () => {
    const labels = Array.from({ length: 400 }, () => 1);
    const answers = labels.map((_, at) => (at % 5 === 0 ? 0 : 1));
    const rows = measured('classes', labels, answers);
    const [interval] = bootstrap(400, (picks) => [measure('accuracy', rows, picks)]);
    // 0.8 ± 1.96 * sqrt(0.8 * 0.2 / 400)
    expect(Math.abs((interval?.lower ?? 0) - 0.7608)).toBeLessThan(0.008);
    expect(Math.abs((interval?.upper ?? 0) - 0.8392)).toBeLessThan(0.008);
  });

  it('of a mean error is close to the normal approximation', () => {
    // Errors 0 and 2 by turns: mean 1, standard deviation 1.
    const labels = Array.from({ length: 900 }, () => 0);
    const rows = measured(
      'numbers',
      labels,
      labels.map((_, at) => (at % 2) * 2),
    );
    const [interval] = bootstrap(900, (picks) => [measure('mae', rows, picks)]);
    expect(Math.abs((interval?.lower ?? 0) - (1 - 1.96 / 30))).toBeLessThan(0.012);
    expect(Math.abs((interval?.upper ?? 0) - (1 + 1.96 / 30))).toBeLessThan(0.012);
  });

  it('is the same for the same rows', () => {
    const once = () => bootstrap(50, (picks) => [picks.reduce((sum, one) => sum + one, 0)]);
    expect(once()).toEqual(once());
  });

  it('of 10,000 rows takes less than three seconds', () => {
    const labels = Array.from({ length: 10_000 }, (_, at) => at % 3);
    const rows = measured('classes', labels, labels);
    const started = cpuTime();
    bootstrap(10_000, (picks) => [measure('f1', rows, picks)]);
    expect(cpuTime() - started).toBeLessThan(3_000);
  });
});
