import { createHash } from 'node:crypto';
import { bytesOf } from '../../base/byte-length.ts';
import { link } from '../../base/untrusted-text.ts';
import { fold } from './fold.ts';

/** The earlier states of a comment: one line each, read back from the comment itself. */

/** The run that writes a state. */
export interface StateRun {
  /** ISO 8601. */
  readonly time?: string | undefined;
  readonly runUrl: string | undefined;
}

const MOST = 10;
/** Characters of one line. */
const LONGEST = 1_000;
/** Characters of a URL in the last line. */
const LONGEST_URL = 500;

/**
 * The text with the states before it at its end, and a last line by which the next run reads them. The last line has the
 * hash of all text before it, so no text of a model or a pod can imitate it.
 * @param previous the comment as it is now
 * @param limit bytes; the states are left out where they do not fit
 */
export function withEarlier(
  text: string,
  run: StateRun,
  { previous, limit }: { readonly previous: string | undefined; readonly limit: number },
): string {
  const lines = statesBefore(previous, run);
  const list = fold(`Earlier on this pull request: ${lines.length}`, lines.map((line) => `- ${line}`).join('\n'));
  const whole = signed(lines.length === 0 ? text : `${text}\n\n${list}`, run, lines.length);
  if (bytesOf(whole) <= limit) return whole;
  const short = signed(text, run, 0);
  return bytesOf(short) <= limit ? short : text;
}

function signed(text: string, { time, runUrl }: StateRun, count: number): string {
  return `${text}\n\n<!-- state ${[wordOf(time), wordOf(runUrl), count, hashOf(text)].join(' ')} -->`;
}

function wordOf(text: string | undefined): string {
  return text !== undefined && text.length <= LONGEST_URL && /^[^\s<>]+$/.test(text) ? text : '-';
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** The newest first. A state of the same run is replaced, not kept. */
function statesBefore(previous: string | undefined, { runUrl }: StateRun): readonly string[] {
  const state = readState(previous ?? '');
  if (state === undefined) return [];
  const own = state.runUrl === wordOf(runUrl) ? [] : [lineOf(state)];
  return [...own, ...state.earlier].slice(0, MOST);
}

interface State {
  readonly headline: string;
  readonly time: string;
  readonly runUrl: string;
  readonly earlier: readonly string[];
}

function lineOf({ headline, time, runUrl }: State): string {
  const when = time === '-' ? '' : `${time.slice(0, 16).replace('T', ' ')} UTC: `;
  const run = runUrl === '-' ? '' : ` (${link('run', runUrl)})`;
  const line = `${when}${headline}${run}`;
  return line.length <= LONGEST ? line : `${when}${headline.split(' ', 1)[0] ?? ''} a long headline${run}`;
}

/** Undefined if it is not just as it was written. */
function readState(text: string): State | undefined {
  const all = text.replaceAll('\r\n', '\n');
  const at = all.lastIndexOf('\n\n<!-- state ');
  if (at < 0) return undefined;
  const [last = ''] = all.slice(at + 2).split('\n', 1);
  const body = all.slice(0, at);
  const [, time = '', runUrl = '', count = '', hash] =
    /^<!-- state (\S+) (\S+) (\d{1,2}) ([0-9a-f]{16}) -->$/.exec(last) ?? [];
  if (hash === undefined || hash !== hashOf(body)) return undefined;
  const lines = body.split('\n');
  const headline = lines.slice(0, 3).find((line) => line.startsWith('### '));
  if (headline === undefined) return undefined;
  // The list is followed by an empty line and the end of its fold.
  const end = lines.length - 2;
  const earlier = lines.slice(end - Number(count), end).map((line) => line.replace(/^- /, ''));
  return { headline: headline.slice(4), time, runUrl, earlier: Number(count) === 0 ? [] : earlier };
}
