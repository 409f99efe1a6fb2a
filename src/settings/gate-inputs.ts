import { isJsonObject, jsonOf } from '../base/json-value.ts';
import type { GateConfig, GateQuery } from './config.ts';
import type { InputReader } from './input-reader.ts';
import type { InputName } from './inputs.ts';

/** Questions that a person can still read in a comment. */
const MOST_QUERIES = 10;
const LONGEST_NAME = 60;
/** A step is held at most so many times as long as planned. */
const LIMIT_STEPS = 10;
const DEFAULT_STEP_S = 60;

/** Modes whose requests are judged after they took over. */
const BAKED: readonly string[] = ['direct', 'promote', 'blue-green'];

/** Inputs that say how requests are judged. */
const JUDGING: readonly InputName[] = [
  'prometheus-url',
  'prometheus-token',
  'gate',
  'gate-limit',
  'gate-error-margin',
  'gate-latency-ratio',
  'gate-latency',
  'gate-no-data',
  'gate-queries',
];

/** Whether an input judges requests that this mode does not judge: without `bake` nothing is watched after the takeover. */
export function judgesNothing(name: InputName, mode: string, bake: string): boolean {
  return bake.trim() === '' && BAKED.includes(mode) && JUDGING.includes(name);
}

/** What a canary's requests must show. */
export function readGate(read: InputReader): GateConfig {
  const prometheusUrl = read.webUrl('prometheus-url');
  if (prometheusUrl !== undefined && read.text('mode') === 'canary' && read.text('steps') === undefined)
    read.fault('prometheus-url', 'judges the figures of each of `steps`: give at least one, such as `steps: 10`');
  if (prometheusUrl !== undefined && BAKED.includes(read.text('mode') ?? '') && read.text('bake') === undefined)
    read.fault('prometheus-url', 'judges the figures of `bake` in this mode: give it, such as `bake: 15m`');
  const policy = read.oneOf('gate', ['auto', 'strict', 'off']);
  const ratio = read.number('gate-latency-ratio', { least: 1, most: 1000, such: '1.5' });
  const latencyLimit = read.number('gate-latency', { least: 0.001, most: 10, such: '0.25' });
  if (ratio !== undefined && latencyLimit !== undefined)
    read.fault('gate-latency', 'and `gate-latency-ratio` say two things: leave one out');
  const queries = readQueries(read);
  if (queries.length > 0 && prometheusUrl === undefined) read.fault('gate-queries', 'needs `prometheus-url`');
  const mustHaveData = prometheusUrl !== undefined || policy === 'strict';
  const isSilent = read.text('gate-no-data') === undefined;
  const interval = read.seconds('step-interval', { least: 1 }) ?? DEFAULT_STEP_S;
  const limit = read.seconds('gate-limit', { least: 1 }) ?? LIMIT_STEPS * interval;
  if (limit < interval) read.fault('gate-limit', 'is shorter than `step-interval`');
  return {
    policy,
    prometheusUrl,
    prometheusToken: read.text('prometheus-token'),
    errorMargin: read.number('gate-error-margin', { least: 0, most: 1 }) ?? 0.01,
    latencyRatio: ratio ?? 1.5,
    latencyLimit,
    noData: isSilent && !mustHaveData ? 'pass' : read.oneOf('gate-no-data', ['fail', 'pass']),
    limit,
    bake: read.seconds('bake', { least: 1 }),
    queries,
  };
}

function readQueries(read: InputReader): readonly GateQuery[] {
  const text = read.text('gate-queries');
  if (text === undefined) return [];
  const list = jsonOf(text);
  if (!Array.isArray(list) || list.length === 0 || list.length > MOST_QUERIES) {
    read.fault('gate-queries', `must be a JSON list of 1 to ${MOST_QUERIES} objects; see docs/modes.md`);
    return [];
  }
  return list.flatMap((one: unknown, at) => queryOf(read, one, at) ?? []);
}

function queryOf(read: InputReader, one: unknown, at: number): GateQuery | undefined {
  const fault = (words: string) => read.fault('gate-queries', `number ${at + 1} ${words}`);
  if (!isJsonObject(one)) return fault('is no object: write one with `name`, `successes` and `trials`');
  const strange = Object.keys(one).find((key) => !['name', 'successes', 'trials', 'margin'].includes(key));
  if (strange !== undefined)
    return fault(
      `has an unknown key \`${strange.slice(0, LONGEST_NAME)}\`: use \`name\`, \`successes\`, \`trials\` and \`margin\``,
    );
  const { name, successes, trials, margin = 0.01 } = one;
  if (typeof name !== 'string' || name.trim() === '' || name.length > LONGEST_NAME)
    return fault(`needs a \`name\` of at most ${LONGEST_NAME} characters`);
  if (typeof successes !== 'string' || typeof trials !== 'string')
    return fault('needs `successes` and `trials`, PromQL that gives one number each');
  if (!successes.includes('$predictor') || !trials.includes('$predictor'))
    return fault('must hold `$predictor` in `successes` and `trials`, or main and canary would have the same figures');
  if (typeof margin !== 'number' || margin < 0 || margin > 1) return fault('needs a `margin` from 0 to 1');
  return { name: name.trim(), successes, trials, margin };
}
