import { dump, load } from 'js-yaml';
import { UserError } from './errors.ts';
import type { InputName } from './inputs.ts';
import { isTree } from './json-value.ts';
import { renderedSpecOf } from './manifest.ts';
import { overlay } from './overlay.ts';
import type { SeldonDeployment } from './seldon-deployment.ts';

/** SeldonDeployments as text, in files of the repository. */

/**
 * @param path for messages
 * @throws UserError manifest-invalid
 */
export function parseManifest(text: string, path: string, input: InputName): SeldonDeployment {
  const document = parseYaml(text, path, input);
  const spec = isTree(document) ? document['spec'] : undefined;
  const isOne =
    isTree(document) && document['kind'] === 'SeldonDeployment' && isTree(spec) && Array.isArray(spec['predictors']);
  if (isOne) return document as unknown as SeldonDeployment;
  throw new UserError('manifest-invalid', `${path} (input \`${input}\`) is no SeldonDeployment with spec.predictors`, {
    hint: 'give one YAML document of kind SeldonDeployment; the action lays the model and the inputs over it',
  });
}

function parseYaml(text: string, path: string, input: InputName): unknown {
  try {
    return load(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split('\n')[0] : '';
    throw new UserError('manifest-invalid', `${path} (input \`${input}\`) is not one YAML document: ${why}`, { cause });
  }
}

const HEAD = '# Written by mlflow-to-seldon. What others write here stays, comments do not.\n';

/**
 * A file that holds what the cluster would hold once the manifest is applied: what others wrote stays, what we wrote
 * before and write no longer goes. Nothing of it belongs to one cluster.
 */
export function fileText(manifest: SeldonDeployment, before: SeldonDeployment | undefined): string {
  const { resourceVersion: _version, ...metadata } = manifest.metadata;
  const { labels, annotations } = before?.metadata ?? {};
  const previous = before === undefined ? undefined : renderedSpecOf(before);
  const whole: SeldonDeployment = {
    apiVersion: manifest.apiVersion,
    kind: manifest.kind,
    metadata: {
      ...metadata,
      ...((labels ?? metadata.labels) && { labels: { ...labels, ...metadata.labels } }),
      annotations: { ...annotations, ...metadata.annotations },
    },
    spec: { ...overlay(before?.spec, manifest.spec, previous), predictors: manifest.spec.predictors },
  };
  return `${HEAD}${dump(whole, { lineWidth: 120, noRefs: true })}`;
}
