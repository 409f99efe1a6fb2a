import type { ContainerRun } from './container-run.ts';
import { timestamp } from './objects.ts';
import type { ContainerStatus, PodCondition, PodStatus } from './pods.ts';

export interface PodSituation {
  readonly podIP: string;
  /** The pod's network exists. */
  readonly hasSandbox: boolean;
  readonly isInitialized: boolean;
  readonly inits: readonly ContainerRun[];
  readonly mains: readonly ContainerRun[];
  /** All containers have ended and will not be restarted. */
  readonly isOver: boolean;
  readonly startTime: string;
}

/** `status` as a kubelet writes it from the containers' states; conditions keep the time of their last change. */
export function podStatus(before: PodStatus, situation: PodSituation): PodStatus {
  const { podIP, hasSandbox, inits, mains, startTime } = situation;
  const initContainerStatuses = inits.map(({ status }) => status);
  const containerStatuses = mains.map(({ status }) => status);
  const phase = phaseOf(situation, containerStatuses);
  const conditions = conditionsOf(situation, { phase, initContainerStatuses, containerStatuses });
  const scheduled = before.conditions?.filter(({ type }) => type === 'PodScheduled') ?? [];
  const dated = conditions.map((condition) => {
    const known = before.conditions?.find(({ type }) => type === condition.type);
    const lastTransitionTime = known?.status === condition.status ? known.lastTransitionTime : timestamp();
    return { lastProbeTime: null, lastTransitionTime, ...condition };
  });
  return {
    ...before,
    phase,
    conditions: [...dated, ...scheduled],
    ...{ hostIP: '10.244.0.1', startTime },
    ...(hasSandbox && { podIP, podIPs: [{ ip: podIP }] }),
    ...(inits.length > 0 && { initContainerStatuses }),
    containerStatuses,
  };
}

function phaseOf({ isInitialized, isOver }: PodSituation, statuses: readonly ContainerStatus[]): string {
  const codes = statuses.map(({ state }) => state.terminated?.exitCode ?? 0);
  if (isOver) return codes.every((code) => code === 0) ? 'Succeeded' : 'Failed';
  const neverRan = ({ state, lastState }: ContainerStatus) => state.waiting && lastState.terminated === undefined;
  return !isInitialized || statuses.some(neverRan) ? 'Pending' : 'Running';
}

type Condition = Omit<PodCondition, 'lastTransitionTime' | 'lastProbeTime'>;

function conditionsOf(
  { hasSandbox, isInitialized, isOver }: PodSituation,
  { phase = '', initContainerStatuses = [], containerStatuses = [] }: PodStatus,
): Condition[] {
  const incomplete = initContainerStatuses.filter(({ ready }) => !ready).map(({ name }) => name);
  const unready = containerStatuses.filter(({ ready }) => !ready).map(({ name }) => name);
  const ready: Omit<Condition, 'type'> =
    unready.length === 0
      ? { status: 'True' }
      : {
          status: 'False',
          ...(isOver
            ? { reason: phase === 'Failed' ? 'PodFailed' : 'PodCompleted' }
            : { reason: 'ContainersNotReady', message: `containers with unready status: [${unready.join(' ')}]` }),
        };
  const initialized: Omit<Condition, 'type'> = isInitialized
    ? { status: 'True' }
    : {
        status: 'False',
        reason: 'ContainersNotInitialized',
        message: `containers with incomplete status: [${incomplete.join(' ')}]`,
      };
  return [
    { type: 'PodReadyToStartContainers', status: hasSandbox && !isOver ? 'True' : 'False' },
    { type: 'Initialized', ...initialized },
    { type: 'Ready', ...ready },
    { type: 'ContainersReady', ...ready },
  ];
}
