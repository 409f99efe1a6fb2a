import { describe, expect, it } from 'vitest';
import { advance, type CounterReading, lifetimeOf, startFrom } from '../../../src/proof/evidence/counters.ts';
import { requestCounts } from '../../../src/seldon/executor-metrics.ts';

const NAME = 'seldon_api_executor_server_requests_seconds';

/** The page of an executor that answered so many requests by code; a tenth of a second each. */
function page(codes: Readonly<Record<string, number>>, { predictor = 'canary', service = 'predictions' } = {}): string {
  return Object.entries(codes)
    .flatMap(([code, count]) => {
      const labels = `code="${code}",deployment_name="wine",method="post",predictor_name="${predictor}",service="${service}"`;
      return [
        `${NAME}_bucket{${labels},le="0.05"} 0`,
        `${NAME}_bucket{${labels},le="0.25"} ${count}`,
        `${NAME}_bucket{${labels},le="+Inf"} ${count}`,
        `${NAME}_count{${labels}} ${count}`,
      ];
    })
    .join('\n');
}

function reading(pages: Readonly<Record<string, string>>, unread: readonly string[] = []): CounterReading {
  return {
    instances: Object.entries(pages).map(([instance, text]) => ({ instance, counts: requestCounts(text) })),
    unread,
  };
}

/** What canary did between the first reading and the last. */
function grown(readings: readonly CounterReading[], seesNewInstances = true) {
  const [first = reading({}), ...more] = readings;
  let state = startFrom(first);
  const total = { requests: 0, failures: 0 };
  for (const one of more) {
    const next = advance(state, one, { seesNewInstances });
    state = next.state;
    total.requests += next.grown.get('canary')?.requests ?? 0;
    total.failures += next.grown.get('canary')?.failures ?? 0;
  }
  return total;
}

describe('the growth of the counters', () => {
  it('leaves out what was counted before the window, such as our own requests', () => {
    const [before, after] = [page({ 200: 7 }), page({ 200: 17, 500: 2 })];
    expect(grown([reading({ a: before }), reading({ a: after })])).toEqual({ requests: 12, failures: 2 });
  });

  it('leaves out what is no prediction', () => {
    const status = page({ 200: 50 }, { service: 'status' });
    expect(grown([reading({ a: '' }), reading({ a: `${page({ 200: 3 })}\n${status}` })])).toEqual({
      requests: 3,
      failures: 0,
    });
  });

  it('counts all after a restart, when a counter falls', () => {
    const readings = [page({ 200: 90, 500: 4 }), page({ 200: 8, 500: 1 })].map((a) => reading({ a }));
    expect(grown(readings)).toEqual({ requests: 9, failures: 1 });
  });

  it('knows a restart by a counter that is gone, and so counts others in full', () => {
    const readings = [page({ 200: 5, 500: 4 }), page({ 200: 8 })].map((a) => reading({ a }));
    expect(grown(readings)).toEqual({ requests: 8, failures: 0 });
  });

  it('keeps what a pod counted that went, and counts a pod from its start that came', () => {
    const readings = [
      reading({ a: page({ 200: 5 }) }),
      reading({ a: page({ 200: 9 }) }),
      reading({ b: page({ 200: 3, 500: 1 }) }),
    ];
    expect(grown(readings)).toEqual({ requests: 8, failures: 1 });
  });

  it('counts a pod that did not answer at first from its first answer', () => {
    const readings = [
      reading({}, ['a']),
      reading({ a: page({ 200: 50 }) }),
      reading({}, ['a']),
      reading({ a: page({ 200: 53 }) }),
    ];
    expect(grown(readings)).toEqual({ requests: 3, failures: 0 });
  });

  it('counts an executor that Prometheus read later from its first sample, and a new code of a known one in full', () => {
    const readings = [reading({}), reading({ a: page({ 200: 50 }) }), reading({ a: page({ 200: 51, 500: 2 }) })];
    expect(grown(readings, false)).toEqual({ requests: 3, failures: 2 });
  });

  it('begins, in Prometheus, with the first counts collected after the start: our own requests may be in them', () => {
    const at = (time: number, collected: number, count: number): CounterReading => ({
      instances: [{ instance: 'a', counts: requestCounts(page({ 200: count })), time: collected }],
      unread: [],
      time,
    });
    // 7 of our own questions came between the collection at 90 and the start at 100.
    expect(grown([at(100, 90, 3), at(105, 90, 3), at(110, 106, 10), at(120, 118, 14)], false)).toEqual({
      requests: 4,
      failures: 0,
    });
  });

  it('adds the methods of one executor', () => {
    const both = (count: number) => `${page({ 200: count })}\n${page({ 200: count }).replaceAll('"post"', '"get"')}`;
    expect(grown([reading({ a: both(2) }), reading({ a: both(5) })])).toEqual({ requests: 6, failures: 0 });
  });

  it('has the buckets of the histogram', () => {
    const { grown: counted } = advance(startFrom(reading({ a: page({ 200: 2 }) })), reading({ a: page({ 200: 6 }) }), {
      seesNewInstances: true,
    });
    expect(counted.get('canary')?.buckets).toEqual(
      new Map([
        [0.05, 0],
        [0.25, 4],
      ]),
    );
  });
});

it('the lifetime of all executors is summed by predictor', () => {
  const both = reading({
    a: page({ 200: 2 }),
    b: page({ 200: 3, 503: 1 }),
    c: page({ 200: 9 }, { predictor: 'main' }),
  });
  expect(lifetimeOf(both).get('canary')).toMatchObject({ requests: 6, failures: 1 });
  expect(lifetimeOf(both).get('main')).toMatchObject({ requests: 9, failures: 0 });
});
