import type { Finding } from '../../base/finding.ts';
import { describeGate, type GateRecord } from './gate-record.ts';

/** What of a rollout decides which cure is named. */
export interface GateSurroundings {
  readonly hasOrchestrator: boolean;
  readonly usesPrometheus: boolean;
}

/** Why the requests of a step end the rollout; undefined where they do not. */
export function objectionTo(record: GateRecord, at: GateSurroundings): readonly Finding[] | undefined {
  const title = describeGate(record);
  switch (record.decision) {
    case 'advance':
      return undefined;
    case 'worse': {
      const cure =
        'read the figures and correct the model; `gate-error-margin`, `gate-latency-ratio` and `gate-latency` set what is allowed';
      return [{ reason: 'gate-failed', title: `the new model is worse: ${title}`, cure, quotes: [] }];
    }
    case 'undecided': {
      const cure =
        'give the canary more requests (a larger share in `steps`, or more time with `gate-limit`), or accept a larger `gate-error-margin`; `gate: auto` goes on as soon as the figures do not speak against the canary';
      return [{ reason: 'gate-undecided', title: `not shown to be good in time: ${title}`, cure, quotes: [] }];
    }
    case 'no-data':
      return [{ reason: 'gate-no-data', title, cure: `${howToCount(at)}, or ${ACCEPT_SILENCE}`, quotes: [] }];
  }
}

const ACCEPT_SILENCE = 'set `gate-no-data: pass` to accept a step without requests';

function howToCount({ hasOrchestrator, usesPrometheus }: GateSurroundings): string {
  if (!hasOrchestrator) return 'remove `orchestrator: false`';
  const send = 'send requests to main and canary while the step lasts';
  return usesPrometheus ? `${send}, and check that Prometheus reads the executors` : send;
}
