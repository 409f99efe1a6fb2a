import { LONGEST_ANSWER, parseBoundedJson, withoutOddNumbers } from '../base/json/bounded-json.ts';
import { jsonOf } from '../base/json-value.ts';
import { percent } from '../base/percent.ts';
import { shortJson } from '../base/rounding.ts';
import type { Protocol } from '../seldon/protocol.ts';
import { errorOf, refusalOf } from './answer/answer-error.ts';
import { readPrediction } from './answer/prediction.ts';
import { type Difference, differenceOf, incomparable } from './answer/value-difference.ts';

/** Comparison of two predictors that got the same requests: answers, differences and latency. */

/** The answer of one predictor. */
export interface ModelAnswer {
  /** Undefined if there was no answer. */
  readonly status: number | undefined;
  /** The body, or the reason why there is none. */
  readonly body: string;
  /** Milliseconds. */
  readonly latency: number;
}

/** One request, and the answers of both predictors. */
export interface Exchange {
  readonly old: ModelAnswer;
  readonly new: ModelAnswer;
}

export interface ComparedAnswers {
  readonly old: string;
  readonly new: string;
  readonly difference: Difference;
}

export interface Comparison {
  /** Names of the predictors. */
  readonly old: string;
  readonly new: string;
  readonly answers: readonly ComparedAnswers[];
  /** Medians in milliseconds. */
  readonly latency: { readonly old: number; readonly new: number };
  readonly tolerance: number | undefined;
  /** Why the difference is outside the tolerance; undefined if it is not, or if no tolerance is set. */
  readonly objection: string | undefined;
}

export interface ComparisonRequest {
  readonly old: string;
  readonly new: string;
  readonly protocol: Protocol;
  readonly exchanges: readonly Exchange[];
  readonly tolerance: number | undefined;
}

export function compare({ old, new: fresh, protocol, exchanges, tolerance }: ComparisonRequest): Comparison {
  const answers = exchanges.map((exchange) => comparedAnswers(exchange, protocol));
  const names = { old, new: fresh };
  const latency = {
    old: medianOf(exchanges.map((one) => one.old.latency)),
    new: medianOf(exchanges.map((one) => one.new.latency)),
  };
  return { ...names, answers, latency, tolerance, objection: objectionOf(answers, tolerance, names) };
}

function objectionOf(
  answers: readonly ComparedAnswers[],
  tolerance: number | undefined,
  { old, new: fresh }: { readonly old: string; readonly new: string },
): string | undefined {
  if (tolerance === undefined) return undefined;
  for (const [at, { difference }] of answers.entries()) {
    const which = answers.length === 1 ? 'the answers' : `the answers to request ${at + 1}`;
    if (difference.kind === 'incomparable') return `${which} cannot be compared: ${difference.message}`;
    if (difference.holes > 0) return `${which} of ${old} and ${fresh} differ in ${holesInWords(difference.holes)}`;
    if (difference.unequal > 0) return `${which} of ${old} and ${fresh} differ in ${counted(difference.unequal)}`;
    if (difference.relative > tolerance) {
      const by = percent(difference.relative);
      return `${which} of ${old} and ${fresh} differ by ${by}, and \`compare-tolerance\` is ${percent(tolerance)}`;
    }
  }
  return undefined;
}

/** `10 requests, largest difference 1.2 %; main 12 ms, canary 14 ms`. */
export function describeComparison(comparison: Comparison): string {
  const { answers, latency, old, new: fresh, objection } = comparison;
  const largest = largestDifference(comparison);
  const incomparable = answers.filter((one) => one.difference.kind === 'incomparable').length;
  const parts = [
    answers.length === 1 ? '1 request' : `${answers.length} requests`,
    ...(largest === undefined ? [] : [`largest difference ${differenceInWords(largest)}`]),
    ...(incomparable === 0 ? [] : [`${incomparable} not comparable`]),
  ];
  const times = `${old} ${Math.round(latency.old)} ms, ${fresh} ${Math.round(latency.new)} ms`;
  return `${objection === undefined ? '' : `${objection}; `}${parts.join(', ')}; ${times}`;
}

