import { describe, expect, it } from 'vitest';
import { differenceInterval, type Pair } from '../../../src/proof/evidence/difference.ts';
import { missedBy, requestsUntilGood, secondsUntilGood } from '../../../src/proof/evidence/duration.ts';
import { holdsStep, judge, speaksAgainst } from '../../../src/proof/evidence/judge.ts';

const RULE = { margin: 0.01, alpha: 0.05 };

function pair(main: readonly [number, number], canary: readonly [number, number]): Pair {
  return {
    main: { failures: main[0], trials: main[1] },
    canary: { failures: canary[0], trials: canary[1] },
  };
}

describe('a canary', () => {
  it.each<[string, Pair, string]>([
    ['as good as main after many requests is good', pair([60, 12_000], [15, 3000]), 'good'],
    ['as good as main after few requests is open', pair([1, 200], [0, 50]), 'open'],
    ['with one failure of one request is open', pair([0, 4], [1, 1]), 'open'],
    ['with half of 20 requests failed is worse', pair([0, 80], [10, 20]), 'worse'],
    ['with 5 % of 300 requests failed is worse', pair([6, 1200], [15, 300]), 'worse'],
    ['with 5 % of 20 requests failed is open', pair([0, 80], [1, 20]), 'open'],
    ['surely worse than main, but within the margin, is not worse', pair([0, 400_000], [500, 100_000]), 'good'],
    ['exactly at the margin is never decided', pair([0, 40_000], [100, 10_000]), 'open'],
    ['better than main is good', pair([400, 8000], [10, 2000]), 'good'],
    ['while main is silent has no data', pair([0, 0], [0, 2000]), 'no-data'],
    ['that is silent has no data', pair([0, 2000], [0, 0]), 'no-data'],
  ])('%s', (_, one, answer) => {
    expect(judge([one], RULE)).toBe(answer);
  });

  it('is not blamed for an incident that hit both alike while canary had more of the requests', () => {
    const quiet = pair([0, 9500], [0, 500]);
    const incident = pair([50, 500], [50, 500]);
    expect(judge([quiet, incident], RULE)).not.toBe('worse');
    // The sums alone would blame it.
    expect(judge([pair([50, 10_000], [50, 1000])], RULE)).toBe('worse');
  });

  it('may be told to have no margin: then it is never shown to be good, and still shown to be worse', () => {
    const strict = { ...RULE, margin: 0 };
    expect(judge([pair([50, 10_000], [50, 10_000])], strict)).toBe('open');
    expect(judge([pair([50, 10_000], [150, 10_000])], strict)).toBe('worse');
  });
});

describe('the interval of the difference', () => {
  it('mirrors when main and canary change places', () => {
    const one = differenceInterval(pair([3, 400], [9, 300]), 0.05);
    const other = differenceInterval(pair([9, 300], [3, 400]), 0.05);
    expect(one.lower).toBeCloseTo(-other.upper, 9);
    expect(one.upper).toBeCloseTo(-other.lower, 9);
  });

  it('holds everything while there are no requests', () => {
    expect(differenceInterval(pair([0, 0], [0, 0]), 0.05)).toEqual({ lower: -1, upper: 1 });
  });

  it('ends where the verdict changes', () => {
    const one = pair([6, 1200], [15, 300]);
    const { lower, upper } = differenceInterval(one, 0.05);
    expect(lower).toBeGreaterThan(0);
    expect(judge([one], { margin: lower / 2, alpha: 0.05 })).toBe('worse');
    expect(judge([one], { margin: upper * 1.001, alpha: 0.05 })).toBe('good');
    expect(judge([one], { margin: upper * 0.999, alpha: 0.05 })).toBe('open');
  });
});

describe('requests that are too few for a verdict', () => {
  it.each<[string, readonly Pair[], boolean]>([
    ['one failure of 20 against none of 80', [pair([0, 80], [1, 20])], true],
    ['no failure at all', [pair([0, 80], [0, 20])], false],
    ['one failure of 200 against none of 800', [pair([0, 800], [1, 200])], false],
    ['exactly the margin', [pair([0, 400], [1, 100])], false],
    ['failures while main was not asked', [pair([0, 0], [5, 20])], false],
    ['no request to canary', [pair([0, 80], [0, 0])], false],
    [
      'an incident that hit both in the step of the larger share',
      [pair([0, 900], [0, 100]), pair([50, 100], [50, 100])],
      false,
    ],
  ])('%s', (_, steps, isAgainst) => {
    expect(speaksAgainst(steps, 0.01)).toBe(isAgainst);
  });
});

describe('requests that hold a step', () => {
  it.each<[string, readonly Pair[], boolean]>([
    ['no failure, however few they are', [pair([0, 80], [0, 20])], false],
    ['one failure of 50, which is above the margin', [pair([1, 200], [1, 50])], true],
    ['one failure of 100: with half a failure more it is at the margin', [pair([2, 400], [1, 100])], false],
    ['two failures of 150: with half a failure more they are above the margin', [pair([3, 600], [2, 150])], true],
    ['two failures of 200', [pair([4, 800], [2, 200])], false],
    ['one failure less than main has', [pair([40, 400], [9, 100])], false],
    ['many requests: half a failure is nothing', [pair([40, 8_000], [29, 2_000])], false],
    ['many requests above the margin', [pair([40, 8_000], [31, 2_000])], true],
    ['failures while main was not asked', [pair([0, 0], [5, 20])], false],
  ])('%s', (_, steps, isHeld) => {
    expect(holdsStep(steps, 0.01)).toBe(isHeld);
  });
});

describe('what could have been missed', () => {
  it('is the upper end of the difference, and the requests and time that would show the margin', () => {
    const missed = missedBy(pair([1, 800], [1, 200]), 100, RULE);
    expect(missed.difference.upper).toBeGreaterThan(0.01);
    const requests = missed.requests ?? 0;
    expect(requests).toBeGreaterThan(200);
    expect(missed.seconds).toBeCloseTo(requests / 2, 6);
    const [main, canary] = [(200 + requests) * 4, 200 + requests];
    expect(judge([pair([main / 800, main], [canary / 800, canary])], RULE)).toBe('good');
  });

  it('has no end without a margin', () => {
    expect(missedBy(pair([1, 800], [1, 200]), 100, { ...RULE, margin: 0 }).requests).toBeUndefined();
  });
});

describe('the estimate of a step', () => {
  it('grows with main failing more, and with a smaller margin', () => {
    const few = requestsUntilGood(0, 4, RULE) ?? 0;
    const more = requestsUntilGood(0.005, 4, RULE) ?? 0;
    expect(more).toBeGreaterThan(few);
    expect(requestsUntilGood(0.005, 4, { ...RULE, margin: 0.02 })).toBeLessThan(more);
  });

  it('is the number of requests at the pace of the traffic', () => {
    const requests = requestsUntilGood(0.005, 9, RULE) ?? 0;
    expect(secondsUntilGood({ perSecond: 20, traffic: 0.1, share: 0.005 }, RULE)).toBeCloseTo(requests / 2, 9);
  });

  it.each([0, 1])('is unknown where canary has a share of %s', (traffic) => {
    expect(secondsUntilGood({ perSecond: 20, traffic, share: 0.005 }, RULE)).toBeUndefined();
  });
});
