/**
 * The PromQL that the action speaks: a number, `vector(n)`, a selector and its times, and the sum of a counter's
 * increase.
 */
export type Expression =
  | { readonly kind: 'scalar'; readonly value: number }
  | { readonly kind: 'vector'; readonly value: number }
  | { readonly kind: 'newest' | 'timestamp'; readonly selector: Selector }
  | { readonly kind: 'increase'; readonly selector: Selector; readonly seconds: number };

export interface Selector {
  readonly name: string;
  readonly matchers: readonly Matcher[];
}

export interface Matcher {
  readonly label: string;
  readonly equal: boolean;
  readonly value: string;
}

export class ParseError extends Error {
  override readonly name = 'ParseError';
}

const NUMBER = String.raw`[-+]?\d+(?:\.\d+)?`;
const SCALAR = new RegExp(`^(${NUMBER})$`);
const VECTOR = new RegExp(String.raw`^vector\(\s*(${NUMBER})\s*\)$`);
const INCREASE = /^sum\(\s*increase\(\s*([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\[(\d+)s\]\s*\)\s*\)$/;
/** Braces are required: otherwise any word would be a metric. */
const NEWEST = /^([a-zA-Z_:][\w:]*)\{(.*)\}$/;
const TIMESTAMP = /^timestamp\((.*)\)$/;
/** One matcher, with the comma or the end after it. */
const MATCHER = /\s*([a-zA-Z_]\w*)\s*(=|!=)\s*("(?:[^"\\\n]|\\["\\nrt])*")\s*(?:,|$)/y;

/** @throws ParseError for all other expressions, also those that a real Prometheus accepts */
export function parseExpression(text: string): Expression {
  const query = text.trim();
  const scalar = SCALAR.exec(query)?.[1];
  if (scalar !== undefined) return { kind: 'scalar', value: Number(scalar) };
  const vector = VECTOR.exec(query)?.[1];
  if (vector !== undefined) return { kind: 'vector', value: Number(vector) };
  const inner = TIMESTAMP.exec(query)?.[1];
  const [, wanted, where = ''] = NEWEST.exec(inner ?? query) ?? [];
  if (wanted !== undefined) {
    const kind = inner === undefined ? 'newest' : 'timestamp';
    return { kind, selector: { name: wanted, matchers: parseMatchers(where) } };
  }
  const [, name, matchers = '', seconds] = INCREASE.exec(query) ?? [];
  if (name === undefined) throw new ParseError(query === '' ? 'no expression found in input' : 'unexpected expression');
  if (Number(seconds) === 0) throw new ParseError('duration must be greater than 0');
  return { kind: 'increase', selector: { name, matchers: parseMatchers(matchers) }, seconds: Number(seconds) };
}

function parseMatchers(text: string): readonly Matcher[] {
  const found: Matcher[] = [];
  for (MATCHER.lastIndex = 0; text.slice(MATCHER.lastIndex).trim() !== ''; ) {
    const [, label = '', operator, value] = MATCHER.exec(text) ?? [];
    if (value === undefined) throw new ParseError('unexpected input in label matching');
    found.push({ label, equal: operator === '=', value: JSON.parse(value) as string });
  }
  return found;
}
