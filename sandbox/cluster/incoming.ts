/** The parsed request, validated as far as that needs no stored state. */

import { randomBytes } from 'node:crypto';
import { load } from 'js-yaml';
import { badRequest, conflict, forbidden, invalid, kindName, MODIFIED, notFound } from './api-error.ts';
import { apiVersionOf, type Kind, NAMESPACE, resourceName, SERVICE } from './kinds.ts';
import { isTree, type KubeObject, type ObjectMeta } from './objects.ts';
import type { Store } from './store.ts';

export interface Write {
  readonly kind: Kind;
  readonly version: string;
  readonly namespace: string | undefined;
  /** As in the URL. */
  readonly name: string | undefined;
  readonly subresource: string | undefined;
  readonly query: URLSearchParams;
  readonly contentType: string;
  readonly body: string;
  readonly user: string;
  /** The default manager of fields, where the query names none. */
  readonly agent: string;
}

/** The object of a POST or PUT. @throws ApiError 400, 422 */
export function readObject({ kind, version, namespace, name, body }: Write): KubeObject {
  const value = parse(body, (text) => JSON.parse(text) as unknown, kind);
  const head = kind.custom ? {} : { apiVersion: apiVersionOf(kind, version), kind: kind.kind };
  const object = { ...head, ...value, metadata: metadataOf(value) } as KubeObject;
  if (typeof object.kind !== 'string') throw unrecognized(kind, `Object 'Kind' is missing in '${body.slice(0, 200)}'`);
  const wanted = apiVersionOf(kind, version);
  if (object.apiVersion !== wanted)
    throw badRequest(
      `the API version in the data (${object.apiVersion}) does not match the expected API version (${wanted})`,
    );
  return placed(object, namespace, name);
}

/** The object of an apply. It may be YAML, and must have kind and apiVersion. @throws ApiError 400 */
export function readApplied({ kind, version, namespace, name, body }: Write): KubeObject {
  const value = parse(body, load, kind);
  const object = { ...value, metadata: metadataOf(value) } as KubeObject;
  if (object.apiVersion !== apiVersionOf(kind, version) || object.kind !== kind.kind)
    throw badRequest(`invalid object type: ${object.apiVersion}, Kind=${object.kind}`);
  if (object.metadata.managedFields !== undefined) throw badRequest('metadata.managedFields must be nil');
  return placed(object, namespace, name);
}

export function readPatch({ body, kind }: Write): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch (error) {
    throw unrecognized(kind, `json parse error: ${String(error)}`);
  }
}

function parse(body: string, read: (text: string) => unknown, kind: Kind): Record<string, unknown> {
  try {
    const value = read(body);
    if (isTree(value)) return value;
  } catch (error) {
    throw unrecognized(kind, `couldn't get version/kind; json parse error: ${String(error)}`);
  }
  throw unrecognized(kind, `couldn't get version/kind; json parse error: ${body.slice(0, 100)} is no object`);
}

function metadataOf({ metadata }: Record<string, unknown>): ObjectMeta {
  return (isTree(metadata) ? metadata : {}) as unknown as ObjectMeta;
}

function unrecognized(kind: Kind, why: string) {
  return badRequest(`the object provided is unrecognized (must be of type ${kind.kind}): ${why}`);
}

function placed(object: KubeObject, namespace: string | undefined, name: string | undefined): KubeObject {
  const { metadata } = object;
  if (metadata.namespace !== undefined && namespace !== undefined && metadata.namespace !== namespace)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  if (name !== undefined && metadata.name !== undefined && metadata.name !== name)
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
  const given = name ?? metadata.name ?? (metadata.generateName && metadata.generateName + suffix());
  return { ...object, metadata: { ...metadata, name: given ?? '', ...(namespace !== undefined && { namespace }) } };
}

