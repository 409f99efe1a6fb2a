import { UserError } from '../../base/errors.ts';
import { isJsonObject, jsonOf } from '../../base/json-value.ts';
import type { LeaseStore, ObjectRef } from '../../seldon/cluster.ts';
import { type HeldLeaseRecord, type LeaseRecord, type Lock, leaseName, lockName } from '../../seldon/lease.ts';
import { KIND, type Lease, leaseOf, lockOf, micro, standingOf } from '../../seldon/lease-object.ts';
import { ANNOTATIONS } from '../../seldon/seldon-deployment.ts';
import { failureOf, isKubernetesAnswer, isObjectMissing, readJson } from './api-status.ts';
import type { ApiConnection } from './connection/connection.ts';

const MOST_TRIES = 5;
/** What a deletion names, so that it deletes no other Lease than the one that was written. */
type LeaseVersion = Pick<Lease['metadata'], 'uid' | 'resourceVersion'>;

const WHAT = { resource: 'leases.coordination.k8s.io' } as const;

/** Turns by optimistic writes: of two who take the same version, the API server lets one. */
export class Leases implements LeaseStore {
  readonly #connection: ApiConnection;
  readonly #renewals: ApiConnection;
  /** Leases that were asked for: only the first time there is most likely none. */
  readonly #asked = new Set<string>();
  /** Versions that we wrote last, by path: a Lease that is still so needs no read before it is deleted. */
  readonly #written = new Map<string, LeaseVersion & { readonly holder: string }>();

  /** @param renewals connection for what must not wait behind a slow request; opened when it is needed */
  constructor(connection: ApiConnection, renewals = connection) {
    this.#connection = connection;
    this.#renewals = renewals;
  }

  /** Acquires or renews the lease. @returns the current holder if it is another run; undefined if we hold it */
  async take(
    ref: ObjectRef,
    claim: LeaseRecord,
    over: HeldLeaseRecord | undefined,
  ): Promise<HeldLeaseRecord | undefined> {
    const isFirst = over === undefined && !this.#asked.has(path(ref));
    this.#asked.add(path(ref));
    const connection = isFirst ? this.#connection : this.#renewals;
    const known = isFirst ? undefined : await this.#read(ref, path(ref), connection);
    const standing = known && standingOf(known);
    const isOurs = standing === undefined || standing.holder === claim.holder;
    const isOver = over !== undefined && standing?.holder === over.holder && standing.renewed === over.renewed;
    if (!isOurs && !isOver) return standing;
    const answer = await connection.request({
      method: known === undefined ? 'POST' : 'PUT',
      path: known === undefined ? collection(ref) : path(ref),
      body: JSON.stringify(leaseOf(ref, claim, { known, at: new Date() })),
    });
    const written = answer.status < 300 ? heldIn(answer.body, claim.holder) : undefined;
    if (written !== undefined) {
      this.#written.set(path(ref), { ...written, holder: claim.holder });
      return undefined;
    }
    // Another writer was faster, an earlier answer was lost, or a proxy answered: only a Lease with our name is ours.
    if (answer.status < 300 || answer.status === 409) {
      const now = await this.#read(ref, path(ref), connection);
      const quicker = now && standingOf(now);
      if (quicker !== undefined) return quicker.holder === claim.holder ? undefined : quicker;
      if (answer.status === 409) return this.take(ref, claim, over);
      const what = `the API server accepted Lease ${ref.namespace}/${leaseName(ref.name)}, but does not have it`;
      throw new UserError('cluster-failed', what, { hint: 'check what answers at the server of the kubeconfig' });
    }
    throw failureOf(answer, { ...WHAT, verb: known === undefined ? 'create' : 'update', namespace: ref.namespace });
  }

  /** Releases our lease. It never releases the lease of another run. */
  async give(ref: ObjectRef, { holder }: LeaseRecord): Promise<void> {
    const written = this.#written.get(path(ref));
    let version = written?.holder === holder ? written : undefined;
    for (let attempt = 1; ; attempt++) {
      const known = version === undefined ? await this.#read(ref) : undefined;
      if (version === undefined && known?.spec?.holderIdentity !== holder) return;
      const { uid, resourceVersion } = version ?? known?.metadata ?? {};
      // What was written since by us or by others is read before the next attempt.
      version = undefined;
      // A key without a value is not sent.
      const preconditions = { uid, resourceVersion };
      const body = JSON.stringify({ apiVersion: 'v1', kind: 'DeleteOptions', preconditions });
      const answer = await this.#connection.request({ method: 'DELETE', path: path(ref), body });
      if (answer.status < 300 && isKubernetesAnswer(answer)) return;
      // Any other answer may be one of a proxy: the Lease itself tells.
      if (attempt === MOST_TRIES) throw failureOf(answer, { ...WHAT, verb: 'delete', namespace: ref.namespace });
    }
  }

