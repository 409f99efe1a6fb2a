/**
 * Text of pods, models and users on its way into Markdown, HTML or a log. Nothing in it may close a fence, mention a
 * person, link an issue, inject HTML or pose as a workflow command.
 */

/** ANSI escape sequences, and control characters but tab and newline. */
const ANSI = /\u001b\[[0-9;?]*[ -/]*[@-~]|\u001b[@-_]/g;
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
/** Characters that turn the direction of text or are not seen: they make text look like other text. */
const UNSEEN = /[\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Plain text without controls; characters that cannot be seen are shown by number. */
export function plain(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(ANSI, '')
    .replace(UNSEEN, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replace(CONTROLS, '');
}

/** One line of text inside a Markdown sentence or table cell: shown as written, meaning nothing. */
export function inline(text: string, longest = 500): string {
  return oneLine(text, longest)
    .replace(/[&<>]/g, (char) => ENTITIES[char] ?? char)
    .replace(/[\\`*_[\]|~]/g, (char) => `\\${char}`)
    .replace(/[@#]/g, (char) => `${char}\u200b`)
    .replace(/\b(https?|ftp):\/\//gi, '$1:\u200b//')
    .replace(/\bwww\./gi, 'www\u200b.');
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

/** A sentence of ours that quotes names in backticks: those become code spans, whatever they hold, the rest is inline text. */
export function prose(text: string, longest = 1_200): string {
  const parts = oneLine(text, longest).split(/`([^`]+)`/);
  return parts.map((part, at) => (at % 2 === 1 ? codeSpan(part) : spaced(part))).join('');
}

/** Inline text with the spaces at its ends, which the words around it need. */
function spaced(text: string): string {
  const [before = ''] = /^ */.exec(text) ?? [];
  const [after = ''] = / *$/.exec(text) ?? [];
  return text.trim() === '' ? before : `${before}${inline(text, text.length)}${after}`;
}

function oneLine(text: string, longest: number): string {
  // Cut twice: hostile text may be megabytes, and most of it need not even be looked at.
  return cut(
    plain(text.slice(0, longest * 8))
      .replace(/\s+/g, ' ')
      .trim(),
    longest,
  );
}

/** A fenced block whose fence is longer than any run of backticks inside. */
export function fence(text: string, language = ''): string {
  const body = plain(text).replace(/\n+$/, '');
  const ticks = '`'.repeat(Math.max(3, longestRun(body) + 1));
  return `${ticks}${language}\n${body}\n${ticks}`;
}

/** Text for the runner's log: no line of it can be a workflow command. The old form `##[` counts anywhere in a line. */
export function logLine(text: string): string {
  return plain(text)
    .replace(/^(\s*)::/gm, '$1\u200b::')
    .replaceAll('##[', '##\u200b[');
}

/** A link whose text is hostile and whose target is only followed when it is plain http(s). */
export function link(text: string, url: string | undefined): string {
  const target = url !== undefined && URL.canParse(url) ? new URL(url) : undefined;
  if (target === undefined || !/^https?:$/.test(target.protocol)) return inline(text);
  return `[${inline(text)}](<${target.href.replace(/[<>\s]/g, encodeURIComponent)}>)`;
}

/** At most `longest` characters, never half of a surrogate pair. */
export function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const end = /[\ud800-\udbff]/.test(text[longest - 2] ?? '') ? longest - 2 : longest - 1;
  return `${text.slice(0, end)}…`;
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}
