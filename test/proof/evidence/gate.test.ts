import { describe, expect, it } from 'vitest';
import { type Figures, figuresOf, gateQueries, judgeFigures } from '../../../src/proof/evidence/gate.ts';

const NOTHING: Figures = { requests: undefined, errors: undefined, latency: undefined };
const RULES = { errorMargin: 0.01, latencyRatio: 1.5 };

function figures(requests: number, errors: number, latency: number | undefined): Figures {
  return { requests, errors, latency };
}

const GOOD = figures(100, 0, 0.02);

describe('a canary', () => {
  it.each<[string, Figures, Figures]>([
    ['as good as main', GOOD, GOOD],
    ['better than main', figures(100, 0.2, 0.1), GOOD],
    ['exactly at the margin of errors', GOOD, figures(100, 0.01, 0.02)],
    ['at the margin, where 0.06 + 0.01 is less than 0.07', figures(100, 0.06, 0.02), figures(100, 0.07, 0.02)],
    ['exactly so much slower as it may be', figures(100, 0, 0.02), figures(100, 0, 0.03)],
    ['so much slower, where 0.0165 / 0.011 is more than 1.5', figures(100, 0, 0.011), figures(100, 0, 0.0165)],
    ['while main has no requests', NOTHING, figures(100, 0.01, 9)],
    ['while main had none in this step', figures(0, 0, undefined), figures(100, 0, 9)],
    ['while main takes no time at all', figures(100, 0, 0), figures(100, 0, 9)],
    ['whose time nobody knows', GOOD, figures(100, 0, undefined)],
    ['with a single request', GOOD, figures(1, 0, 0.02)],
  ])('%s passes', (_, main, canary) => {
    expect(judgeFigures({ main, canary }, RULES)).toMatchObject({ answer: 'pass', main, canary });
  });

  it.each<[string, Figures, Figures, string]>([
    [
      'beyond the margin of errors fails',
      figures(200, 0.005, 0.02),
      figures(50, 0.02, 0.02),
      'the error rate of the canary is too high: canary 50 requests, 2 % failed, 20 ms; main 200 requests, 0.5 % failed, 20 ms; the limit is 1.5 %',
    ],
    [
      'that fails is none, also while main has no requests',
      NOTHING,
      figures(50, 0.02, undefined),
      'the error rate of the canary is too high: canary 50 requests, 2 % failed; main no requests; the limit is 1 %',
    ],
    [
      'too slow fails',
      GOOD,
      figures(10, 0, 0.0302),
      'the latency of the canary is 1.51 times that of main: canary 10 requests, 0 % failed, 30 ms; main 100 requests, 0 % failed, 20 ms; the limit is 1.5',
    ],
    [
      'both too slow and failing is told of its failures',
      GOOD,
      figures(10, 1, 0.2),
      'the error rate of the canary is too high: canary 10 requests, 100 % failed, 200 ms; main 100 requests, 0 % failed, 20 ms; the limit is 1 %',
    ],
  ])('%s', (_, main, canary, message) => {
    expect(judgeFigures({ main, canary }, RULES)).toEqual({ answer: 'fail', message, main, canary });
  });

  it.each([
    ['without a series', NOTHING],
    ['without a request', figuresOf({ requests: 0, failures: undefined, seconds: 0 })],
  ])('%s has no figures, whatever main has', (_, canary) => {
    for (const main of [GOOD, NOTHING])
      expect(judgeFigures({ main, canary }, RULES)).toMatchObject({ answer: 'no-data' });
  });

  it('may be told to be as good as main in all', () => {
    const strict = { errorMargin: 0, latencyRatio: 1 };
    expect(judgeFigures({ main: GOOD, canary: GOOD }, strict).answer).toBe('pass');
    expect(judgeFigures({ main: GOOD, canary: figures(1000, 0.001, 0.02) }, strict).answer).toBe('fail');
    expect(judgeFigures({ main: GOOD, canary: figures(100, 0, 0.021) }, strict).answer).toBe('fail');
  });
});

describe('figures', () => {
  it.each<[string, Parameters<typeof figuresOf>[0], Figures]>([
    ['are shares of the requests', { requests: 40, failures: 10, seconds: 2 }, figures(40, 0.25, 0.05)],
    [
      'have no errors where no failure was ever counted',
      { requests: 40, failures: undefined, seconds: 2 },
      figures(40, 0, 0.05),
    ],
    ['may lack the time', { requests: 40, failures: 0, seconds: undefined }, figures(40, 0, undefined)],
    [
      'may be parts of a request, as Prometheus extrapolates',
      { requests: 0.5, failures: 0, seconds: 0.1 },
      figures(0.5, 0, 0.2),
    ],
    ['are none without requests', { requests: 0, failures: 0, seconds: 0 }, { ...NOTHING, requests: 0 }],
    ['are none without a series', { requests: undefined, failures: undefined, seconds: undefined }, NOTHING],
  ])('%s', (_, answers, expected) => {
    expect(figuresOf(answers)).toEqual(expected);
  });
});

describe('the queries', () => {
  it('ask for what one predictor of one SeldonDeployment answered in the window', () => {
    const labels = 'deployment_name="wine",predictor_name="canary",service="predictions"';
    const name = 'seldon_api_executor_server_requests_seconds';
    expect(gateQueries('wine', 'canary', 60)).toEqual({
      requests: `sum(increase(${name}_count{${labels}}[60s]))`,
      failures: `sum(increase(${name}_count{${labels},code!="200"}[60s]))`,
      seconds: `sum(increase(${name}_sum{${labels}}[60s]))`,
    });
  });

  it.each([
    [0, '[1s]'],
    [0.2, '[1s]'],
    [1, '[1s]'],
    [1.2, '[2s]'],
    [3600, '[3600s]'],
  ])('of a window of %s s have the range %s, which Prometheus takes', (window, range) => {
    for (const query of Object.values(gateQueries('wine', 'main', window))) expect(query).toContain(range);
  });
});
