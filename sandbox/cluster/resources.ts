import { type Admission, admitPod, askWebhooks } from './admission.ts';
import {
  ApiError,
  alreadyExists,
  conflict,
  invalid,
  MODIFIED,
  notFound,
  preconditionFailed,
  stillDeleted,
} from './api-error.ts';
import { applyOver } from './apply.ts';
import { withDefaults } from './defaults.ts';
import { deleteObject, type Propagation } from './deletion.ts';
import { trackUpdate, type Writer } from './fields.ts';
import { checkCreatable, guardApply, guardUpdate, readApplied, readObject, readPatch, type Write } from './incoming.ts';
import { apiVersionOf, POD } from './kinds.ts';
import type { KubeObject, Tree } from './objects.ts';
import { jsonPatch, mergePatch } from './patches.ts';
import { checkApplied, checkTypes, pruneUnknown } from './schema-check.ts';
import type { Store } from './store.ts';

export interface Written {
  readonly code: 200 | 201;
  readonly object: KubeObject;
  readonly warnings: readonly string[];
}

interface Proposal {
  readonly object: KubeObject;
  readonly warnings: readonly string[];
}

/** Media types of PATCH, and the number of retries when the object changes meanwhile. */
const MERGE = 'application/merge-patch+json';
const JSON_PATCH = 'application/json-patch+json';
const APPLY = 'application/apply-patch+yaml';
const PATCH_TRIES = 5;

/** The writing verbs, with authorization, admission and validation. */
export class Resources {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async create(write: Write): Promise<Written> {
    const { kind } = write;
    const { object, warnings } = this.#incoming(write, readObject(write));
    checkCreatable(this.#store, kind, object);
    const { namespace, name } = object.metadata;
    const present = this.#store.get(kind, namespace, name);
    if (present?.metadata.deletionTimestamp !== undefined) throw stillDeleted(kind, name);
    if (present !== undefined) throw alreadyExists(kind, name);
    const { status: _, ...stateless } = object;
    const next = withDefaults(kind, kind.status ? stateless : object, undefined);
    const prepared = trackUpdate(undefined, this.#store.prepare(kind, next), writerOf(write));
    const written = await this.#commit(write, undefined, { object: prepared, warnings });
    if (written === undefined) throw alreadyExists(kind, name);
    return written;
  }

  async update(write: Write): Promise<Written> {
    const { kind } = write;
    const { object, warnings } = this.#incoming(write, readObject(write));
    const live = this.#live(write);
    guardUpdate(kind, live, object);
    const next = this.#replacing(write, live, object);
    const written = await this.#commit(write, live, { object: next, warnings });
    if (written === undefined) throw conflict(kind, object.metadata.name, MODIFIED);
    return written;
  }

  /** @param mayCreate throws if the user may only patch: apply creates a missing object */
  async patch(write: Write, mayCreate: () => void): Promise<Written> {
    for (let left = PATCH_TRIES; left > 0; left--) {
      const written = await (write.contentType === APPLY ? this.#apply(write, mayCreate) : this.#patch(write));
      if (written !== undefined) return written;
    }
    throw conflict(write.kind, write.name ?? '', MODIFIED);
  }

  /** @returns the object while it exists */
  remove({ kind, namespace, name = '', query, body }: Write): { readonly uid: string; readonly object?: KubeObject } {
    const options = (body === '' ? {} : JSON.parse(body)) as DeleteOptions;
    const propagation = query.get('propagationPolicy') ?? options.propagationPolicy ?? 'Background';
    checkPropagation(propagation);
    const live = this.#store.get(kind, namespace, name);
    if (live === undefined) throw notFound(kind, name);
    const { uid = '', resourceVersion } = live.metadata;
    const wanted = options.preconditions ?? {};
    if (wanted.uid !== undefined && wanted.uid !== uid) {
      const ids = `the UID in the precondition (${wanted.uid}) does not match the UID in record (${uid})`;
      throw preconditionFailed(kind, name, `${ids}. The object might have been deleted and then recreated`);
    }
    if (wanted.resourceVersion !== undefined && wanted.resourceVersion !== resourceVersion) {
      const versions = `(${wanted.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion})`;
      const why = `the ResourceVersion in the precondition ${versions}. The object might have been modified`;
      throw preconditionFailed(kind, name, why);
    }
    if (query.get('dryRun') === 'All') return { uid };
    const grace = query.get('gracePeriodSeconds') ?? options.gracePeriodSeconds;
    const seconds = grace === undefined || grace === null ? undefined : Number(grace);
    const object = deleteObject(this.#store, kind, live, { propagation: propagation as Propagation, grace: seconds });
    return { uid, ...(object && { object }) };
  }

  async #apply(write: Write, mayCreate: () => void): Promise<Written | undefined> {
    const { kind, version, query } = write;
    const manager = query.get('fieldManager');
    if (manager === null) throw managerMissing();
    const applied = readApplied(write);
    checkApplied(kind, version, applied);
    const { namespace, name } = applied.metadata;
    const live = this.#store.get(kind, namespace, name);
    guardApply(kind, live, applied);
    if (live === undefined) {
      mayCreate();
      checkCreatable(this.#store, kind, applied);
    }
    const { uid: _, resourceVersion: __, ...metadata } = applied.metadata;
    const { status: ___, ...stateless } = { ...applied, metadata };
    const application = { manager, apiVersion: applied.apiVersion, force: query.get('force') === 'true' };
    const merged = applyOver(live, (kind.status ? stateless : { ...applied, metadata }) as KubeObject, application);
    const next = withDefaults(kind, merged, live);
    const object = live === undefined ? this.#store.prepare(kind, next) : next;
    return this.#commit(write, live, { object, warnings: [] });
  }

  #patch(write: Write): Promise<Written | undefined> {
    const { kind, version, contentType } = write;
    const live = this.#live(write);
    const patch = readPatch(write);
    const target = { ...live, apiVersion: apiVersionOf(kind, version) };
    const patched = contentType === JSON_PATCH ? jsonPatch(target, patch) : mergePatch(target, patch);
    const { object, warnings } = this.#incoming(write, patched as KubeObject);
    guardUpdate(kind, live, object);
    return this.#commit(write, live, { object: this.#replacing(write, live, object), warnings });
  }

  #live({ kind, namespace, name = '' }: Write): KubeObject {
    const live = this.#store.get(kind, namespace, name);
    if (live === undefined) throw notFound(kind, name);
    return live;
  }

  #incoming({ kind, query }: Write, object: KubeObject): Proposal {
    return pruneUnknown(kind, object, query.get('fieldValidation') ?? 'Warn');
  }

