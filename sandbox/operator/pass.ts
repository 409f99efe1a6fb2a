import type { KubernetesClient } from '../kubernetes-client.ts';
import type { Collection } from '../kubernetes-collection.ts';
import type { KubernetesObject } from '../kubernetes-object.ts';
import type { Autoscaler, Deployment, DestinationRule, Mapping, Service, VirtualService } from './kinds.ts';
import { seldonId } from './names.ts';
import type { Components } from './render.ts';
import type { SeldonDeployment } from './seldon-deployment.ts';
import type { StatusDraft } from './status.ts';

/** The operator's caches of the cluster, as current as their watches. */
export interface Caches {
  readonly seldonDeployments: Collection<SeldonDeployment>;
  readonly deployments: Collection<Deployment>;
  readonly services: Collection<Service>;
  readonly autoscalers: Collection<Autoscaler>;
  readonly mappings: Collection<Mapping> | undefined;
  readonly virtualServices: Collection<VirtualService> | undefined;
  readonly destinationRules: Collection<DestinationRule> | undefined;
}

/** One pass over one SeldonDeployment. */
export interface Pass {
  readonly client: KubernetesClient;
  readonly caches: Caches;
  readonly sdep: SeldonDeployment;
  readonly components: Components;
  readonly status: StatusDraft;
  record(reason: string, message: string): void;
  /** May a Deployment be written again that differs in nothing but our own note? If not, there is another pass later. */
  mayRewrite(deployment: string): boolean;
}

/** The same object, owned by the SeldonDeployment. */
export function controlledBy<T extends KubernetesObject>(
  { apiVersion, kind, metadata }: SeldonDeployment,
  object: T,
): T {
  const { name, uid = '' } = metadata;
  const owner = { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
  return { ...object, metadata: { ...object.metadata, ownerReferences: [owner] } };
}

/** The objects with the SeldonDeployment's name that are not being deleted. */
export function ownedBy<T extends KubernetesObject>(
  sdep: SeldonDeployment,
  cache: Collection<T> | undefined,
): readonly T[] {
  return (cache?.list() ?? []).filter(
    ({ metadata }) =>
      metadata.namespace === sdep.metadata.namespace &&
      metadata.labels?.['seldon-deployment-id'] === seldonId(sdep) &&
      metadata.deletionTimestamp === undefined,
  );
}
