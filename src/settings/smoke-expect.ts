import { messageOf, UserError } from '../base/errors.ts';
import { jsonOf } from '../base/json-value.ts';

/**
 * The input `smoke-expect`: requirements for the answer. Either a JSON text whose parts must all be in the answer,
 *
 *     {"data": {"names": ["quality"]}}
 *
 * or checks, one per line; `#` starts a comment line:
 *
 *     $.data.ndarray[0] between 3 and 9
 *     $.data.ndarray[0] == 5.7025825
 *     $.data['a name with spaces'] exists
 *
 * `predictions` is the prediction as MLflow's own server would write it, whatever the protocol: `predictions[0] > 3`.
 * A path is `$` and any of `.name`, `['name']`, `[3]` and `[-1]`, the last. What follows is `exists`, or `==`, `!=`
 * and a JSON value, or `<`, `<=`, `>`, `>=` and a number, or `between` a number `and` a number, both included.
 * Numbers are equal within a millionth, objects when the expected parts are, lists when all elements are.
 */
export type AnswerExpectation =
  | { readonly kind: 'subset'; readonly value: unknown }
  | { readonly kind: 'checks'; readonly checks: readonly Check[] };

interface Check {
  /** As written, for messages. */
  readonly text: string;
  readonly path: readonly (string | number)[];
  readonly holds: (value: unknown) => boolean;
}

const TOLERANCE = 1e-6;
const CURE =
  'Write one JSON text, or checks such as `$.data.ndarray[0] between 3 and 9`, `$.outputs[0].data[0] == 5.2`, ' +
  '`$.data.names exists`.';

/** @throws UserError bad-input with line and column of the syntax error */
export function parseExpectation(text: string): AnswerExpectation {
  const trimmed = text.trim();
  if (/^(?:[$#]|predictions\b)/.test(trimmed)) return { kind: 'checks', checks: parseChecks(text) };
  try {
    return { kind: 'subset', value: JSON.parse(trimmed) };
  } catch (error) {
    const why = messageOf(error);
    throw new UserError('bad-input', `Input smoke-expect is not JSON: ${why}`, { hint: CURE, cause: error });
  }
}

/** The first requirement that the answer does not meet; undefined if it meets all. */
export function unmet(expectation: AnswerExpectation, answer: unknown): string | undefined {
  if (expectation.kind === 'subset') return difference(expectation.value, answer, '$');
  for (const { text, path, holds } of expectation.checks) {
    const value = path.reduce(step, answer);
    if (!holds(value)) return `\`${text}\` is false: the value is ${shown(value)}`;
  }
  return undefined;
}

function step(value: unknown, key: string | number): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  if (typeof key === 'number') return Array.isArray(value) ? value.at(key) : undefined;
  return Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
}

function difference(expected: unknown, actual: unknown, path: string): string | undefined {
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return `\`${path}\` should be a list, but is ${shown(actual)}`;
    if (actual.length !== expected.length) {
      return `\`${path}\` should have ${expected.length} elements, but has ${actual.length}`;
    }
    return firstOf(expected.map((one, at) => () => difference(one, actual[at], `${path}[${at}]`)));
  }
  if (typeof expected === 'object' && expected !== null) {
    return firstOf(
      Object.entries(expected).map(
        ([key, one]) =>
          () =>
            difference(one, step(actual, key), `${path}.${key}`),
      ),
    );
  }
  return isNear(expected, actual) ? undefined : `\`${path}\` should be ${shown(expected)}, but is ${shown(actual)}`;
}

function firstOf(differences: readonly (() => string | undefined)[]): string | undefined {
  for (const find of differences) {
    const found = find();
    if (found !== undefined) return found;
  }
  return undefined;
}

function isNear(expected: unknown, actual: unknown): boolean {
  if (typeof expected !== 'number' || typeof actual !== 'number') return expected === actual;
  return Math.abs(expected - actual) <= TOLERANCE * Math.max(Math.abs(expected), Math.abs(actual));
}

function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  const text = JSON.stringify(value);
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
}

function parseChecks(text: string): readonly Check[] {
  const lines = text.split(/\r?\n/);
  return lines.flatMap((line, at) => (/^\s*(#|$)/.test(line) ? [] : [parseCheck(line, at + 1)]));
}

const STEP = /\.([\p{L}_][\p{L}\p{N}_-]*)|\[(-?\d+)\]|\['([^']*)'\]|\["([^"]*)"\]/uy;

function parseCheck(line: string, lineNumber: number): Check {
  const start = line.search(/\S/);
  const refuse = (column: number, wanted: string): UserError => {
    const found = line.slice(column).trim();
    const where = `Input smoke-expect, line ${lineNumber}, column ${column + 1}`;
    return new UserError('bad-input', `${where}: expected ${wanted}, found ${found ? `\`${found}\`` : 'the end'}`, {
      hint: CURE,
    });
  };
  const isShort = line.startsWith('predictions', start);
  if (line[start] !== '$' && !isShort) throw refuse(start, 'a path that starts with `$`');
  const path: (string | number)[] = isShort ? ['predictions'] : [];
  let end = start + (isShort ? 'predictions'.length : 1);
  for (STEP.lastIndex = end; ; end = STEP.lastIndex) {
    const match = STEP.exec(line);
    if (match === null) break;
    const [, name, index, single, double] = match;
    path.push(index === undefined ? (name ?? single ?? double ?? '') : Number(index));
  }
  const operator = /^\s+(exists$|between\s|[=!]=|[<>]=?)/.exec(line.slice(end).trimEnd());
  if (operator === null) throw refuse(end, '`exists`, `==`, `!=`, `<`, `<=`, `>`, `>=` or `between`');
  const column = end + operator[0].length;
  const holds = conditionOf(operator[1]?.trim() ?? '', line.slice(column).trim());
  if (typeof holds === 'string') throw refuse(column, holds);
  return { text: line.trim(), path, holds };
}

/** The condition, or a description of the expected operand. */
function conditionOf(operator: string, operand: string): Check['holds'] | string {
  if (operator === 'exists') return (value) => value !== undefined;
  if (operator === 'between') {
    const [low, high, ...more] = operand.split(/\sand\s/).map(numberOf);
    if (low === undefined || high === undefined || more.length > 0) return 'two numbers, such as `3 and 9`';
    return (value) => typeof value === 'number' && value >= low && value <= high;
  }
  if (operator === '==' || operator === '!=') {
    const expected = jsonOf(operand);
    if (expected === undefined) return 'a JSON value (texts in double quotes)';
    return (value) => (difference(expected, value, '') === undefined) === (operator === '==');
  }
  const bound = numberOf(operand);
  if (bound === undefined) return 'a number';
  return (value) => typeof value === 'number' && COMPARE[operator as keyof typeof COMPARE](value, bound);
}

const COMPARE = {
  '<': (value: number, bound: number) => value < bound,
  '<=': (value: number, bound: number) => value <= bound,
  '>': (value: number, bound: number) => value > bound,
  '>=': (value: number, bound: number) => value >= bound,
};

function numberOf(text: string): number | undefined {
  const value = jsonOf(text);
  return typeof value === 'number' ? value : undefined;
}
