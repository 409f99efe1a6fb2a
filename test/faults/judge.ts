import { isFailure, type Outcome } from '../../src/base/outcome.ts';
import { isSafe, isTransient, type Peer, type Target } from './fault.ts';

/** What is live of the SeldonDeployment, or what is written in its file. */
export interface LiveState {
  readonly exists: boolean;
  readonly isGoing: boolean;
  /** All its pods are ready, as the sandbox says. */
  readonly isAvailable: boolean;
  readonly predictors: readonly LivePredictor[];
}

export interface LivePredictor {
  readonly name: string;
  readonly traffic: number;
  readonly modelUri: string;
}

/** All that one run said, and what is so. */
export interface Evidence {
  readonly target: Target;
  /** The same run without a fault. */
  readonly clean: { readonly outcome: string; readonly state: LiveState };
  readonly before: LiveState;
  readonly after: LiveState;
  /** Null where the process had to be killed. */
  readonly exitCode: number | null;
  readonly seconds: number;
  readonly limit: number;
  readonly outcome: string;
  /** Titles of the findings, and the warnings. */
  readonly causes: readonly string[];
  readonly warnings: readonly string[];
  /** What the report says is live; empty where it says nothing. */
  readonly told: readonly Pick<LivePredictor, 'name' | 'traffic'>[];
  readonly log: string;
  readonly summary: string;
  /** Our comments on the pull request. */
  readonly comments: readonly string[];
  readonly leases: number;
  /** States of each of GitHub's deployments, in order. */
  readonly records: readonly (readonly string[])[];
  /** Texts that must not appear. */
  readonly secrets: readonly string[];
}

/** `uncertain`: the run said that it does not know, although one more look would have told. */
export type FlawKind = 'lie' | 'uncertain' | 'not survived';

export interface Flaw {
  /** The criterion of the fault suite: a to g. */
  readonly criterion: 'a' | 'b' | 'c' | 'd' | 'e' | 'f' | 'g';
  readonly kind: FlawKind;
  readonly sentence: string;
}

/** Compares what a run said with what is so. @returns nothing where all is right */
export function judge(evidence: Evidence): readonly Flaw[] {
  return [
    ...judgeEnd(evidence),
    ...judgeOutcome(evidence),
    ...judgeTold(evidence),
    ...judgeLeftovers(evidence),
    ...judgeReport(evidence),
    ...judgeWords(evidence),
    ...judgeSurvival(evidence),
  ];
}

/** Whether a single fault that a second try gets over changed nothing about the end. */
export function hasSurvived({ outcome, clean, after }: Evidence): boolean {
  return outcome === clean.outcome && sameState(after, clean.state);
}

/** Whether this fault has to be survived. */
export function mustSurvive({ fault, ...request }: Target): boolean {
  return isTransient(fault) && isSafe(request);
}

/** a: the process ends in time. */
function judgeEnd({ exitCode, seconds, limit }: Evidence): readonly Flaw[] {
  if (exitCode === null) return [lie('a', `the process did not end within ${limit} s`)];
  return seconds > limit ? [lie('a', `the process took ${Math.round(seconds)} s, more than ${limit} s`)] : [];
}

/** b and c: exit code, outcome and what is live agree; nothing is half-changed. */
function judgeOutcome({ exitCode, outcome, clean, before, after }: Evidence): readonly Flaw[] {
  if (exitCode === null) return [];
  if (outcome === '') return [lie('b', 'there is no outcome')];
  const flaws: Flaw[] = [];
  if ((exitCode === 0) === isFailure(outcome as Outcome))
    flaws.push(lie('b', `the outcome is ${outcome}, and the exit code ${exitCode}`));
  if (outcome === 'unknown') {
    const half = sameState(after, before) || sameState(after, clean.state) ? '' : ', and the change is half done';
    return [
      ...flaws,
      { criterion: half === '' ? 'b' : 'c', kind: 'uncertain', sentence: `the outcome is unknown${half}` },
    ];
  }
  const wanted = stateAfter(outcome, { clean: clean.state, before });
  if (wanted === undefined) return [...flaws, lie('b', `the outcome ${outcome} was not to be expected`)];
  if (!sameState(after, wanted))
    flaws.push(lie('b', `the outcome is ${outcome}, but live is ${inWords(after)} in place of ${inWords(wanted)}`));
  return flaws;
}

/** What must be live after an outcome. */
function stateAfter(
  outcome: string,
  { clean, before }: { readonly clean: LiveState; readonly before: LiveState },
): LiveState | undefined {
  switch (outcome) {
    case 'deployed':
    case 'restored':
    case 'unchanged':
    case 'rendered':
      return clean;
    case 'failed':
    case 'refused':
    case 'rolled-back':
      return before;
    case 'withdrawn':
    case 'removed':
      return ABSENT;
    default:
      return undefined;
  }
}

/** Nothing is live. */
export const ABSENT: LiveState = { exists: false, isGoing: false, isAvailable: false, predictors: [] };

/** b: the predictors in the report are those that are live. */
function judgeTold({ told, after, outcome }: Evidence): readonly Flaw[] {
  const live = after.predictors.map(({ name, traffic }) => `${name} ${traffic}`).join(', ');
  const said = told.map(({ name, traffic }) => `${name} ${traffic}`).join(', ');
  if (told.length === 0 || said === live || outcome === 'removed') return [];
  return [lie('b', `the report says that ${said} is live, but ${live === '' ? 'nothing' : live} is`)];
}

