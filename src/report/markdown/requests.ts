import { codeSpan, inline } from '../../base/untrusted-text.ts';
import type { PredictorLine } from '../../plan/live-state.ts';
import type { Report } from '../report.ts';
import { table } from './table.ts';

/** Who gets the requests of users, before and after, in one table; one sentence where nothing changes. */
export function requestsSection(report: Report): readonly string[] {
  const { before, outcome } = report;
  const after = linesAfter(report);
  if (after.length === 0 && (before.length === 0 || !SHOWS_BEFORE.has(outcome))) return [];
  const now: Column = { head: before.length === 0 ? 'requests' : 'requests (unchanged)', of: (row) => row.after };
  const rows = rowsOf(before, after);
  if (before.length === 0) return [requestsTable(rows, [now])];
  // What was restored does not answer yet.
  if (!isSame(before, after) || outcome === 'undo-failed') {
    const columns: readonly Column[] = [
      { head: 'requests before', of: (row) => row.before },
      { head: AFTER[outcome] ?? 'requests now', of: (row) => row.after },
    ];
    return [requestsTable(rows, columns)];
  }
  const [only] = after;
  if (after.length > 1 || only === undefined) return [requestsTable(rows, [now])];
  return [`**Requests:** unchanged. ${inline(only.model, 200)} answers all of them, as ${codeSpan(only.name)}.`];
}

const AFTER: Readonly<Partial<Record<Report['outcome'], string>>> = {
  planned: 'requests after',
  'under-way': 'requests at the end',
  rendered: 'requests after',
  'undo-failed': 'share now',
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

/** One model, before and after. */
interface Row {
  readonly before: PredictorLine | undefined;
  readonly after: PredictorLine | undefined;
}

/** A model that goes from one predictor to another has one row. */
function rowsOf(before: readonly PredictorLine[], after: readonly PredictorLine[]): readonly Row[] {
  const isSameModel = (one: PredictorLine, other: PredictorLine) =>
    one.model === other.model && one.shadow === other.shadow;
  const isKept = (line: PredictorLine, lines: readonly PredictorLine[]) =>
    lines.some((one) => keyOf(one) === keyOf(line));
  const moved = new Set<PredictorLine>();
  const rows = before.map((line): Row => {
    const same = after.find((one) => keyOf(one) === keyOf(line));
    const other = after.find((one) => isSameModel(one, line) && !isKept(one, before) && !moved.has(one));
    if (same === undefined && other !== undefined) moved.add(other);
    return { before: line, after: same ?? other };
  });
  const fresh = after.filter((line) => !isKept(line, before) && !moved.has(line));
  return [...rows, ...fresh.map((line): Row => ({ before: undefined, after: line }))];
}

function nameOf({ before, after }: Row): string {
  const names = [...new Set([before, after].flatMap((line) => (line === undefined ? [] : [line.name])))];
  return names.map((name) => codeSpan(name)).join(' → ');
}

interface Column {
  readonly head: string;
  readonly of: (row: Row) => PredictorLine | undefined;
}

/** Cells of a bar of 100 %. */
const BAR = 10;

function requestsTable(rows: readonly Row[], columns: readonly Column[]): string {
  const hasHealth = rows.some(({ after }) => after?.health !== undefined);
  const cells = rows.map((row) => [
    nameOf(row),
    inline((row.after ?? row.before)?.model ?? '', 200),
    ...columns.map(({ of }) => share(of(row))),
    String(row.after?.replicas ?? 'none'),
    ...(hasHealth ? [inline(row.after?.health ?? '', 200)] : []),
  ]);
  const head = [
    'predictor',
    'model',
    ...columns.map((column) => column.head),
    'pods',
    ...(hasHealth ? ['health'] : []),
  ];
  return table(cells, `| ${head.join(' | ')} |\n|${'---|'.repeat(head.length)}`);
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
