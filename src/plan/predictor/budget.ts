import type { Protocol } from '../../seldon/protocol.ts';
import { healthPath } from '../../seldon/protocol.ts';

/**
 * Time limits for one pod. The server builds the model's conda environment when the pod starts, which takes
 * minutes. Seldon's default liveness probe would restart it every 75 s (seldon-core#1922, #4285).
 */
const INITIAL_DELAY = 60;
const FAILURES = 100;
const PERIOD = 5;

/** Seconds from a container's start until its probes have failed. */
const PROBE_BUDGET = INITIAL_DELAY + FAILURES * PERIOD;

/** Seconds before the container starts and after it answers: image, model download, 20 s for the orchestrator. */
const AROUND_PROBES = 120;

/** Seldon uses maxSurge 25 % and maxUnavailable 0: this fraction of the replicas starts at a time. */
const SURGE = 0.25;

export interface Budget {
  /** Seconds without progress after which Kubernetes marks a Deployment as failed. */
  readonly progressDeadline: number;
  /** Timeout of the whole rollout, in seconds. */
  readonly timeout: number;
}

/** `timeout` is the user's, in seconds. Without it, the budget of the probes counts once for each batch of replicas. */
export function budgetOf(timeout: number | undefined, replicas: number): Budget {
  if (timeout !== undefined) return { progressDeadline: timeout, timeout };
  const batches = Math.max(1, Math.ceil(replicas / Math.max(1, Math.ceil(replicas * SURGE))));
  const perPod = PROBE_BUDGET + AROUND_PROBES;
  return { progressDeadline: perPod, timeout: perPod * batches };
}

/** The container's probes: as in Seldon's guide, or a startup probe with the same budget, so a fast model is ready sooner. */
export function probes(
  protocol: Protocol,
  node: string,
  { startupProbe, progressDeadline }: { readonly startupProbe: boolean; readonly progressDeadline: number },
): Record<string, unknown> {
  // A longer timeout is of no use to a slow model that its liveness probe ends before.
  const start = Math.max(PROBE_BUDGET, progressDeadline - AROUND_PROBES);
  // With protocol v2 the operator replaces the handlers of liveness and readiness by these, but not a startup probe's.
  const live = protocol === 'v2' ? '/v2/health/live' : healthPath(protocol, node);
  const ready = protocol === 'v2' ? '/v2/health/ready' : healthPath(protocol, node);
  if (!startupProbe) {
    const patient = { initialDelaySeconds: INITIAL_DELAY, failureThreshold: FAILURES, periodSeconds: PERIOD };
    // Only the delay grows: a server that hangs later is restarted as soon as before.
    const liveness = { ...patient, initialDelaySeconds: INITIAL_DELAY + start - PROBE_BUDGET };
    return { livenessProbe: probe(live, liveness), readinessProbe: probe(ready, patient) };
  }
  return {
    startupProbe: probe(healthPath(protocol, node), { failureThreshold: start, periodSeconds: 1 }),
    livenessProbe: probe(live, { failureThreshold: FAILURES, periodSeconds: PERIOD }),
    readinessProbe: probe(ready, { failureThreshold: FAILURES, periodSeconds: PERIOD }),
  };
}

function probe(path: string, timing: Record<string, number>): Record<string, unknown> {
  return { httpGet: { path, port: 'http', scheme: 'HTTP' }, ...timing, successThreshold: 1 };
}
