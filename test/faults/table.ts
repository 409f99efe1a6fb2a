import { type Evidence, type Flaw, hasSurvived, mustSurvive } from './judge.ts';

/** One run with a fault, and what is wrong about it. */
export interface Verdict {
  readonly story: string;
  readonly evidence: Evidence;
  /** False where the run did not send the request that was to be spoilt. */
  readonly hasFired: boolean;
  readonly flaws: readonly Flaw[];
}

/** Counts of one story and peer. */
export interface Row {
  readonly story: string;
  readonly peer: string;
  readonly runs: number;
  readonly right: number;
  readonly uncertain: number;
  readonly lies: number;
  /** Of single transient faults in requests that are safe to repeat. */
  readonly survived: number;
  readonly transient: number;
  /** Runs that never sent the request. */
  readonly unreached: number;
}

export function rowsOf(verdicts: readonly Verdict[]): readonly Row[] {
  const groups = Map.groupBy(verdicts, ({ story, evidence }) => `${story} ${evidence.target.peer}`);
  return [...groups.values()].map(rowOf);
}

function rowOf(verdicts: readonly Verdict[]): Row {
  const [first] = verdicts;
  const transient = verdicts.filter(({ evidence }) => mustSurvive(evidence.target));
  const counted = (is: (verdict: Verdict) => boolean) => verdicts.filter(is).length;
  const lies = counted(({ flaws }) => flaws.some(({ kind }) => kind === 'lie'));
  const right = counted(({ flaws }) => flaws.every(({ kind }) => kind === 'not survived'));
  return {
    story: first?.story ?? '',
    peer: first?.evidence.target.peer ?? '',
    runs: verdicts.length,
    right,
    uncertain: verdicts.length - right - lies,
    lies,
    survived: transient.filter(({ evidence }) => hasSurvived(evidence)).length,
    transient: transient.length,
    unreached: counted(({ hasFired }) => !hasFired),
  };
}

/** A Markdown table, with a row of sums at its end. */
export function tableOf(rows: readonly Row[]): string {
  const sum = (key: 'runs' | 'right' | 'uncertain' | 'lies' | 'survived' | 'transient' | 'unreached') =>
    rows.reduce((all, row) => all + row[key], 0);
  const all: Row = {
    story: 'all',
    peer: '',
    runs: sum('runs'),
    right: sum('right'),
    uncertain: sum('uncertain'),
    lies: sum('lies'),
    survived: sum('survived'),
    transient: sum('transient'),
    unreached: sum('unreached'),
  };
  const lines = [...rows, all].map(
    (row) =>
      `| ${row.story} | ${row.peer} | ${row.runs} | ${row.right} | ${row.uncertain} | ${row.lies} | ${row.survived} of ${row.transient} | ${row.unreached} |`,
  );
  return [
    '| story | peer | runs | right | unknown, though tellable | lies | transient survived | not reached |',
    '|---|---|--:|--:|--:|--:|--:|--:|',
    ...lines,
  ].join('\n');
}
