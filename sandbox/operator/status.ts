import { isDeepStrictEqual } from 'node:util';
import type { Deployment } from './kinds.ts';
import type { Condition, Replicas, SeldonStatus, ServiceStatus } from './seldon-deployment.ts';

type Verdict = Pick<Condition, 'status' | 'reason' | 'message'>;

/** In the order in which they explain why the object is not ready. */
const DEPENDENTS = [
  'DeploymentsReady',
  'AmbassadorMappingsReady',
  'istioVirtualServicesReady',
  'ServicesReady',
  'HpasReady',
  'KedaReady',
  'PdbsReady',
] as const;

type Dependent = (typeof DEPENDENTS)[number];

/**
 * The status of one reconcile pass, based on the object's current one. What a pass does not touch stays, also where it
 * is outdated: nothing here tells from which generation it was computed.
 */
export class StatusDraft {
  #status: SeldonStatus;

  constructor(status: SeldonStatus | undefined) {
    this.#status = status ?? {};
  }

  get deployments(): readonly string[] {
    return Object.keys(this.#status.deploymentStatus ?? {});
  }

  get services(): readonly string[] {
    return Object.keys(this.#status.serviceStatus ?? {});
  }

  mark(type: Dependent, isTrue: boolean, reason: string): void {
    this.#set(type, { status: isTrue ? 'True' : 'False', reason });
  }

  /** Repeats a Deployment's condition, if it has one. */
  markDeployments(condition: NonNullable<NonNullable<Deployment['status']>['conditions']>[number] | undefined): void {
    if (condition === undefined) return;
    const { status, reason, message } = condition;
    this.#set('DeploymentsReady', { status, ...(reason && { reason }), ...(message && { message }) });
  }

  noteAddress(url: string): void {
    this.#status = { ...this.#status, address: { url } };
  }

  noteService(service: ServiceStatus): void {
    if (this.services.includes(service.svcName)) return;
    const { serviceStatus } = this.#status;
    this.#status = { ...this.#status, serviceStatus: { ...serviceStatus, [service.svcName]: service } };
  }

  noteDeployment({ metadata, status = {} }: Deployment, isDefault: boolean): void {
    const { replicas = 0, availableReplicas = 0 } = status;
    const before = this.#status.deploymentStatus?.[metadata.name];
    if ((before?.replicas ?? 0) === replicas && (before?.availableReplicas ?? 0) === availableReplicas) return;
    const counted: Replicas = {
      ...(replicas > 0 && { replicas }),
      ...(availableReplicas > 0 && { availableReplicas }),
    };
    const deploymentStatus = { ...this.#status.deploymentStatus, [metadata.name]: counted };
    this.#status = { ...this.#status, deploymentStatus, ...(isDefault && { replicas }) };
    if (this.#status.replicas === 0) this.#status = withoutReplicas(this.#status);
  }

  forgetDeployment(name: string): void {
    const { [name]: _, ...deploymentStatus } = this.#status.deploymentStatus ?? {};
    this.#status = { ...this.#status, deploymentStatus };
  }

  forgetService(name: string): void {
    const { [name]: _, ...serviceStatus } = this.#status.serviceStatus ?? {};
    this.#status = { ...this.#status, serviceStatus };
  }

  /** The status to write. */
  end(state: NonNullable<SeldonStatus['state']>, description?: string): SeldonStatus {
    const { description: _, ...rest } = this.#status;
    return { ...rest, state, ...(description !== undefined && { description }) };
  }

  #set(type: Dependent, verdict: Verdict): void {
    const marked = withCondition(this.#status.conditions ?? [], type, verdict);
    this.#status = { ...this.#status, conditions: withCondition(marked, 'Ready', overall(marked)) };
  }
}

/** Whether they differ only in the times of their conditions. Such a status is not written again. */
export function isSameStatus(a: SeldonStatus | undefined, b: SeldonStatus): boolean {
  const timeless = ({ conditions = [], ...rest }: SeldonStatus) => ({
    ...rest,
    conditions: conditions.map(({ lastTransitionTime: _, ...condition }) => condition),
  });
  return isDeepStrictEqual(timeless(a ?? {}), timeless(b));
}

/** Go omits zeros. */
function withoutReplicas({ replicas: _, ...status }: SeldonStatus): SeldonStatus {
  return status;
}

function overall(conditions: readonly Condition[]): Verdict {
  const present = DEPENDENTS.map((type) => conditions.find((condition) => condition.type === type));
  const unhappy = present.find((condition) => condition?.status === 'False');
  if (unhappy !== undefined) {
    const { reason, message } = unhappy;
    return { status: 'False', ...(reason && { reason }), ...(message && { message }) };
  }
  return { status: present.every((condition) => condition?.status === 'True') ? 'True' : 'Unknown' };
}

function withCondition(conditions: readonly Condition[], type: string, verdict: Verdict): readonly Condition[] {
  const { lastTransitionTime, ...before } = conditions.find((condition) => condition.type === type) ?? {};
  if (isDeepStrictEqual(before, { type, ...verdict })) return conditions;
  const at = `${new Date().toISOString().slice(0, 19)}Z`;
  const others = conditions.filter((condition) => condition.type !== type);
  const all = [...others, { type, ...verdict, lastTransitionTime: at }];
  return all.sort((a, b) => (a.type < b.type ? -1 : 1));
}
