import { inline, prose } from '../../base/untrusted-text.ts';
import type { CheckLine, Report } from '../report.ts';
import { table } from './table.ts';

const MARKS: Readonly<Record<CheckLine['state'], string>> = {
  ok: '✅',
  missing: '❌ missing',
  warning: '⚠️',
  unknown: '❔ not visible',
};

/** What mode `check` looked at, one row each. */
export function checkSections({ checks }: Pick<Report, 'checks'>): readonly string[] {
  const rows = checks.map(({ what, state, found }) => [inline(what, 40), MARKS[state], prose(firstLine(found), 600)]);
  return rows.length === 0 ? [] : [table(rows, '| part | | found |\n|---|---|---|')];
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}
