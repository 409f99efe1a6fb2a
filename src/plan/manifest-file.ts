import { dump } from 'js-yaml';
import { ANNOTATIONS, type SeldonDeployment } from '../seldon/seldon-deployment.ts';
import { withoutNotes } from './given/own-notes.ts';
import { renderedBefore } from './manifest.ts';
import { overlay } from './overlay.ts';

/** A SeldonDeployment in a file of the repository: merged with the new manifest, and written. */

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
  const others = withoutNotes(file?.metadata.annotations) ?? {};
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
