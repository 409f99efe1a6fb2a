import type { Protocol } from '../seldon/protocol.ts';
import { healthPath } from '../seldon/protocol.ts';

/**
 * How long one pod may take. The server builds the model's conda environment when the pod starts, which takes
 * minutes; Seldon's own liveness probe would kill it after 75 s, again and again (seldon-core#1922, #4285).
 */
const INITIAL_DELAY = 60;
const FAILURES = 100;
const PERIOD = 5;

/** Seconds from a container's start until Kubernetes gives it up. */
const PROBE_BUDGET = INITIAL_DELAY + FAILURES * PERIOD;

/** Seconds before the container starts or after it answers: image, model download, the orchestrator's own 20 s. */
const AROUND_PROBES = 120;

/** Seldon rolls with maxSurge 25 % and no unavailable pod: so many replicas start at a time. */
const SURGE = 0.25;

export interface Budget {
  /** Seconds without progress after which Kubernetes gives a Deployment up. */
  readonly progressDeadline: number;
  /** Seconds the whole rollout may take. */
  readonly timeout: number;
}

/** `timeout` is the user's, in seconds; without it the probes' budget counts once for each batch of replicas. */
export function budgetOf(timeout: number | undefined, replicas: number): Budget {
  if (timeout !== undefined) return { progressDeadline: timeout, timeout };
  const batches = Math.max(1, Math.ceil(replicas / Math.max(1, Math.ceil(replicas * SURGE))));
  const perPod = PROBE_BUDGET + AROUND_PROBES;
  return { progressDeadline: perPod, timeout: perPod * batches };
}

/** The container's probes: the guide's, or the same budget in a startup probe that lets a fast model in at once. */
export function probes(protocol: Protocol, node: string, startupProbe: boolean): Record<string, unknown> {
  // With protocol v2 the operator replaces the handlers of liveness and readiness by these, but not a startup probe's.
  const live = protocol === 'v2' ? '/v2/health/live' : healthPath(protocol, node);
  const ready = protocol === 'v2' ? '/v2/health/ready' : healthPath(protocol, node);
  if (!startupProbe) {
    const patient = { initialDelaySeconds: INITIAL_DELAY, failureThreshold: FAILURES, periodSeconds: PERIOD };
    return { livenessProbe: probe(live, patient), readinessProbe: probe(ready, patient) };
  }
  return {
    startupProbe: probe(healthPath(protocol, node), { failureThreshold: PROBE_BUDGET, periodSeconds: 1 }),
    livenessProbe: probe(live, { failureThreshold: FAILURES, periodSeconds: PERIOD }),
    readinessProbe: probe(ready, { failureThreshold: FAILURES, periodSeconds: PERIOD }),
  };
}

function probe(path: string, timing: Record<string, number>): Record<string, unknown> {
  return { httpGet: { path, port: 'http', scheme: 'HTTP' }, ...timing, successThreshold: 1 };
}
