import { describe, expect, it } from 'vitest';
import { compared, grouped, percentages, short, shortJson } from '../../src/base/rounding.ts';

describe('shares for people', () => {
  it.each<[readonly number[], readonly string[]]>([
    [
      [0.004, 0.005],
      ['0.4 %', '0.5 %'],
    ],
    [
      [20 / 5_120, 2 / 498],
      ['0.39 %', '0.40 %'],
    ],
    [
      [0, 0.0804],
      ['0.0 %', '8.0 %'],
    ],
    [
      [0, 0],
      ['0 %', '0 %'],
    ],
    [
      [1, 0.5],
      ['100 %', '50 %'],
    ],
    [
      [0.00001, 0.2],
      ['0.001 %', '20.000 %'],
    ],
    [
      [0.123456789, 0.123456788],
      ['12.3 %', '12.3 %'],
    ],
  ])('%j are shown as %j: same decimals, nothing becomes 0, and what differs looks different', (shares, texts) => {
    expect(percentages(shares)).toEqual(texts);
  });

  it('counts have groups of three digits', () => {
    expect([7, 5_120, 1_234_567.4].map(grouped)).toEqual(['7', '5,120', '1,234,567']);
  });
});

describe('two values of a metric', () => {
  it.each<[number | undefined, number | undefined, string, string, string | undefined]>([
    [0.7312345678901234, 0.7119, '0.731', '0.712', '−0.019'],
    [0.402, 0.417, '0.402', '0.417', '+0.015'],
    [4_898, 6_497, '4,898', '6,497', '+1,599'],
    [12.5, 12.5, '12.5', '12.5', '0'],
    [undefined, 0.55, '', '0.55', undefined],
    [0.5, undefined, '0.5', '', undefined],
    [0.90001, 0.90003, '0.90001', '0.90003', '+0.00002'],
    [0, 0.0000012, '0', '1.20e-6', '+1.20e-6'],
    [2_500_000_000, 3e9, '2.50e+9', '3.00e+9', '+5.00e+8'],
    [-0.31, 0.2, '-0.31', '0.20', '+0.51'],
    [0.1 + 0.2, 0.3, '0.3', '0.3', '≈ 0'],
    [Number.NaN, 1, 'NaN', '1', undefined],
    [Number.POSITIVE_INFINITY, 1, 'Infinity', '1', '−Infinity'],
  ])(
    '%s and %s have the same rounding, and a difference that readers get by subtracting',
    (before, after, old, fresh, difference) => {
      expect(compared(before, after)).toEqual({ before: old, after: fresh, difference });
    },
  );
});

it('numbers in answers have five digits that count', () => {
  expect(short(5.478999999999999)).toBe(5.479);
  expect(shortJson([5.331, 5.478999999999999, 'x', [1e-9]])).toBe('[5.331,5.479,"x",[1e-9]]');
});
