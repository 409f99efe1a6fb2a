import type { Model } from '../model/model.ts';
import type { RolloutObjects } from '../plan/plan-request.ts';
import type { Cluster } from '../seldon/cluster.ts';
import { deploymentName, nameInUri, secondName } from '../seldon/naming.ts';
import type { Config } from '../settings/config.ts';

/** The target object, as far as it is known before the model is resolved. For the comment of a run that ends early. */
export function objectBeforeModel(
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

export function rolloutObjects(config: Config, cluster: Cluster, model: Model | undefined): RolloutObjects {
  const namespace = namespaceOf(config, cluster);
  const front = { namespace, name: deploymentName(config.render.name, model?.name) };
  const isSecond = config.share.routing === 'ambassador-annotations';
  return { ref: isSecond ? { namespace, name: secondName(front.name, config.mode) } : front, front };
}

function namespaceOf({ render }: Config, cluster: Cluster): string {
  return render.namespace ?? cluster.defaultNamespace ?? 'seldon';
}
