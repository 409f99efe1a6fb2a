/**
 * JSON whose numbers keep their literals. A typed model server reads `5.0` as a float and `5` as an integer and
 * refuses the wrong type; `JSON.parse` makes both the same number. A literal also keeps integers over 2^53.
 */

/** One number as a literal; `JSON.stringify` writes the same literal. */
export interface NumberLiteral {
  readonly rawJSON: string;
}

export type Json = null | boolean | string | NumberLiteral | readonly Json[] | { readonly [key: string]: Json };

/** A feature of Node 24 that TypeScript's library does not declare yet (ECMAScript's JSON.parse source text access). */
interface JsonWithSource {
  rawJSON(text: string): NumberLiteral;
  isRawJSON(value: unknown): value is NumberLiteral;
  parse(text: string, reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown): Json;
}

const json = JSON as unknown as JsonWithSource;

/** @throws SyntaxError if the text is not JSON */
export function parseJson(text: string): Json {
  return json.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined ? json.rawJSON(source) : value,
  );
}

export function numberLiteral(value: number): NumberLiteral {
  return json.rawJSON(String(value));
}

/** A text that is a number in JSON, with its spelling; undefined for any other text. */
export function numberSpelled(text: string): NumberLiteral | undefined {
  return /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text) ? json.rawJSON(text) : undefined;
}

export function isNumber(value: unknown): value is NumberLiteral {
  return json.isRawJSON(value);
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** Whether the value is a JSON object. */
export function isRecord(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isNumber(value);
}

/** The same value as a float literal: `5` becomes `5.0`. */
export function asFloat(value: Json): Json {
  return isNumber(value) && isWhole(value) ? json.rawJSON(`${value.rawJSON}.0`) : value;
}

/** The same value as an integer literal, if it is an integer: `5.0` becomes `5`. */
export function asInteger(value: Json): Json {
  if (!isNumber(value) || isWhole(value)) return value;
  // Larger than a number of JavaScript holds.
  const whole = /^(-?\d+)\.0+$/.exec(value.rawJSON)?.[1];
  if (whole !== undefined) return json.rawJSON(whole === '-0' ? '0' : whole);
  const number = Number(value.rawJSON);
  return Number.isSafeInteger(number) ? numberLiteral(number) : value;
}

/** Whether the literal has no fraction and no exponent. */
export function isWhole(value: NumberLiteral): boolean {
  return /^-?\d+$/.test(value.rawJSON);
}
