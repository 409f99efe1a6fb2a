import { createHash } from 'node:crypto';
import { bytesOf } from '../../base/byte-length.ts';
import { cut } from '../../base/untrusted-text.ts';
import type { Report } from '../report.ts';
import { renderReport } from './markdown.ts';
import { table } from './table.ts';

/** One comment for a file of targets: a table of all targets, and a part for each. A run replaces its own parts and keeps the others. */

export interface TargetsOptions {
  readonly limit: number;
  /** The file of targets. */
  readonly path: string;
}

/** The first text of the comment, the same for every run. */
export function targetsMarker(path: string): string {
  return `<!-- mlflow-to-seldon: targets of ${path.replace(/[^\w./-]/g, '').replaceAll('--', '')} `;
}

interface Part {
  readonly target: string;
  /** The first line is the headline, which is also the row of the table. */
  readonly body: string;
}

/** Characters of a row whose part is left out. */
const LONGEST_ROW = 200;

const CUT = '_Left out: the details do not fit._';

/** @param previous the current text of the comment */
export function renderTargets(
  reports: readonly Report[],
  previous: string | undefined,
  { limit, path }: TargetsOptions,
): string {
  const share = Math.floor((limit * 0.9) / reports.length) - 500;
  const written = readParts(previous ?? '', path);
  const fresh = reports.map((report): Part => {
    const { target = '' } = report.context;
    const before = written.find((part) => part.target === target)?.body;
    return { target, body: renderReport(report, { limit: share, previous: before }) };
  });
  const isFresh = ({ target }: Part) => fresh.some((one) => one.target === target);
  const kept = written.filter((part) => !isFresh(part));
  const parts = [...fresh, ...kept].sort((a, b) => a.target.localeCompare(b.target));
  // A text cannot contain its own hash, so no text of a model or a pod can imitate one of our marks.
  const nonce = createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
  const whole = (list: readonly Part[]) => {
    const sections = list.map((part) => renderPart(part, nonce, fresh.length === 1 && isFresh(part)));
    return [`${targetsMarker(path)}${nonce} -->`, rowsOf(list), ...sections].join('\n\n');
  };
  const short = (part: Part): Part => ({ ...part, body: `### ${cut(headlineOf(part), LONGEST_ROW)}\n\n${CUT}` });
  const tries = [
    () => whole(parts),
    () => whole(parts.map((part) => (isFresh(part) ? part : short(part)))),
    () => whole(parts.map(short)),
    // The rows alone, and at last as many of them as there is room for.
    () => [`${targetsMarker(path)}${nonce} -->`, rowsOf(parts.map(short)), CUT].join('\n\n'),
  ];
  for (const write of tries) {
    const text = write();
    if (bytesOf(text) <= limit) return text;
  }
  const most = Math.max(1, Math.floor(limit / (4 * (LONGEST_ROW + 100))));
  return [`${targetsMarker(path)}${nonce} -->`, rowsOf(parts.slice(0, most).map(short)), CUT].join('\n\n');
}

function rowsOf(parts: readonly Part[]): string {
  return table(parts.map((part) => [`**${part.target}**`, headlineOf(part)]));
}

function headlineOf({ body }: Part): string {
  return body.split('\n', 1)[0]?.replace(/^### /, '') ?? '';
}

/** Each mark has its own line. If a run has only one target, that part is unfolded. */
function renderPart({ target, body }: Part, nonce: string, isOpen: boolean): string {
  const fold = `<details${isOpen ? ' open' : ''}><summary><b>${target}</b></summary>`;
  return [`<!-- ${nonce} ${target} -->`, fold, '', body, '', '</details>', `<!-- ${nonce} end -->`].join('\n');
}

/** The text of each target in a comment that `renderTargets` wrote, whatever the file of targets. */
export function bodiesOfTargets(comment: string): readonly string[] {
  const path = /^<!-- mlflow-to-seldon: targets of ([\w./-]*) [0-9a-f]+ -->/.exec(comment.slice(0, 1_000))?.[1];
  return path === undefined ? [] : readParts(comment, path).map(({ body }) => body);
}

/** Reads back what `renderTargets` wrote. A part in any other form is ignored. */
function readParts(text: string, path: string): readonly Part[] {
  const lines = text.split(/\r?\n/);
  const marker = targetsMarker(path);
  const nonce =
    lines[0]?.startsWith(marker) === true ? /^([0-9a-f]+) -->$/.exec(lines[0].slice(marker.length))?.[1] : '';
  if (nonce === undefined || nonce === '') return [];
  const parts: Part[] = [];
  let from = -1;
  lines.forEach((line, at) => {
    if (line === `<!-- ${nonce} end -->` && from >= 0) {
      const target = new RegExp(`^<!-- ${nonce} ([a-z0-9-]+) -->$`).exec(lines[from] ?? '')?.[1];
      if (target !== undefined) parts.push({ target, body: lines.slice(from + 3, at - 2).join('\n') });
      from = -1;
    } else if (line.startsWith(`<!-- ${nonce} `)) from = at;
  });
  return parts;
}
