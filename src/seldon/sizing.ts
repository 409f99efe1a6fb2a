import { deploymentsOf } from './created-objects.ts';
import { replicasOf, withReplicas } from './replicas.ts';
import type { ComponentSpec, Predictor, SeldonDeployment } from './seldon-deployment.ts';

/** How many pods a predictor has now, and a copy of it with another number. */

type Sized = Pick<SeldonDeployment, 'metadata' | 'spec' | 'status'>;

/** The numbers of an autoscaler: `hpaSpec` and `kedaSpec` name them differently. */
const AUTOSCALERS = [
  { field: 'hpaSpec', least: 'minReplicas', most: 'maxReplicas' },
  { field: 'kedaSpec', least: 'minReplicaCount', most: 'maxReplicaCount' },
] as const;

export interface Autoscaling {
  readonly least: number;
  readonly most: number | undefined;
}

/** The limits of the autoscaler of a predictor's first Deployment; undefined where none decides. */
export function autoscalingOf({ componentSpecs }: Predictor): Autoscaling | undefined {
  const [first] = componentSpecs ?? [];
  for (const { field, least, most } of AUTOSCALERS) {
    const numbers = first?.[field] as Readonly<Record<string, unknown>> | undefined;
    if (numbers !== undefined) return { least: numberIn(numbers, least) ?? 1, most: numberIn(numbers, most) };
  }
  return undefined;
}

/**
 * Pods of a predictor's first Deployment: what runs by the operator's status, or what the spec asks for if that is more.
 * With an autoscaler the numbers of the spec do not count.
 */
export function podsOf(object: Sized, predictor: Predictor): number {
  const running = runningOf(object, predictor);
  const autoscaling = autoscalingOf(predictor);
  if (autoscaling !== undefined) return Math.max(1, running ?? autoscaling.least);
  return Math.max(replicasOf(object.spec, predictor), running ?? 0);
}

function runningOf(object: Sized, predictor: Predictor): number | undefined {
  const name = deploymentsOf(object, predictor).find(({ part }) => part === 'model')?.name ?? '';
  const known = object.status?.deploymentStatus?.[name] as Readonly<Record<string, unknown>> | undefined;
  const isFirst = predictor === object.spec.predictors[0];
  return numberIn(known ?? {}, 'replicas') ?? (isFirst ? object.status?.replicas : undefined);
}

export interface Size {
  /** Of the first Deployment. */
  readonly pods: number;
  /** What all other numbers are multiplied with. */
  readonly ratio: number;
}

/** The predictor with another number of pods. An autoscaler keeps its metrics; its limits become smaller or larger. */
export function sizedTo(predictor: Predictor, { pods, ratio }: Size): Predictor {
  const isInnermost = predictor.componentSpecs?.[0]?.replicas !== undefined;
  const { componentSpecs, ...rest } = withReplicas(predictor, pods, isInnermost);
  if (componentSpecs === undefined) return rest;
  return {
    ...rest,
    componentSpecs: componentSpecs.map((component, at) => scaled(component, ratio, at === 0 ? pods : undefined)),
  };
}

/** @param pods the least number, if it does not follow from the ratio */
function scaled(component: ComponentSpec, ratio: number, pods: number | undefined): ComponentSpec {
  const changed: ComponentSpec = { ...component };
  const share = (number: number) => Math.max(1, Math.ceil(number * ratio));
  if (pods === undefined && component.replicas !== undefined) changed.replicas = share(component.replicas);
  for (const { field, least, most } of AUTOSCALERS) {
    const numbers = component[field] as Readonly<Record<string, unknown>> | undefined;
    if (numbers === undefined) continue;
    const low = pods ?? share(numberIn(numbers, least) ?? 1);
    const high = numberIn(numbers, most);
    changed[field] = { ...numbers, [least]: low, ...(high !== undefined && { [most]: Math.max(low, share(high)) }) };
  }
  return changed;
}

function numberIn(values: Readonly<Record<string, unknown>>, key: string): number | undefined {
  const value = values[key];
  return typeof value === 'number' ? value : undefined;
}