  async look(ref: ObjectRef): Promise<HeldLeaseRecord | undefined> {
    const known = await this.#read(ref, path(ref), this.#renewals);
    return known && standingOf(known);
  }

  askToStop(ref: ObjectRef, holder: string, by: string): Promise<boolean> {
    return this.#note(ref, holder, { [ANNOTATIONS.stop]: by });
  }

  answerStop(ref: ObjectRef, holder: string): Promise<boolean> {
    return this.#note(ref, holder, { [ANNOTATIONS.stopping]: 'true' });
  }

  async readLock(ref: ObjectRef): Promise<Lock | undefined> {
    const known = await this.#read(ref, lockPath(ref));
    return known && lockOf(known);
  }

  async writeLock(ref: ObjectRef, lock: Lock): Promise<void> {
    const known = await this.#read(ref, lockPath(ref));
    const method = known === undefined ? 'POST' : 'PUT';
    const { resourceVersion } = known?.metadata ?? {};
    const annotations = { [ANNOTATIONS.lock]: JSON.stringify(lock) };
    const metadata = { name: lockName(ref.name), namespace: ref.namespace, annotations };
    const body = JSON.stringify({
      ...KIND,
      metadata: { ...metadata, ...(resourceVersion !== undefined && { resourceVersion }) },
      spec: { holderIdentity: lock.by, acquireTime: micro(lock.since) },
    });
    const where = known === undefined ? collection(ref) : lockPath(ref);
    const answer = await this.#connection.request({ method, path: where, body });
    const verb = known === undefined ? 'create' : 'update';
    if (answer.status >= 300) throw failureOf(answer, { ...WHAT, verb, namespace: ref.namespace });
  }

  async removeLock(ref: ObjectRef): Promise<Lock | undefined> {
    const lock = await this.readLock(ref);
    const answer = await this.#connection.request({ method: 'DELETE', path: lockPath(ref) });
    if (answer.status >= 300 && answer.status !== 404)
      throw failureOf(answer, { ...WHAT, verb: 'delete', namespace: ref.namespace });
    return lock;
  }

  /** Writes on the Lease of a holder, also while others write. */
  async #note(ref: ObjectRef, holder: string, added: Readonly<Record<string, string>>): Promise<boolean> {
    for (let attempt = 1; ; attempt++) {
      const known = await this.#read(ref, path(ref), this.#renewals);
      if (known?.spec?.holderIdentity !== holder) return false;
      const metadata = { ...known.metadata, annotations: { ...known.metadata.annotations, ...added } };
      const body = JSON.stringify({ ...known, ...KIND, metadata });
      const answer = await this.#renewals.request({ method: 'PUT', path: path(ref), body });
      if (answer.status < 300) return true;
      if (answer.status === 404) return false;
      if (answer.status !== 409 || attempt === MOST_TRIES)
        throw failureOf(answer, { ...WHAT, verb: 'update', namespace: ref.namespace });
    }
  }

  async #read(ref: ObjectRef, where = path(ref), connection = this.#connection): Promise<Lease | undefined> {
    const answer = await connection.request({ method: 'GET', path: where });
    if (isObjectMissing(answer)) return undefined;
    return readJson<Lease>(answer, { ...WHAT, verb: 'get', namespace: ref.namespace });
  }
}

function lockPath(ref: ObjectRef): string {
  return `${collection(ref)}/${encodeURIComponent(lockName(ref.name))}`;
}

function collection({ namespace }: ObjectRef): string {
  return `/apis/coordination.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/leases`;
}

function path(ref: ObjectRef): string {
  return `${collection(ref)}/${encodeURIComponent(leaseName(ref.name))}`;
}

/** The version of the Lease in an answer; undefined where it has another holder. */
function heldIn(body: string, holder: string): LeaseVersion | undefined {
  const lease = jsonOf(body);
  if (!isJsonObject(lease) || !isJsonObject(lease['spec']) || lease['spec']['holderIdentity'] !== holder)
    return undefined;
  const { uid, resourceVersion } = isJsonObject(lease['metadata']) ? lease['metadata'] : {};
  return {
    ...(typeof uid === 'string' && { uid }),
    ...(typeof resourceVersion === 'string' && { resourceVersion }),
  };
}
