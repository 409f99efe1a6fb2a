/**
 * JSON of a foreign server: parsed in linear time and to a limited depth. Python writes `NaN`, `Infinity` and `-Infinity`
 * bare, which no JSON parser takes: they are found, and replaced.
 */

/** Levels of lists and objects. Numpy has at most 64 dimensions. */
export const DEEPEST_JSON = 100;

/** Bytes of a prediction that are read. */
export const LONGEST_ANSWER = 10_000_000;

export type BoundedJson =
  /** `odd` is the first number in it that JSON does not have; each of them is `Infinity` in `value`. */
  | { readonly kind: 'json'; readonly value: unknown; readonly odd: string | undefined }
  | { readonly kind: 'too-deep' }
  | { readonly kind: 'not-json' };

/** Parses a text of which nothing is known. */
export function parseBoundedJson(text: string): BoundedJson {
  // `1e999` is JSON, and Infinity for JavaScript.
  const { replaced, odd, depth } = withoutOddNumbers(text, '1e999');
  if (depth > DEEPEST_JSON) return { kind: 'too-deep' };
  try {
    return { kind: 'json', value: JSON.parse(replaced), odd };
  } catch {
    return { kind: 'not-json' };
  }
}

const CODE = { quote: 34, open: 91, backslash: 92, close: 93, openObject: 123, closeObject: 125 };

/** Replaces the numbers that JSON does not have, outside of strings, in one pass. */
export function withoutOddNumbers(
  text: string,
  replacement: string,
): { readonly replaced: string; readonly odd: string | undefined; readonly depth: number } {
  const parts: string[] = [];
  let [copied, level, depth] = [0, 0, 0];
  let odd: string | undefined;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === CODE.quote) at = endOfString(text, at);
    else if (code === CODE.open || code === CODE.openObject) depth = Math.max(depth, ++level);
    else if (code === CODE.close || code === CODE.closeObject) level--;
    else {
      const token = oddNumberAt(text, at);
      if (token === undefined) continue;
      odd ??= token;
      parts.push(text.slice(copied, at), replacement);
      copied = at + token.length;
      at = copied - 1;
    }
  }
  const replaced = parts.length === 0 ? text : parts.join('') + text.slice(copied);
  return { replaced, odd, depth };
}

function oddNumberAt(text: string, at: number): string | undefined {
  switch (text[at]) {
    case 'N':
      return text.startsWith('NaN', at) ? 'NaN' : undefined;
    case 'I':
      return text.startsWith('Infinity', at) ? 'Infinity' : undefined;
    case '-':
      return text.startsWith('Infinity', at + 1) ? '-Infinity' : undefined;
    default:
      return undefined;
  }
}

/** Index of the closing quote; the last index where there is none. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === CODE.backslash) at++;
    else if (code === CODE.quote) return at;
  }
  return text.length;
}
