import { treeOf } from './defaults.ts';
import { NODE } from './deletion.ts';
import { CONFIG_MAP, type Kind, SECRET } from './kinds.ts';
import type { KubeObject } from './objects.ts';
import type { ContainerSpec, EnvVar, PodSpec } from './pods.ts';
import type { Store } from './store.ts';

export interface PodSetting {
  readonly pod: KubeObject;
  readonly podIP: string;
}

/** The reason why a container cannot be created: the kubelet shows it as CreateContainerConfigError. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** The container's environment, with the values of Secrets and ConfigMaps. @throws ConfigError if one is missing */
export function environmentOf(store: Store, setting: PodSetting, container: ContainerSpec): Record<string, string> {
  const namespace = setting.pod.metadata.namespace ?? '';
  const env: Record<string, string> = {};
  for (const { prefix = '', secretRef, configMapRef } of container.envFrom ?? []) {
    const found = secretRef ? valuesOf(store, SECRET, namespace, secretRef) : {};
    const more = configMapRef ? valuesOf(store, CONFIG_MAP, namespace, configMapRef) : {};
    for (const [key, value] of Object.entries({ ...found, ...more })) env[prefix + key] = value;
  }
  for (const variable of container.env ?? []) {
    const value = variable.valueFrom === undefined ? variable.value : referenced(store, setting, variable);
    if (value !== undefined) env[variable.name] = expand(value, env);
  }
  return env;
}

/** `$(NAME)` of a variable set before. */
export function expand(text: string, env: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\(([\w.-]+)\)/g, (whole, name: string) => env[name] ?? whole);
}

function referenced(store: Store, setting: PodSetting, { valueFrom = {} }: EnvVar): string | undefined {
  const { fieldRef, secretKeyRef, configMapKeyRef } = valueFrom;
  if (fieldRef !== undefined) return fieldOf(setting, fieldRef.fieldPath);
  const ref = secretKeyRef ?? configMapKeyRef;
  if (ref === undefined) return undefined;
  const kind = secretKeyRef === undefined ? CONFIG_MAP : SECRET;
  const namespace = setting.pod.metadata.namespace ?? '';
  const value = valuesOf(store, kind, namespace, ref)[ref.key];
  if (value === undefined && !ref.optional)
    throw new ConfigError(`couldn't find key ${ref.key} in ${kind.kind} ${namespace}/${ref.name}`);
  return value;
}

function valuesOf(
  store: Store,
  kind: Kind,
  namespace: string,
  ref: { readonly name: string; readonly optional?: boolean },
): Record<string, string> {
  const object = store.get(kind, namespace, ref.name);
  if (object === undefined && !ref.optional)
    throw new ConfigError(`${kind.kind.toLowerCase()} "${ref.name}" not found`);
  const entries = Object.entries(treeOf(object?.['data'])).map(([key, value]) => [
    key,
    kind === SECRET ? Buffer.from(String(value), 'base64').toString('utf8') : String(value),
  ]);
  return Object.fromEntries(entries);
}

function fieldOf({ pod, podIP }: PodSetting, path: string): string {
  const { metadata } = pod;
  const { serviceAccountName = 'default' } = pod.spec as PodSpec;
  const [, map, key = ''] = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path) ?? [];
  if (map !== undefined) return (map === 'labels' ? metadata.labels : metadata.annotations)?.[key] ?? '';
  const fields: Readonly<Record<string, string | undefined>> = {
    'metadata.name': metadata.name,
    'metadata.namespace': metadata.namespace,
    'metadata.uid': metadata.uid,
    'spec.nodeName': NODE,
    'spec.serviceAccountName': serviceAccountName,
    'status.podIP': podIP,
    'status.hostIP': '10.244.0.1',
  };
  return fields[path] ?? '';
}
