import { describe, expect, it } from 'vitest';
import { INPUTS, type InputName } from '../../src/settings/inputs.ts';
import { readConfig } from '../../src/settings/read-config.ts';

const CANARY = { 'model-uri': 'models:/wine/1', mode: 'canary', steps: '10,50' };
const PROMETHEUS = { 'prometheus-url': 'https://prometheus.example.com' };
const QUERY = { name: 'orders', successes: 'sum(ok{p="$predictor"})', trials: 'sum(all{p="$predictor"})' };

function gateOf(given: Readonly<Record<string, string>>) {
  const defaults = Object.fromEntries(INPUTS.map((one) => [one.name, 'default' in one ? one.default : '']));
  const values: Readonly<Record<string, string>> = { ...defaults, ...CANARY, ...given };
  return readConfig({ input: (name: InputName) => values[name] ?? '', env: {} }).gate;
}

describe('the gate', () => {
  it.each([
    ['passes a silent step where nobody asked for figures', {}, 'pass'],
    ['fails a silent step where Prometheus was to have figures', PROMETHEUS, 'fail'],
    ['fails a silent step when it is strict', { gate: 'strict' }, 'fail'],
    ['does as it is told', { ...PROMETHEUS, 'gate-no-data': 'pass' }, 'pass'],
    ['does as it is told without Prometheus too', { 'gate-no-data': 'fail' }, 'fail'],
  ])('%s', (_, given, noData) => {
    expect(gateOf(given).noData).toBe(noData);
  });

  it('takes the old inputs as before', () => {
    const given = { ...PROMETHEUS, 'gate-error-margin': '2%', 'gate-latency-ratio': '3', 'gate-no-data': 'pass' };
    expect(gateOf(given)).toMatchObject({ policy: 'auto', errorMargin: 0.02, latencyRatio: 3, noData: 'pass' });
  });

  it('may hold a step ten times as long as planned, unless a limit is given', () => {
    expect(gateOf({ gate: 'strict', 'step-interval': '5m' }).limit).toBe(3000);
    expect(gateOf({ gate: 'strict', 'step-interval': '5m', 'gate-limit': '1h' }).limit).toBe(3600);
  });

  it('reads queries of the user, with a margin of one percent point', () => {
    const { queries } = gateOf({ ...PROMETHEUS, 'gate-queries': JSON.stringify([QUERY, { ...QUERY, margin: 0.2 }]) });
    expect(queries).toEqual([
      { ...QUERY, margin: 0.01 },
      { ...QUERY, margin: 0.2 },
    ]);
  });

  it.each<[Readonly<Record<string, string>>, string]>([
    [{ gate: 'lax' }, '`gate` is `lax`, but must be'],
    [{ 'gate-latency': '0.2', 'gate-latency-ratio': '2' }, 'say two things'],
    [{ 'gate-limit': '30' }, '`gate-limit` is shorter than `step-interval`'],
    [{ 'gate-queries': JSON.stringify([QUERY]) }, '`gate-queries` needs `prometheus-url`'],
    [{ ...PROMETHEUS, 'gate-queries': '{' }, 'must be a JSON list of 1 to 10 objects'],
    [{ ...PROMETHEUS, 'gate-queries': JSON.stringify([QUERY, 7]) }, 'number 2 is no object'],
    [{ ...PROMETHEUS, 'gate-queries': JSON.stringify([{ ...QUERY, trial: '1' }]) }, 'unknown key `trial`'],
    [{ ...PROMETHEUS, 'gate-queries': JSON.stringify([{ ...QUERY, trials: 'sum(x)' }]) }, 'must hold `$predictor`'],
    [{ ...PROMETHEUS, 'gate-queries': JSON.stringify([{ ...QUERY, margin: 2 }]) }, 'a `margin` from 0 to 1'],
    [{ mode: 'direct', steps: '', ...PROMETHEUS }, 'judges the figures of `bake`'],
    [{ bake: '15m' }, '`bake` has no effect in mode `canary`'],
  ])('refuses %j', (given, words) => {
    expect(() => gateOf(given)).toThrow(words);
  });
});
