import { isFailure, type Outcome } from '../../src/base/outcome.ts';
import { nameOf } from './fault.ts';
import { type Evidence, type Flaw, hasSurvived, mustSurvive, sameState } from './judge.ts';

/** One run with a fault, and what is wrong about it. */
export interface Verdict {
  readonly story: string;
  readonly evidence: Evidence;
  /** False where the run did not send the request that was to be spoilt. */
  readonly hasFired: boolean;
  readonly flaws: readonly Flaw[];
}

/** The worst that is wrong about a run. `other`: a lease, a record, a report or words. */
export type Wrong = 'hang' | 'false green' | 'half-changed' | 'false red' | 'other';

/** Counts of one group of runs. */
export interface Row {
  readonly group: string;
  /** Requests that were spoilt. */
  readonly requests: number;
  readonly runs: number;
  readonly right: number;
  readonly wrong: Readonly<Record<Wrong, number>>;
  /** Of single transient faults in requests that are safe to repeat. */
  readonly survived: number;
  readonly transient: number;
  /** Runs that never sent the request. */
  readonly unreached: number;
}

/** One row for each group, and one of all. */
export function rowsOf(
  verdicts: readonly Verdict[],
  groupOf: (verdict: Verdict) => string = ({ story }) => story,
): readonly Row[] {
  const groups = Map.groupBy(verdicts, groupOf);
  return [...[...groups].map(([group, of]) => rowOf(group, of)), rowOf('all', verdicts)];
}

/** What is wrong about a run; undefined where all is right, also where it gave up what a second try gets over. */
export function wrongOf({ evidence, flaws }: Pick<Verdict, 'evidence' | 'flaws'>): Wrong | undefined {
  const serious = flaws.filter(({ kind }) => kind !== 'not survived');
  if (serious.length === 0) return undefined;
  const has = (criterion: Flaw['criterion']) => serious.some((flaw) => flaw.criterion === criterion);
  if (has('a')) return 'hang';
  const { outcome, after, before, clean } = evidence;
  if (has('b') && !isFailure(outcome as Outcome)) return 'false green';
  const isHalf = !sameState(after, before) && !sameState(after, clean.state);
  if (has('c') || (has('b') && isHalf)) return 'half-changed';
  return has('b') ? 'false red' : 'other';
}

function rowOf(group: string, verdicts: readonly Verdict[]): Row {
  const transient = verdicts.filter(({ evidence }) => mustSurvive(evidence.target));
  const wrongs = verdicts.map(wrongOf);
  const counted = (wrong: Wrong | undefined) => wrongs.filter((one) => one === wrong).length;
  return {
    group,
    requests: new Set(verdicts.map(({ story, evidence }) => `${story} ${nameOf(evidence.target)}`)).size,
    runs: verdicts.length,
    right: counted(undefined),
    wrong: {
      hang: counted('hang'),
      'false green': counted('false green'),
      'half-changed': counted('half-changed'),
      'false red': counted('false red'),
      other: counted('other'),
    },
    survived: transient.filter(({ evidence }) => hasSurvived(evidence)).length,
    transient: transient.length,
    unreached: verdicts.filter(({ hasFired }) => !hasFired).length,
  };
}

/** A Markdown table. */
export function tableOf(rows: readonly Row[]): string {
  const lines = rows.map(({ group, requests, runs, right, wrong, survived, transient, unreached }) => {
    const kinds = [wrong['false green'], wrong['false red'], wrong.hang, wrong['half-changed'], wrong.other];
    return `| ${[group, requests, runs, right, ...kinds, `${survived} of ${transient}`, unreached].join(' | ')} |`;
  });
  return [
    '| story | requests | runs | right | false green | false red | hang | half-changed | other | transient survived | not reached |',
    '|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|',
    ...lines,
  ].join('\n');
}
