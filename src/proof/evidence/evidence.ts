import {
  advance,
  type CountedByPredictor,
  type CounterReading,
  type CounterSource,
  type CounterState,
  lifetimeOf,
  NOTHING_COUNTED,
  startFrom,
} from './counters.ts';
import { boundAbove, slowBound } from './latency.ts';
import { addToStep, failureQuestion, latencyQuestion, NO_STEP, type Question, type StepCounts } from './questions.ts';

/** What a rollout has seen of its requests so far. */
export interface Evidence {
  readonly main: string;
  readonly canary: string;
  /** Undefined until the source was read for the first time. */
  readonly counters: CounterState | undefined;
  readonly steps: readonly StepCounts[];
  /** Seconds beyond which a request is slow, and the first step that is compared by it. */
  readonly slow: { readonly bound: number; readonly since: number } | undefined;
  /** Seconds that all steps lasted so far. */
  readonly elapsed: number;
}

/** No predictor: main is what was counted before, and nothing is added to it. */
const NOBODY = '';

export interface EvidenceRules {
  /** By how much canary's share of failures may exceed main's. */
  readonly errorMargin: number;
  /** How many times main's 95th percentile canary may take. */
  readonly latencyRatio: number;
  /** Seconds that a request may take; undefined: derived from main. */
  readonly latencyLimit: number | undefined;
}

export function noEvidence(main: string, canary: string): Evidence {
  return { main, canary, counters: undefined, steps: [], slow: undefined, elapsed: 0 };
}

/**
 * Begins a step: what was counted until now (our own questions, requests before the new share) belongs to no step.
 * The bound of slow requests is chosen once, and from requests that are not compared by it: from main's before canary
 * had a share, else from main's in earlier steps.
 */
export function beginStep(
  evidence: Evidence,
  reading: CounterReading | undefined,
  { rules, asksMain }: { readonly rules: EvidenceRules; readonly asksMain: boolean },
): Evidence {
  if (reading === undefined)
    return { ...evidence, counters: undefined, steps: [...evidence.steps, { ...NO_STEP, asksMain }] };
  const lifetime = lifetimeOf(reading);
  // Where canary has all requests from the first step on, it is compared with all that main did before.
  const history = { ...NO_STEP, main: lifetime.get(evidence.main) ?? NOTHING_COUNTED };
  const before = evidence.steps.length === 0 && !asksMain ? [history] : evidence.steps;
  const steps = [...before, { ...NO_STEP, asksMain }];
  const bound = evidence.slow?.bound ?? boundOf(lifetime, evidence.main, rules);
  return {
    ...evidence,
    steps,
    counters: startFrom(reading),
    slow: evidence.slow ?? (bound === undefined ? undefined : { bound, since: asksMain ? steps.length - 1 : 0 }),
  };
}

function boundOf(lifetime: CountedByPredictor, main: string, rules: EvidenceRules): number | undefined {
  const { requests, buckets } = lifetime.get(main) ?? NOTHING_COUNTED;
  if (rules.latencyLimit !== undefined) return boundAbove(rules.latencyLimit, buckets);
  return slowBound(requests, buckets, rules.latencyRatio);
}

/**
 * What a model must not be worse than that takes over all requests: all that the old one did before.
 * @param reading before anything was changed
 * @param names of the old and the new predictor, which may be the same
 */
export function beginBake(
  reading: CounterReading,
  { old, candidate, rules }: { readonly old: string; readonly candidate: string; readonly rules: EvidenceRules },
): Evidence {
  const lifetime = lifetimeOf(reading);
  const bound = boundOf(lifetime, old, rules);
  return {
    ...noEvidence(NOBODY, candidate),
    steps: [{ ...NO_STEP, main: lifetime.get(old) ?? NOTHING_COUNTED }],
    slow: bound === undefined ? undefined : { bound, since: 0 },
  };
}

/** Adds to the current step what was counted since the reading before. @param seconds since that one */
export function addReading(
  evidence: Evidence,
  reading: CounterReading,
  { source, seconds }: { readonly source: Pick<CounterSource, 'seesNewInstances'>; readonly seconds: number },
): Evidence {
  const elapsed = evidence.elapsed + seconds;
  if (evidence.counters === undefined) return { ...evidence, counters: startFrom(reading), elapsed };
  const { state, grown } = advance(evidence.counters, reading, source);
  const of = (predictor: string) => grown.get(predictor) ?? NOTHING_COUNTED;
  const last = addToStep(evidence.steps.at(-1) ?? NO_STEP, of(evidence.main), of(evidence.canary));
  return { ...evidence, counters: state, elapsed, steps: [...evidence.steps.slice(0, -1), last] };
}

/** What is asked of these requests. */
export function questionsOf({ steps, slow }: Evidence, { errorMargin }: EvidenceRules): readonly Question[] {
  const failures = failureQuestion(steps, errorMargin);
  return slow === undefined ? [failures] : [failures, latencyQuestion(steps.slice(slow.since), slow.bound)];
}
