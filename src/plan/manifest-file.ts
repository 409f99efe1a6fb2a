import { boolYaml11Tag, CORE_SCHEMA, dump, intYaml11Tag, loadAll, mergeTag } from 'js-yaml';
import { UserError } from '../base/errors.ts';
import { isJsonObject } from '../base/json-value.ts';
import { ANNOTATIONS, type ObjectMeta, type SeldonDeployment } from '../seldon/seldon-deployment.ts';
import type { InputName } from '../settings/inputs.ts';
import { renderedBefore } from './manifest.ts';
import { overlay } from './overlay.ts';

/** A SeldonDeployment in a file of the repository: read, merged with the new manifest, and written. */

/** Octal numbers, `yes` and merge keys have the same meaning as in kubectl, Argo CD and Flux. */
const SCHEMA = CORE_SCHEMA.withTags(intYaml11Tag, boolYaml11Tag, mergeTag);

/**
 * The SeldonDeployment in a file; undefined if the file is empty.
 * @param input the input that names the file
 * @throws UserError manifest-invalid
 */
export function parseManifest(text: string, path: string, input: InputName): SeldonDeployment | undefined {
  const where = `${path} (input \`${input}\`)`;
  const [document, ...more] = documentsIn(text, where).filter((one) => one !== null);
  if (more.length > 0) {
    throw new UserError('manifest-invalid', `${where} contains ${more.length + 1} YAML documents`, {
      hint: 'put the SeldonDeployment into its own file',
    });
  }
  if (document === undefined) return undefined;
  if (isSeldonDeployment(document)) {
    const { metadata = {}, ...rest } = withoutNulls(document) as unknown as Omit<SeldonDeployment, 'metadata'> & {
      readonly metadata?: Partial<ObjectMeta>;
    };
    return { ...rest, metadata: metadata as ObjectMeta };
  }
  throw new UserError('manifest-invalid', `${where} is not a SeldonDeployment with spec.predictors`, {
    hint: 'write one YAML document of kind SeldonDeployment; the action merges the model and the inputs into it',
  });
}

/** A key without a value is none, as for the API server. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => item !== null).map(withoutNulls);
  if (!isJsonObject(value)) return value;
  const given = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(given.map(([key, inner]) => [key, withoutNulls(inner)]));
}

function documentsIn(text: string, where: string): readonly unknown[] {
  try {
    return loadAll(text, { schema: SCHEMA });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split('\n')[0] : '';
    throw new UserError('manifest-invalid', `${where} is not YAML: ${why}`, { cause });
  }
}

function isSeldonDeployment(document: unknown): document is SeldonDeployment {
  if (!isJsonObject(document) || document['kind'] !== 'SeldonDeployment') return false;
  const { metadata, spec } = document;
  return isJsonObject(metadata ?? {}) && isJsonObject(spec) && Array.isArray(spec['predictors']);
}

/** Fields of `metadata` that the API server writes or that the manifest sets itself. */
const NOT_COPIED: ReadonlySet<string> = new Set([
  'name',
  'namespace',
  'labels',
  'annotations',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'ownerReferences',
  'selfLink',
]);

/** Annotations about one run. Git already records this; in a file they would cause a change in every run. */
const OF_ONE_RUN: ReadonlySet<string> = new Set([
  ANNOTATIONS.runUrl,
  ANNOTATIONS.commit,
  ANNOTATIONS.actor,
  ANNOTATIONS.pullRequest,
  ANNOTATIONS.history,
]);
const OURS: ReadonlySet<string> = new Set(Object.values(ANNOTATIONS));
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * The file after a manifest is merged into it, by the rules of server-side apply: what others wrote
 * beside the predictors stays, what we wrote earlier and no longer write is removed. It contains nothing of a cluster or run.
 */
export function mergedFile(file: SeldonDeployment | undefined, manifest: SeldonDeployment): SeldonDeployment {
  const previous = renderedBefore(file);
  const { predictors, ...around } = manifest.spec;
  const { predictors: _, ...filesAround } = file?.spec ?? { predictors: [] };
  const { predictors: __, ...oursAround } = previous?.spec ?? { predictors: [] };
  const theirs = Object.entries(file?.metadata ?? {}).filter(([key]) => !NOT_COPIED.has(key));
  const labels = overlay(file?.metadata.labels, manifest.metadata.labels ?? {}, previous?.metadata.labels);
  const others = without(file?.metadata.annotations, (key) => OURS.has(key) || key === LAST_APPLIED);
  const annotations = without(manifest.metadata.annotations, (key) => OF_ONE_RUN.has(key));
  const { name, namespace } = manifest.metadata;
  return {
    apiVersion: manifest.apiVersion,
    kind: 'SeldonDeployment',
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      ...Object.fromEntries(theirs),
      ...(Object.keys(labels).length > 0 && { labels }),
      annotations: overlay(others, annotations, previous?.metadata.annotations),
    },
    spec: { ...overlay(filesAround, around, oursAround), predictors },
  };
}

function without(annotations: Record<string, string> = {}, isOut: (key: string) => boolean): Record<string, string> {
  return Object.fromEntries(Object.entries(annotations).filter(([key]) => !isOut(key)));
}

const HEAD = '# Written by the action mlflow-to-seldon. It keeps fields that others add, but not comments.\n';

/** The text of the file. The same object always produces the same text. */
export function formatManifest(object: SeldonDeployment): string {
  return `${HEAD}${dump(object, { lineWidth: -1, noRefs: true })}`;
}

/** YAML for readers: without cluster-specific fields and without our own annotations. */
export function readableYaml(manifest: SeldonDeployment): string {
  const { resourceVersion: _version, annotations, ...metadata } = manifest.metadata;
  const { [ANNOTATIONS.rendered]: _note, ...told } = annotations ?? {};
  return dump({ ...manifest, metadata: { ...metadata, annotations: told } }, { lineWidth: 120, noRefs: true });
}