/** `none`, `1.2 % (0.5)`, `2 texts`, or why the answers cannot be compared. */
export function differenceInWords(difference: Difference): string {
  if (difference.kind === 'incomparable') return difference.message;
  const { absolute, relative, unequal, holes } = difference;
  const parts = [
    ...(relative === 0 ? [] : [`${percent(relative)} (${Number(absolute.toPrecision(3))})`]),
    ...(unequal === 0 ? [] : [counted(unequal)]),
    ...(holes === 0 ? [] : [holesInWords(holes)]),
  ];
  return parts.length === 0 ? 'none' : parts.join(', ');
}

/** The largest difference; undefined if no answers can be compared. */
export function largestDifference({ answers }: Comparison): Extract<Difference, { kind: 'numbers' }> | undefined {
  const comparable = answers.map((one) => one.difference).filter((one) => one.kind === 'numbers');
  return comparable.reduce<(typeof comparable)[number] | undefined>(
    (most, one) => (most === undefined || misfits(one) > misfits(most) || one.relative > most.relative ? one : most),
    undefined,
  );
}

function comparedAnswers({ old, new: fresh }: Exchange, protocol: Protocol): ComparedAnswers {
  const [before, after] = [read(old, protocol), read(fresh, protocol)];
  const shown = { old: shownOf(before), new: shownOf(after) };
  if ('refused' in before) return { ...shown, difference: incomparable(`the old model answered: ${before.refused}`) };
  if ('refused' in after) return { ...shown, difference: incomparable(`the new model answered: ${after.refused}`) };
  return { ...shown, difference: differenceOf(before.value, after.value) };
}

type Read = { readonly value: unknown } | { readonly refused: string };

/** Reads the prediction from the answer: lists of rows, an object, or a text. */
function read({ status, body }: ModelAnswer, protocol: Protocol): Read {
  if (status === undefined) return { refused: body };
  if (body.length > LONGEST_ANSWER) return { refused: `the answer has more than ${LONGEST_ANSWER / 1e6} MB` };
  const json = jsonIn(body);
  if (status !== 200) return { refused: `HTTP ${status}: ${refusalOf(body, json)}` };
  const error = errorOf(json);
  if (error !== undefined) return { refused: error };
  const prediction = readPrediction(protocol, json);
  if (typeof prediction === 'string') return { refused: prediction };
  if (prediction.kind === 'opaque') return { value: prediction.value };
  const [first, ...more] = prediction.outputs.map((output) => output.values);
  return { value: more.length === 0 ? first : [first, ...more] };
}

/** Bare NaN and Infinity, which Python writes, count as empty cells: a server may also write null for them. */
function jsonIn(body: string): unknown {
  const parsed = parseBoundedJson(body);
  if (parsed.kind !== 'json') return undefined;
  return parsed.odd === undefined ? parsed.value : jsonOf(withoutOddNumbers(body, 'null').replaced);
}

const LONGEST_SHOWN = 80;

function shownOf(answer: Read): string {
  if ('refused' in answer) return answer.refused.slice(0, LONGEST_SHOWN);
  const text = shortJson(answer.value) ?? '';
  return text.length <= LONGEST_SHOWN ? text : `${text.slice(0, LONGEST_SHOWN - 1)}…`;
}

function counted(unequal: number): string {
  return unequal === 1 ? 'one text' : `${unequal} texts`;
}

function holesInWords(holes: number): string {
  return holes === 1
    ? 'one cell that is empty in only one of them'
    : `${holes} cells that are empty in only one of them`;
}

function misfits({ unequal, holes }: { readonly unequal: number; readonly holes: number }): number {
  return unequal + holes;
}

function medianOf(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
