import { codeSpan, inline } from '../../base/untrusted-text.ts';
import type { PredictorLine } from '../../plan/live-state.ts';
import type { Report } from '../report.ts';
import { table } from './table.ts';

/** Who gets the requests of users, before and after, in one table; one sentence where nothing changes. */
export function requestsSection(report: Report): readonly string[] {
  const { before, outcome } = report;
  const after = linesAfter(report);
  if (after.length === 0 && (before.length === 0 || !SHOWS_BEFORE.has(outcome))) return [];
  if (before.length === 0) return [requestsTable(after, [{ head: 'requests', lines: after }])];
  if (!isSame(before, after)) {
    const columns = [
      { head: 'requests before', lines: before },
      { head: AFTER[outcome] ?? 'requests now', lines: after },
    ];
    return [requestsTable([...before, ...after], columns)];
  }
  const [only] = after;
  if (after.length > 1 || only === undefined)
    return [requestsTable(after, [{ head: 'requests (unchanged)', lines: after }])];
  return [`**Requests:** unchanged. ${inline(only.model, 200)} answers all of them, as \`${only.name}\`.`];
}

const AFTER: Readonly<Partial<Record<Report['outcome'], string>>> = {
  planned: 'requests after',
  'under-way': 'requests at the end',
  rendered: 'requests after',
};

/** A report that is not about the live state knows what was live, and nothing more. */
const SHOWS_BEFORE: ReadonlySet<Report['outcome']> = new Set(['planned', 'under-way']);

function linesAfter({ outcome, planned, predictors }: Report): readonly PredictorLine[] {
  return outcome === 'planned' || outcome === 'under-way' ? planned : predictors;
}

function keyOf({ name, model, shadow }: PredictorLine): string {
  return JSON.stringify([name, model, shadow]);
}

function isSame(before: readonly PredictorLine[], after: readonly PredictorLine[]): boolean {
  const shares = (lines: readonly PredictorLine[]) => lines.map((line) => `${keyOf(line)} ${line.traffic}`).join();
  return shares(before) === shares(after) && after.every(({ health }) => health === undefined);
}

interface Column {
  readonly head: string;
  readonly lines: readonly PredictorLine[];
}

/** Cells of a bar of 100 %. */
const BAR = 10;

/** @param lines one row for each; of the same predictor with the same model the last one counts */
function requestsTable(lines: readonly PredictorLine[], columns: readonly Column[]): string {
  const hasHealth = lines.some((line) => line.health !== undefined);
  const byKey = new Map(lines.map((line) => [keyOf(line), line]));
  const rows = [...byKey].map(([key, { name, model, replicas, health }]) => [
    codeSpan(name),
    inline(model, 200),
    ...columns.map((column) => share(column.lines.find((line) => keyOf(line) === key))),
    columns.at(-1)?.lines.some((line) => keyOf(line) === key) === true ? String(replicas) : 'none',
    ...(hasHealth ? [inline(health ?? '', 200)] : []),
  ]);
  const head = ['predictor', 'model', ...columns.map(({ head }) => head), 'pods', ...(hasHealth ? ['health'] : [])];
  return table(rows, `| ${head.join(' | ')} |\n|${'---|'.repeat(head.length)}`);
}

function share(line: PredictorLine | undefined): string {
  if (line === undefined) return 'none';
  return `${codeSpan(bar(line.traffic))} ${line.traffic} %${line.shadow ? ' (copies)' : ''}`;
}

/** Only 0 % is empty, and only 100 % is full. */
function bar(percent: number): string {
  const cells = Math.round((Math.min(100, Math.max(0, percent)) / 100) * BAR);
  const filled = percent > 0 && percent < 100 ? Math.min(BAR - 1, Math.max(1, cells)) : cells;
  return `${'█'.repeat(filled)}${'░'.repeat(BAR - filled)}`;
}
