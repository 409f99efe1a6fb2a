import { loadAll } from 'js-yaml';
import type { KubernetesObject } from '../kubernetes-object.ts';
import { AMBASSADOR_CONFIG } from '../operator/ambassador-annotation.ts';
import type { Mapping, MappingSpec } from '../operator/kinds.ts';

/** The Mappings that stand as YAML in a Service's annotation, as Ambassador read them before it had its own kinds. */
export function annotatedMappings({ metadata }: KubernetesObject): readonly Mapping[] {
  const text = metadata.annotations?.[AMBASSADOR_CONFIG];
  if (text === undefined) return [];
  return (loadAll(text) as ({ name: string; kind: string } & MappingSpec)[])
    .filter(({ kind }) => kind === 'Mapping')
    .map(({ name, kind: _, ...spec }) => ({
      apiVersion: 'getambassador.io/v2',
      kind: 'Mapping',
      metadata: { name, namespace: metadata.namespace ?? 'default' },
      spec,
    }));
}