function suffix(): string {
  return randomBytes(5).reduce((text, byte) => text + 'bcdfghjklmnpqrstvwxz2456789'[byte % 27], '');
}

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** @throws ApiError 403, 404, 422 for a new object that is refused */
export function checkCreatable(store: Store, kind: Kind, { metadata }: KubeObject): void {
  const { name, namespace } = metadata;
  const complaints = kind === SERVICE ? serviceNameComplaints(name) : nameComplaints(name);
  const causes = complaints.map((one) => ({ ...one, field: 'metadata.name' }));
  if (causes.length > 0) throw invalid(kindName(kind), name, causes);
  if (!kind.namespaced || namespace === undefined) return;
  const home = store.get(NAMESPACE, undefined, namespace);
  if (home === undefined) throw notFound(NAMESPACE, namespace);
  if (home.metadata.deletionTimestamp === undefined) return;
  const message = `namespace ${namespace} is being terminated`;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  throw forbidden(kind, name, why, [{ reason: 'NamespaceTerminating', message, field: 'metadata.namespace' }]);
}

const LABEL = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;

/** A Service's name is a label of DNS. */
function serviceNameComplaints(name: string): { readonly reason: string; readonly message: string }[] {
  if (name === '') return nameComplaints(name);
  const rule =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character";
  const source = LABEL.source.slice(1, -1);
  const words = LABEL.test(name)
    ? 'must be no more than 63 characters'
    : `${rule} (e.g. 'my-name',  or 'abc-123', regex used for validation is '${source}')`;
  if (LABEL.test(name) && name.length <= 63) return [];
  return [{ reason: 'FieldValueInvalid', message: `Invalid value: "${name}": ${words}` }];
}

function nameComplaints(name: string): { readonly reason: string; readonly message: string }[] {
  if (name === '')
    return [{ reason: 'FieldValueRequired', message: 'Required value: name or generateName is required' }];
  if (SUBDOMAIN.test(name) && name.length <= 253) return [];
  const rule =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
  const source = SUBDOMAIN.source.slice(1, -1);
  const message = `Invalid value: "${name}": ${rule} (e.g. 'example.com', regex used for validation is '${source}')`;
  return [{ reason: 'FieldValueInvalid', message }];
}

/** A PUT has the resourceVersion, and may have the uid, of the object it replaces. @throws ApiError 409, 422 */
export function guardUpdate(kind: Kind, live: KubeObject, { metadata }: KubeObject): void {
  const { name, resourceVersion, uid } = metadata;
  if (uid !== undefined && uid !== live.metadata.uid) {
    const key = `/registry/${kind.group}/${kind.plural}/${live.metadata.namespace}/${name}`;
    const ids = `UID in precondition: ${uid}, UID in object meta: ${live.metadata.uid}`;
    const words = `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0`;
    throw conflict(kind, name, `${words}, AdditionalErrorMsg: Precondition failed: ${ids}`);
  }
  if (resourceVersion === '0' || (resourceVersion === undefined && kind.custom)) throw versionMissing(kind, name);
  if (resourceVersion !== undefined && resourceVersion !== live.metadata.resourceVersion)
    throw conflict(kind, name, MODIFIED);
}

/** An apply may have both too, but an object of that uid must exist. @throws ApiError 409, 422 */
export function guardApply(kind: Kind, live: KubeObject | undefined, { metadata }: KubeObject): void {
  const { name, resourceVersion, uid } = metadata;
  if (live === undefined) {
    if (uid === undefined) return;
    const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
    throw conflict(kind, name, why);
  }
  if (resourceVersion === '0') throw versionMissing(kind, name);
  if (resourceVersion !== undefined && resourceVersion !== live.metadata.resourceVersion)
    throw conflict(kind, name, MODIFIED);
  if (uid === undefined || uid === live.metadata.uid) return;
  const message = `Invalid value: "${uid}": field is immutable`;
  throw invalid(kindName(kind), name, [{ reason: 'FieldValueInvalid', message, field: 'metadata.uid' }]);
}

function versionMissing(kind: Kind, name: string) {
  const message = 'Invalid value: 0: must be specified for an update';
  const cause = { reason: 'FieldValueInvalid', message, field: 'metadata.resourceVersion' };
  return invalid(resourceName(kind), name, [cause]);
}
