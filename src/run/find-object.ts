import type { Cluster, ObjectRef } from '../base/ports.ts';
import type { Model } from '../model/model.ts';
import { deploymentName, nameInUri, secondName } from '../seldon/naming.ts';
import type { Config } from '../settings/config.ts';

/** Where it will be shipped, as far as that is known before the model is: for the comment of a run that ends early. */
export function placeBefore(
  config: Config,
  cluster: Cluster,
): { readonly name: string | undefined; readonly namespace: string; readonly cluster: string } {
  const { name } = config.render;
  return {
    name: name ?? nameInUri(config.modelUri ?? ''),
    namespace: namespaceOf(config, cluster),
    cluster: cluster.server,
  };
}

export interface Place {
  /** The SeldonDeployment to change. */
  readonly ref: ObjectRef;
  /** The one whose requests it shares: mostly the same. */
  readonly front: ObjectRef;
}

export function placeOf(config: Config, cluster: Cluster, model: Model | undefined): Place {
  const namespace = namespaceOf(config, cluster);
  const front = { namespace, name: deploymentName(config.render.name, model?.name) };
  const isSecond = config.share.routing === 'ambassador-annotations';
  return { ref: isSecond ? { namespace, name: secondName(front.name, config.mode) } : front, front };
}

function namespaceOf({ render }: Config, cluster: Cluster): string {
  return render.namespace ?? cluster.defaultNamespace ?? 'seldon';
}
