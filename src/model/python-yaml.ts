import { load, YAML11_SCHEMA } from 'js-yaml';
import { exceeds } from '../base/json/bounded-tree.ts';

/**
 * YAML as PyYAML reads it, which writes and reads `MLmodel`: YAML 1.1, where a key may stand twice. It lets a quoted text or
 * a list in brackets go on at the indent of its parent, where YAML wants it deeper. Spaces before such a line mean nothing.
 * @throws Error if it is no YAML, or too large with its aliases written out
 */
export function loadAsPython(text: string): unknown {
  const document = loaded(text);
  if (exceeds(document, BOUND)) throw new Error('too large or too deep with its aliases written out');
  return document;
}

/** PyYAML repeats equal values as aliases, so a model of many columns has many. */
const BOUND = { size: 10_000_000 };
const AS_PYTHON = { schema: YAML11_SCHEMA, json: true };

function loaded(text: string): unknown {
  try {
    return load(text, AS_PYTHON);
  } catch (error) {
    const indented = withDeeperContinuations(text);
    if (indented === text) throw error;
    return load(indented, AS_PYTHON);
  }
}

/** The key or dash, then what a text in quotes or a list in brackets begins with. */
const START = /^(\s*)(?:- +)*(?:(?:"[^"]*"|'[^']*'|[^\s'"#[{][^'"#:]*): +)?(?=["'[{])/;

/** Indents the lines on which such a value goes on. */
function withDeeperContinuations(text: string): string {
  let open: readonly string[] = [];
  let indent = '';
  const lines = text.split('\n').map((line) => {
    const isContinued = open.length > 0;
    let from = 0;
    if (!isContinued) {
      const start = START.exec(line);
      if (start === null) return line;
      indent = `${start[1]}  `;
      from = start[0].length;
    }
    open = openAfter(line, from, open);
    return isContinued && line.trim() !== '' ? `${indent}${line.trimStart()}` : line;
  });
  return lines.join('\n');
}

const CLOSING: Readonly<Record<string, string>> = { '[': ']', '{': '}', '"': '"', "'": "'" };

/** What has to be closed after this line. A single quote is doubled inside, a double quote has a backslash before it. */
function openAfter(line: string, from: number, before: readonly string[]): readonly string[] {
  const open = [...before];
  for (let at = from; at < line.length; at++) {
    const [char = '', end] = [line[at], open.at(-1)];
    const isQuoted = end === '"' || end === "'";
    if (end === '"' && char === '\\') at++;
    else if (end === "'" && char === end && line[at + 1] === end) at++;
    else if (char === end) {
      open.pop();
      if (open.length === 0) return open;
    } else if (!isQuoted && char === '#') return open;
    else if (!isQuoted && CLOSING[char] !== undefined) open.push(CLOSING[char]);
  }
  return open;
}