const CLOSED: Readonly<Record<string, (outcome: string) => boolean>> = {
  success: (outcome) => !isFailure(outcome as Outcome),
  failure: (outcome) => isFailure(outcome as Outcome) && outcome !== 'unknown',
  error: (outcome) => outcome === 'unknown',
  inactive: (outcome) => outcome === 'removed',
};

/** d: the lease is free, and GitHub's record says how it ended. */
function judgeLeftovers({ leases, log, records, outcome, target }: Evidence): readonly Flaw[] {
  const flaws: Flaw[] = [];
  if (leases > 0 && !/lease .*(could not be|was not) released/.test(log))
    flaws.push(lie('d', 'the lease is still held, and nothing says so'));
  if (target.peer === 'github' && target.fault === 'away') return flaws;
  if (records.length > 1) flaws.push(lie('d', `GitHub has ${records.length} records of one run`));
  for (const states of records) {
    const last = states.at(-1) ?? 'none';
    if (CLOSED[last]?.(outcome) !== true)
      flaws.push(lie('d', `GitHub's record ends as ${last}, the run as ${outcome}`));
  }
  return flaws;
}

/** e: there is a report, and its comment says the same. */
function judgeReport({ summary, comments, log, target, exitCode }: Evidence): readonly Flaw[] {
  if (exitCode === null) return [];
  const headline = headlineOf(summary);
  if (headline === undefined) return [lie('e', 'there is no summary')];
  const isTold = comments.some((one) => headlineOf(one) === headline);
  if (isTold) return [];
  const isWarned = target.peer === 'github' && /^::(warning|error)::.*GitHub/m.test(log);
  return isWarned ? [] : [lie('e', 'no comment says what the summary says, and no warning says why')];
}

function headlineOf(text: string): string | undefined {
  return /^### .+$/m.exec(text)?.[0];
}

/** How each peer is named. */
const NAMES: Readonly<Record<Peer, RegExp>> = {
  kubernetes: /API server|cluster|Kubernetes|SeldonDeployment|kubeconfig|namespace/,
  model: /Service |pod |model|predictor|API server/,
  mlflow: /MLflow/,
  github: /GitHub/,
  ingress: /https?:\/\/|ingress|endpoint/,
};

/** f: no stack trace, no secret, no words of a bug; the peer is named. */
function judgeWords({
  log,
  summary,
  comments,
  causes,
  warnings,
  secrets,
  outcome,
  clean,
  target,
}: Evidence): readonly Flaw[] {
  const flaws: Flaw[] = [];
  const all = [log.replace(/^::add-mask::.*$/gm, ''), summary, ...comments].join('\n');
  if (/\n\s+at .*(:\d+:\d+|<anonymous>)/.test(all)) flaws.push(lie('f', 'there is a stack trace'));
  if (secrets.some((one) => all.includes(one))) flaws.push(lie('f', 'a secret is in the log or the report'));
  const said = [...causes, ...warnings, ...(log.match(/^::(warning|error)::.*$/gm) ?? [])];
  const odd = said.find((one) => ODD_WORDS.test(one));
  if (odd !== undefined) flaws.push(lie('f', `words of a bug: ${odd.slice(0, 160)}`));
  if (outcome !== clean.outcome && causes.length > 0 && !causes.some((one) => NAMES[target.peer].test(one)))
    flaws.push(lie('f', `the peer is not named: ${causes.join(' | ').slice(0, 160)}`));
  return flaws;
}

const ODD_WORDS =
  /Cannot read propert|is not a function|is not iterable|\bundefined\b|\[object |unexpected error|role unknown|Unexpected token|JSON at position|\. in namespace/;

/** g: one transient fault of a request that is safe to repeat is survived. */
function judgeSurvival(evidence: Evidence): readonly Flaw[] {
  if (!mustSurvive(evidence.target) || hasSurvived(evidence)) return [];
  const { outcome, clean, causes } = evidence;
  const sentence = `the outcome is ${outcome} in place of ${clean.outcome}: ${causes.join(' | ').slice(0, 200)}`;
  return [{ criterion: 'g', kind: 'not survived', sentence }];
}

function lie(criterion: Flaw['criterion'], sentence: string): Flaw {
  return { criterion, kind: 'lie', sentence };
}

/** Whether both are the same for the users of the model. */
export function sameState(one: LiveState, other: LiveState): boolean {
  return JSON.stringify(ordered(one)) === JSON.stringify(ordered(other));
}

function ordered({ exists, isGoing, isAvailable, predictors }: LiveState): unknown {
  return [exists, isGoing, isAvailable, predictors.map(({ name, traffic, modelUri }) => [name, traffic, modelUri])];
}

function inWords({ exists, isGoing, isAvailable, predictors }: LiveState): string {
  if (!exists) return 'nothing';
  const list = predictors
    .map(({ name, traffic, modelUri }) => `${name} ${traffic} % ${modelUri.slice(-20)}`)
    .join(', ');
  return `${list}${isAvailable ? '' : ' (not available)'}${isGoing ? ' (being deleted)' : ''}`;
}
