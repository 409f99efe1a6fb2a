import type { Pair } from '../../src/proof/evidence/difference.ts';
import { randomOf } from './random.ts';
import type { GateRule } from './rules.ts';

/** One kind of rollout: three steps, in each of which main has four times the requests of canary. */
export interface Scenario {
  /** Shares of requests that fail. */
  readonly main: number;
  readonly canary: number;
  /** Requests of canary in a step. */
  readonly perStep: number;
}

/** How the rollouts of one scenario ended. */
export interface Ends {
  readonly rollouts: number;
  readonly promoted: number;
  readonly returned: number;
  /** Requests of canary until its rollout ended, by rollout, rising. */
  readonly requests: readonly number[];
}

const STEPS = 3;
/** Main's requests for each of canary's. */
const RATIO = 4;
/** Requests of canary between two looks. */
const BATCH = 20;
/** Requests of canary for which a step may be held. */
const LIMIT = 10_000;

/** Plays `rollouts` seeded rollouts through a rule. */
export function simulate(rule: GateRule, scenario: Scenario, options: { rollouts: number; seed: number }): Ends {
  const requests: number[] = [];
  let promoted = 0;
  for (let number = 0; number < options.rollouts; number++) {
    const end = playRollout(rule, scenario, randomOf(options.seed * 1_000_003 + number));
    if (end.isPromoted) promoted++;
    requests.push(end.requests);
  }
  requests.sort((a, b) => a - b);
  return { rollouts: options.rollouts, promoted, returned: options.rollouts - promoted, requests };
}

/** @param share 0.5 for the median */
export function percentile({ requests }: Ends, share: number): number {
  return requests[Math.min(requests.length - 1, Math.floor(requests.length * share))] ?? Number.NaN;
}

function playRollout(rule: GateRule, { main, canary, perStep }: Scenario, random: () => number) {
  const decide = rule.start();
  const steps: Pair[] = [];
  let requests = 0;
  for (let step = 0; step < STEPS; step++) {
    let pair: Pair = { main: { trials: 0, failures: 0 }, canary: { trials: 0, failures: 0 } };
    for (;;) {
      // A step ends on time; one that is held goes on in full batches.
      const left = perStep - pair.canary.trials;
      const batch = left > 0 ? Math.min(BATCH, left) : BATCH;
      pair = {
        main: more(pair.main, batch * RATIO, main, random),
        canary: more(pair.canary, batch, canary, random),
      };
      requests += batch;
      const { trials } = pair.canary;
      const isStepOver = trials >= perStep;
      steps[step] = pair;
      const move = decide({ steps: [...steps], perStep, isStepOver, isLimitOver: trials >= LIMIT });
      if (move === 'return') return { isPromoted: false, requests };
      if (move === 'advance') break;
    }
  }
  return { isPromoted: true, requests };
}

function more(tally: Pair['main'], trials: number, share: number, random: () => number): Pair['main'] {
  let { failures } = tally;
  for (let trial = 0; trial < trials; trial++) if (random() < share) failures++;
  return { trials: tally.trials + trials, failures };
}
