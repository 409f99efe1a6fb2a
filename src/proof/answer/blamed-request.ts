import type { HttpAnswer } from '../../base/ports.ts';
import { ABOUT_MODEL, LIKELY_INPUT, SURELY_INPUT } from './blame-words.ts';

/** Characters of an error that are looked at, from each end: the reason comes first or, in a traceback, last. */
const LOOKED_AT = 20_000;

/** HTTP codes that are about the request. */
const ABOUT_REQUEST: ReadonlySet<number> = new Set([400, 413, 415, 422]);

/** Lines of a traceback that are code and not what happened: the place, the line there, and the marks below it. */
const CODE = /^ +File "[^"\n]{0,500}", line \d+.*\n(?: {4}.*(?:\n|$)){0,3}/gm;

/**
 * Does the server say that the request is wrong, and not that the model is? `sent` are the texts in the request: an error
 * that only names one of them is about the request.
 */
export function blamesRequest(answer: HttpAnswer, sent: ReadonlySet<string> = new Set()): boolean {
  if (answer.kind !== 'answer') return false;
  const { status, body } = answer;
  if (ABOUT_REQUEST.has(status)) return true;
  // Seldon's wrapper may put an error into a 200.
  if (status !== 500 && status !== 200) return false;
  const text = body.length <= 2 * LOOKED_AT ? body : `${body.slice(0, LOOKED_AT)}\n${body.slice(-LOOKED_AT)}`;
  const said = unescaped(text).replaceAll(CODE, '');
  const has = (words: readonly RegExp[]) => words.some((one) => one.test(said));
  return has(SURELY_INPUT) || (!has(ABOUT_MODEL) && has(LIKELY_INPUT)) || namesOneOf(said, sent);
}

/** Line ends and quotes of a message inside JSON. */
function unescaped(text: string): string {
  return text.replaceAll(/\\+n/g, '\n').replaceAll(/\\+(["'])/g, '$1');
}

/** `KeyError: 'a'`, of which Seldon's wrapper says `'a'` and nothing else, and a file or category of that name. */
const NAMED = [
  /\bKeyError: ["']?([^\n"']{1,200})/g,
  /"info":\s*"["']([^\n"']{1,200})["']"/g,
  /(?:No such file or directory|unknown (?:value|label|url type)|Invalid URL):? ["']([^\n"']{1,200})["']/gi,
  /["']([^\n"']{1,200})["'] is not (?:in list|in the list|a valid|found)/g,
];

function namesOneOf(text: string, sent: ReadonlySet<string>): boolean {
  return NAMED.some((pattern) => [...text.matchAll(pattern)].some(([, name = '']) => sent.has(name)));
}

/** Texts and keys in a request, as far as a made-up one goes. */
export function textsIn(request: unknown, levels = 12): ReadonlySet<string> {
  const found = new Set<string>();
  const walk = (value: unknown, left: number): void => {
    if (found.size > MOST_TEXTS || left === 0) return;
    if (typeof value === 'string') {
      if (value.length <= 200) found.add(value);
    } else if (Array.isArray(value)) {
      for (const one of value) walk(one, left - 1);
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, one] of Object.entries(value)) {
        found.add(key);
        walk(one, left - 1);
      }
    }
  };
  walk(request, levels);
  return found;
}

const MOST_TEXTS = 5_000;