  /** The main resource cannot write the status, and the subresource writes only the status. */
  #replacing(write: Write, live: KubeObject, object: KubeObject): KubeObject {
    const { kind, subresource } = write;
    const next =
      subresource === 'status'
        ? { ...live, status: object.status }
        : withDefaults(kind, { ...object, ...(kind.status && { status: live.status }) }, live);
    const { deletionTimestamp, deletionGracePeriodSeconds, managedFields } = live.metadata;
    const kept = { deletionTimestamp, deletionGracePeriodSeconds, managedFields };
    const safe = { ...next, metadata: { ...next.metadata, ...kept } } as KubeObject;
    return trackUpdate(live, this.#store.revise(kind, live, safe), writerOf(write));
  }

  /** @returns undefined if the object has changed since `live` */
  async #commit(
    write: Write,
    live: KubeObject | undefined,
    { object, warnings }: Proposal,
  ): Promise<Written | undefined> {
    const { kind, version, query, subresource, user } = write;
    checkTypes(kind, object);
    const next = live === undefined ? object : this.#store.revise(kind, live, object);
    const dryRun = query.get('dryRun') === 'All';
    const operation = live === undefined ? 'CREATE' : 'UPDATE';
    const admission: Admission = { kind, version, operation, object: next, oldObject: live, dryRun, user };
    const said = subresource === undefined ? await askWebhooks(this.#store, admission) : [];
    if (live === undefined && kind === POD) admitPod(this.#store, next);
    const code = live === undefined ? 201 : 200;
    const all = [...warnings, ...said];
    if (dryRun) return { code, object: next, warnings: all };
    if (this.#store.get(kind, next.metadata.namespace, next.metadata.name) !== live) return undefined;
    const stored = live === undefined ? this.#store.add(kind, next) : this.#store.replace(kind, live, next);
    return { code, object: stored, warnings: all };
  }
}

interface DeleteOptions {
  readonly propagationPolicy?: string;
  readonly gracePeriodSeconds?: number;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

/** @throws ApiError 415 */
export function checkPatchType(contentType: string): void {
  if ([MERGE, JSON_PATCH, APPLY].includes(contentType)) return;
  const message = `the body of the request was in an unknown format - accepted media types include: ${JSON_PATCH}, ${MERGE}, ${APPLY}`;
  throw new ApiError({ code: 415, message, reason: 'UnsupportedMediaType' });
}

function writerOf({ kind, version, query, agent, subresource }: Write): Writer {
  return { manager: query.get('fieldManager') ?? agent, apiVersion: apiVersionOf(kind, version), subresource };
}

function managerMissing(): ApiError {
  const cause = { reason: 'FieldValueRequired', message: 'Required value: is required for apply patch' };
  return invalid('PatchOptions.meta.k8s.io', '', [{ ...cause, field: 'fieldManager' }]);
}

function checkPropagation(policy: string): void {
  if (['Foreground', 'Background', 'Orphan'].includes(policy)) return;
  const message = `Unsupported value: "${policy}": supported values: "Foreground", "Background", "Orphan", "nil"`;
  const cause = { reason: 'FieldValueNotSupported', message, field: 'propagationPolicy' };
  throw invalid('DeleteOptions.meta.k8s.io', '', [cause]);
}

/** A list's body; the items of built-in kinds have no kind. */
export function listBody(write: Pick<Write, 'kind' | 'version'>, items: readonly KubeObject[], metadata: Tree): Tree {
  const { kind, version } = write;
  const apiVersion = apiVersionOf(kind, version);
  const bare = ({ apiVersion: _, kind: __, ...rest }: KubeObject) => rest;
  const all = items.map((item) => (kind.custom ? { ...item, apiVersion } : bare(item)));
  return { kind: `${kind.kind}List`, apiVersion, metadata, items: all };
}

/** The object in the requested version. */
export function asVersion({ kind, version }: Pick<Write, 'kind' | 'version'>, object: KubeObject): KubeObject {
  return { ...object, apiVersion: apiVersionOf(kind, version) };
}
