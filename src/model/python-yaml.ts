import { load } from 'js-yaml';
import { exceeds } from '../base/json/bounded-tree.ts';

/**
 * YAML as PyYAML reads it, which writes and reads `MLmodel`. It lets a quoted text go on at the indent of its parent, where
 * YAML wants it deeper. Spaces before such a line mean nothing.
 * @throws Error if it is no YAML, or too large with its aliases written out
 */
export function loadAsPython(text: string): unknown {
  const document = loaded(text);
  if (exceeds(document, BOUND)) throw new Error('too large or too deep with its aliases written out');
  return document;
}

/** PyYAML repeats equal values as aliases, so a model of many columns has many. */
const BOUND = { size: 10_000_000 };

function loaded(text: string): unknown {
  try {
    return load(text);
  } catch (error) {
    const indented = withDeeperContinuations(text);
    if (indented === text) throw error;
    return load(indented);
  }
}

/** The key or dash, then the quote that a text begins with. */
const QUOTED_START = /^(\s*)(?:- +)*(?:[^\s'"#][^'"#:]*: +)?(["'])/;

/** Indents the lines on which a quoted text goes on. */
function withDeeperContinuations(text: string): string {
  let quote: string | undefined;
  let indent = '';
  const lines = text.split('\n').map((line) => {
    const isContinued = quote !== undefined;
    let from = 0;
    if (quote === undefined) {
      const start = QUOTED_START.exec(line);
      if (start === null) return line;
      quote = start[2];
      indent = `${start[1]}  `;
      from = start[0].length;
    }
    if (quote !== undefined && isClosedIn(line, from, quote)) quote = undefined;
    return isContinued && line.trim() !== '' ? `${indent}${line.trimStart()}` : line;
  });
  return lines.join('\n');
}

/** Does the text end on this line? A single quote is doubled inside, a double quote has a backslash before it. */
function isClosedIn(line: string, from: number, quote: string): boolean {
  for (let at = from; at < line.length; at++) {
    if (quote === '"' && line[at] === '\\') at++;
    else if (line[at] === quote) {
      if (quote === '"' || line[at + 1] !== quote) return true;
      at++;
    }
  }
  return false;
}
