import { UserError } from '../../base/errors.ts';
import type { Workspace } from '../../base/ports.ts';
import type { ObjectRef } from '../../seldon/cluster.ts';
import { ANNOTATIONS, type ObjectMeta, type SeldonDeployment } from '../../seldon/seldon-deployment.ts';
import type { Config } from '../../settings/config.ts';
import { withoutNotes } from './own-notes.ts';
import { parseGivenManifest } from './parse-manifest.ts';

/** The user's base manifest: what it says about the object, and nothing of a cluster or of an earlier run. */
export interface BaseManifest {
  readonly object: SeldonDeployment;
  /** What of the file does not count, for the report. */
  readonly warnings: readonly string[];
}

/** The manifest that the input of that name gives. @throws UserError manifest-invalid */
export async function readBaseManifest(
  workspace: Pick<Workspace, 'read'>,
  { manifest: path, apiVersion }: Pick<Config['render'], 'manifest' | 'apiVersion'>,
  ref: ObjectRef,
): Promise<BaseManifest | undefined> {
  if (path === undefined) return undefined;
  const given = parseGivenManifest(await workspace.read(path, 'manifest'), path);
  if (given === undefined) {
    throw new UserError('manifest-invalid', `${path} (input \`manifest\`) is empty`, {
      hint: 'write one YAML document of kind SeldonDeployment, or remove the input',
    });
  }
  const { object, others } = given;
  const unused = others.length === 0 ? [] : [`${path} also contains ${others.join(', ')}: this is not applied.`];
  const misplaced =
    object.metadata.annotations?.[ANNOTATIONS.graphNode] === undefined
      ? []
      : [`${path} has the annotation ${ANNOTATIONS.graphNode} at the object: it only counts at the predictor.`];
  const version = object.apiVersion?.split('/')[1];
  const otherVersion =
    version === undefined || version === apiVersion || (version === 'v1alpha3' && apiVersion === 'v1')
      ? []
      : [
          `${path} has the API version ${version}: the object is applied as ${apiVersion}, by the input \`api-version\`.`,
        ];
  return {
    object: withoutCluster(object),
    warnings: [...unused, ...misplaced, ...otherVersion, ...contradictions(object, path, ref)],
  };
}

/** Name and namespace of the object in a file; empty where it has none. @throws UserError manifest-invalid */
export async function readManifestNames(
  workspace: Pick<Workspace, 'read'>,
  path: string,
): Promise<Pick<Partial<ObjectMeta>, 'name' | 'namespace'>> {
  const given = parseGivenManifest(await workspace.read(path, 'manifest'), path);
  const { name, namespace } = given?.object.metadata ?? {};
  return { ...(name && { name }), ...(namespace && { namespace }) };
}

/** Only labels and annotations of `metadata` count; the rest is the server's, or said by the inputs. */
function withoutCluster({ metadata, spec, apiVersion, kind }: SeldonDeployment): SeldonDeployment {
  const { labels } = metadata;
  const annotations = withoutNotes(metadata.annotations);
  return {
    apiVersion,
    kind,
    metadata: { name: metadata.name, ...(labels && { labels }), ...(annotations && { annotations }) },
    spec: {
      ...spec,
      predictors: spec.predictors.map(({ annotations: marks, ...predictor }) => {
        const { [ANNOTATIONS.rollout]: _, ...others } = marks ?? {};
        return { ...predictor, ...(Object.keys(others).length > 0 && { annotations: others }) };
      }),
    },
  };
}

/** A preview has the name of the manifest with a suffix. */
function contradictions({ metadata }: SeldonDeployment, path: string, ref: ObjectRef): readonly string[] {
  const { name, namespace } = metadata;
  const sentence = (field: string, said: string, counts: string) =>
    `${path} has \`metadata.${field}: ${said.slice(0, 100)}\`, and the input \`${field}\` says ${counts}: the input counts.`;
  return [
    ...(name && name !== ref.name && !ref.name.startsWith(`${name}-pr-`) ? [sentence('name', name, ref.name)] : []),
    ...(namespace && namespace !== ref.namespace ? [sentence('namespace', namespace, ref.namespace)] : []),
  ];
}
