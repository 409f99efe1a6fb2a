import { boolYaml11Tag, CORE_SCHEMA, dump, intYaml11Tag, loadAll, mergeTag } from 'js-yaml';
import { UserError } from '../base/errors.ts';
import { isJsonObject } from '../base/json-value.ts';
import { ANNOTATIONS, type ObjectMeta, type SeldonDeployment } from '../seldon/seldon-deployment.ts';
import type { InputName } from '../settings/inputs.ts';
import { renderedBefore } from './manifest.ts';
import { overlay } from './overlay.ts';

/** A SeldonDeployment as text in a repository: read, laid anew over what the file says, and written. */

/** Octal numbers, `yes` and merge keys mean what they mean to kubectl, Argo CD and Flux. */
const SCHEMA = CORE_SCHEMA.withTags(intYaml11Tag, boolYaml11Tag, mergeTag);

/**
 * The SeldonDeployment in a file; undefined when the file is empty.
 * @param input by which the file was named
 * @throws UserError manifest-invalid
 */
export function parseManifest(text: string, path: string, input: InputName): SeldonDeployment | undefined {
  const where = `${path} (input \`${input}\`)`;
  const [document, ...more] = documentsIn(text, where).filter((one) => one !== null);
  if (more.length > 0) {
    throw new UserError('manifest-invalid', `${where} holds ${more.length + 1} YAML documents`, {
      hint: 'give the SeldonDeployment a file of its own',
    });
  }
  if (document === undefined) return undefined;
  if (isSeldonDeployment(document)) {
    const { metadata = {}, ...rest } = withoutNulls(document) as unknown as Omit<SeldonDeployment, 'metadata'> & {
      readonly metadata?: Partial<ObjectMeta>;
    };
    return { ...rest, metadata: metadata as ObjectMeta };
  }
  throw new UserError('manifest-invalid', `${where} is no SeldonDeployment with spec.predictors`, {
    hint: 'give one YAML document of kind SeldonDeployment; the action lays the model and the inputs over it',
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

/** Of `metadata`, what the API server writes, and what a manifest says. */
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

/** Who changed what when, git knows better: in a file they would make a change of every run. */
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
 * The file once a manifest is laid over what it says now, as server-side apply does it in a cluster: what others wrote
 * beside the predictors stays, what we wrote earlier and write no longer goes. Nothing of a cluster or a run is in it.
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

const HEAD = '# Written by the action mlflow-to-seldon. What others add stays; comments do not.\n';

/** The text of the file: for the same object always the same. */
export function formatManifest(object: SeldonDeployment): string {
  return `${HEAD}${dump(object, { lineWidth: -1, noRefs: true })}`;
}

/** For people to read: without what only this cluster means, and without our own note of it. */
export function readableYaml(manifest: SeldonDeployment): string {
  const { resourceVersion: _version, annotations, ...metadata } = manifest.metadata;
  const { [ANNOTATIONS.rendered]: _note, ...told } = annotations ?? {};
  return dump({ ...manifest, metadata: { ...metadata, annotations: told } }, { lineWidth: 120, noRefs: true });
}
