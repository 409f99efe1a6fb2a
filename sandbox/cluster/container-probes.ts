import type { ContainerSpec } from './pods.ts';
import { type ProbeTarget, probe } from './probes.ts';

export interface ProbedContainer {
  readonly spec: ContainerSpec;
  readonly target: ProbeTarget;
  /** Milliseconds of one second. */
  readonly second: number;
  /** Aborted when the container has ended. */
  readonly signal: AbortSignal;
  readonly onFailure: (message: string) => void;
  /** The container must be restarted, with the reason. */
  readonly onKill: (message: string) => void;
  readonly onHealth: (health: { readonly started: boolean; readonly ready: boolean }) => void;
}

/** Starts a running container's probes; without probes it is started and ready at once. */
export function startProbes({ spec, onFailure, onKill, onHealth, ...loop }: ProbedContainer): void {
  const { name, startupProbe, readinessProbe, livenessProbe } = spec;
  const started = Promise.withResolvers<void>();
  const failing = (kind: string) => (message: string) => onFailure(`${kind} probe failed: ${message}`);
  const kill = (kind: string) => {
    onKill(`Container ${name} failed ${kind} probe, will be restarted`);
    return false;
  };
  const start = () => {
    onHealth({ started: true, ready: readinessProbe === undefined });
    started.resolve();
    return false;
  };
  if (startupProbe === undefined) start();
  else {
    const onResult = (success: boolean) => (success ? start() : kill('startup'));
    const begin = Promise.resolve();
    void probe({ ...loop, spec: startupProbe, begin, onFailure: failing('Startup'), onResult });
  }
  const begin = started.promise;
  if (readinessProbe !== undefined) {
    const onResult = (ready: boolean) => {
      onHealth({ started: true, ready });
      return true;
    };
    void probe({ ...loop, spec: readinessProbe, begin, onFailure: failing('Readiness'), onResult });
  }
  if (livenessProbe !== undefined) {
    const onResult = (success: boolean) => success || kill('liveness');
    void probe({ ...loop, spec: livenessProbe, begin, onFailure: failing('Liveness'), onResult });
  }
}
