/**
 * Escapes text of pods, models and users for Markdown, HTML or a log. It must not close a fence, mention a
 * person, link an issue, inject HTML or act as a workflow command.
 */

import { mostOf } from './numbers/extremes.ts';
import { withoutTrailing } from './trailing.ts';

/** ANSI escape sequences, and control characters but tab and newline. */
const ANSI = /\u001b\[[0-9;?]*[ -/]*[@-~]|\u001b[@-_]/g;
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
/** Characters that change the text direction or are invisible: they can make text look like other text. */
const UNSEEN = /[\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Plain text without control characters; invisible characters are shown by number. */
export function plain(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(ANSI, '')
    .replace(UNSEEN, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replace(CONTROLS, '');
}

/** One line of text inside a Markdown sentence or table cell, without any markup. */
export function inline(text: string, longest = 500): string {
  return (
    oneLine(text, longest)
      .replace(/[&<>]/g, (char) => ENTITIES[char] ?? char)
      .replace(/[\\`*_[\]|~!]/g, (char) => `\\${char}`)
      .replace(/[@#]/g, (char) => `${char}\u200b`)
      .replace(/\b(https?|ftp):\/\//gi, '$1:\u200b//')
      .replace(/\bwww\./gi, 'www\u200b.')
      // GitHub links these to issues and commits.
      .replace(/\bGH-(?=\d)/gi, (text) => `${text}\u200b`)
      .replace(/\b[0-9a-f]{7}(?=[0-9a-f]{33}\b)/gi, (text) => `${text}\u200b`)
  );
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** A code span, also inside a table cell. GitHub neither mentions nor links in it. */
export function codeSpan(text: string, longest = 300): string {
  const line = oneLine(text, longest);
  if (line === '') return '';
  const ticks = '`'.repeat(longestRun(line) + 1);
  const padding = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return `${ticks}${padding}${line.replaceAll('|', '\\|')}${padding}${ticks}`;
}

/** A sentence that quotes names in backticks: the names become code spans, the rest is inline text. */
export function prose(text: string, longest = 1_200): string {
  const parts = oneLine(text, longest).split(/`([^`]+)`/);
  return parts.map((part, at) => (at % 2 === 1 ? codeSpan(part) : spaced(part))).join('');
}

/** Inline text that keeps its leading and trailing spaces. */
function spaced(text: string): string {
  const [before = ''] = /^ */.exec(text) ?? [];
  const after = ' '.repeat(text.length - withoutTrailing(text, ' ').length);
  return text.trim() === '' ? before : `${before}${inline(text, text.length)}${after}`;
}

function oneLine(text: string, longest: number): string {
  // Cut twice: untrusted text may have megabytes, and only its beginning must be processed.
  return cut(
    plain(text.slice(0, longest * 8))
      .replace(/\s+/g, ' ')
      .trim(),
    longest,
  );
}

/** A fenced block whose fence is longer than any run of backticks inside. */
export function fence(text: string, language = ''): string {
  const body = withoutTrailing(plain(text), '\n');
  const ticks = '`'.repeat(Math.max(3, longestRun(body) + 1));
  return `${ticks}${language}\n${body}\n${ticks}`;
}

/** Text for the runner's log: no line can be a workflow command. The old form `##[` is active anywhere in a line. */
export function logLine(text: string): string {
  return plain(text)
    .replace(/^([^\S\n]*)::/gm, '$1\u200b::')
    .replaceAll('##[', '##\u200b[');
}

/** A link with untrusted text. The target is used only if it is http(s). */
export function link(text: string, url: string | undefined): string {
  const target = url !== undefined && URL.canParse(url) ? new URL(url) : undefined;
  if (target === undefined || !/^https?:$/.test(target.protocol)) return inline(text);
  return `[${inline(text)}](<${target.href.replace(/[<>\s]/g, encodeURIComponent)}>)`;
}

/** At most `longest` characters, without splitting a surrogate pair. */
export function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const end = /[\ud800-\udbff]/.test(text[longest - 2] ?? '') ? longest - 2 : longest - 1;
  return `${text.slice(0, end)}…`;
}

function longestRun(text: string): number {
  return Math.max(0, mostOf(text.matchAll(/`+/g).map(([run]) => run.length)));
}
