import type { UserError } from '../../base/errors.ts';
import { isJsonObject, type JsonObject } from '../../base/json-value.ts';
import type { ObjectMeta, SeldonDeployment } from '../../seldon/seldon-deployment.ts';
import type { InputName } from '../../settings/inputs.ts';
import { shapeFault } from './manifest-shape.ts';
import { invalid, template, yamlDocuments } from './yaml-documents.ts';

/**
 * The SeldonDeployment in a file of its own; undefined if the file is empty.
 * @param input the input that names the file
 * @throws UserError manifest-invalid
 */
export function parseManifest(text: string, path: string, input: InputName): SeldonDeployment | undefined {
  const where = `${path} (input \`${input}\`)`;
  const [document, ...more] = yamlDocuments(text, where);
  if (more.length > 0)
    throw invalid(`${where} contains ${more.length + 1} YAML documents`, 'put the SeldonDeployment into its own file');
  return document === undefined ? undefined : seldonDeployment(document, { where, text });
}

export interface GivenManifest {
  readonly object: SeldonDeployment;
  /** Kind and name of what else is in the file, and is not used. */
  readonly others: readonly string[];
}

/**
 * The one SeldonDeployment among all that a file holds: several documents, or the items of a `List`.
 * @throws UserError manifest-invalid
 */
export function parseGivenManifest(text: string, path: string): GivenManifest | undefined {
  const where = `${path} (input \`manifest\`)`;
  const documents = yamlDocuments(text, where).flatMap((one) => (isList(one) ? one.items : [one]));
  const [first] = documents;
  if (documents.length <= 1)
    return first === undefined ? undefined : { object: seldonDeployment(first, { where, text }), others: [] };
  const meant = documents.filter((one) => isJsonObject(one) && one['kind'] === KIND);
  const [only] = meant;
  if (only === undefined || meant.length > 1) {
    const found = meant.length === 0 ? 'no SeldonDeployment' : `${meant.length} SeldonDeployments`;
    throw invalid(
      `${where} contains ${documents.length} documents and ${found}`,
      'put the SeldonDeployment into its own file',
    );
  }
  return {
    object: seldonDeployment(only, { where, text }),
    others: documents.filter((one) => one !== only).map(titleOf),
  };
}

const KIND = 'SeldonDeployment';
const GROUP = 'machinelearning.seldon.io/';

/** What `kubectl get -o yaml` prints for several objects. */
function isList(document: unknown): document is { readonly items: readonly unknown[] } {
  return (
    isJsonObject(document) &&
    /^(?:SeldonDeployment)?List$/.test(String(document['kind'])) &&
    Array.isArray(document['items'])
  );
}

function titleOf(document: unknown): string {
  if (!isJsonObject(document)) return 'a document that is no object';
  const { kind = 'object', metadata } = document;
  const name = isJsonObject(metadata) ? metadata['name'] : undefined;
  return [kind, name]
    .filter((part) => typeof part === 'string')
    .join(' ')
    .slice(0, 100);
}

interface Origin {
  readonly where: string;
  readonly text: string;
}

function seldonDeployment(document: unknown, { where, text }: Origin): SeldonDeployment {
  if (!isWanted(document)) throw notOne(document, where);
  const object = withoutNulls(document) as JsonObject;
  const fault = shapeFault(object);
  // `{{ name }}` without quotes is a mapping in YAML.
  if (fault !== undefined && text.includes('{{')) throw template(where);
  if (fault !== undefined) throw invalid(`${where}: ${fault}`, 'correct this field; the action reads it');
  const { metadata = {}, ...rest } = object as unknown as Omit<SeldonDeployment, 'metadata'> & {
    readonly metadata?: Partial<ObjectMeta>;
  };
  return { ...rest, metadata: metadata as ObjectMeta };
}

function isWanted(document: unknown): boolean {
  if (!isJsonObject(document) || document['kind'] !== KIND) return false;
  const { apiVersion, metadata, spec } = document;
  const isGroup =
    apiVersion === undefined || (String(apiVersion).startsWith(GROUP) && apiVersion !== `${GROUP}v1alpha1`);
  return isGroup && isJsonObject(metadata ?? {}) && isJsonObject(spec) && Array.isArray(spec['predictors']);
}

/** What the document is instead, if that is known. */
function notOne(document: unknown, where: string): UserError {
  const { kind, apiVersion } = isJsonObject(document) ? document : {};
  const built =
    'build it first in a step before this one, for example `kustomize build … > manifest.yaml`, and name the result';
  const isPatch = Array.isArray(document) && document.some((one) => isJsonObject(one) && 'op' in one && 'path' in one);
  if (isPatch || kind === 'Kustomization' || kind === 'Component')
    return invalid(`${where} is part of a kustomization, not a manifest`, built);
  if (kind === KIND && apiVersion === `${GROUP}v1alpha1`)
    return invalid(
      `${where} is of the API version v1alpha1`,
      'write it as v1: `componentSpec` of a predictor became the list `componentSpecs`',
    );
  if (kind !== undefined && kind !== KIND)
    return invalid(`${where} is not a SeldonDeployment of Seldon Core 1, but a ${String(kind).slice(0, 60)}`, WRITE);
  if (kind === KIND && apiVersion !== undefined && !String(apiVersion).startsWith(GROUP))
    return invalid(`${where} has the API version ${String(apiVersion).slice(0, 60)}, not one of ${GROUP}`, WRITE);
  return invalid(
    `${where} is not a SeldonDeployment with spec.predictors`,
    `${WRITE}; a patch of kustomize must be built first (\`kustomize build\`)`,
  );
}

const WRITE = 'write one YAML document of kind SeldonDeployment; the action merges the model and the inputs into it';

/** A key without a value is none, as for the API server. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => item !== null).map(withoutNulls);
  if (!isJsonObject(value)) return value;
  const given = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(given.map(([key, inner]) => [key, withoutNulls(inner)]));
}
