import type { ObjectRef } from '../../seldon/cluster.ts';
import { type HeldLeaseRecord, type LeaseRecord, leaseName } from '../../seldon/lease.ts';
import { ANNOTATIONS } from '../../seldon/seldon-deployment.ts';
import { failureOf, readJson } from './api-status.ts';
import type { ApiConnection } from './connection.ts';

/** The fields of a `coordination.k8s.io/v1` Lease that we use. */
interface Lease {
  readonly metadata: {
    readonly resourceVersion?: string;
    readonly uid?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly renewTime?: string;
  };
}

const WHAT = { resource: 'leases.coordination.k8s.io' } as const;

/** Leases with optimistic locking: if two writers use the same version, the API server accepts only one. */
export class Leases {
  readonly #connection: ApiConnection;

  constructor(connection: ApiConnection) {
    this.#connection = connection;
  }

  /** Acquires or renews the lease. @returns the current holder if it is another run; undefined if we hold it */
  async take(
    ref: ObjectRef,
    claim: LeaseRecord,
    over: HeldLeaseRecord | undefined,
  ): Promise<HeldLeaseRecord | undefined> {
    const known = await this.#read(ref);
    const standing = known && standingOf(known);
    const isOurs = standing === undefined || standing.holder === claim.holder;
    const isOver = over !== undefined && standing?.holder === over.holder && standing.renewed === over.renewed;
    if (!isOurs && !isOver) return standing;
    const answer = await this.#connection.request({
      method: known === undefined ? 'POST' : 'PUT',
      path: known === undefined ? collection(ref) : path(ref),
      body: JSON.stringify(leaseOf(ref, claim, known)),
    });
    if (answer.status < 300) return undefined;
    if (answer.status === 409) {
      // Another writer was faster. It may be an earlier attempt of ours whose answer was lost.
      const now = await this.#read(ref);
      if (now === undefined) return this.take(ref, claim, undefined);
      const quicker = standingOf(now);
      return quicker?.holder === claim.holder ? undefined : quicker;
    }
    throw failureOf(answer, { ...WHAT, verb: known === undefined ? 'create' : 'update', namespace: ref.namespace });
  }

  /** Releases our lease. It never releases the lease of another run. */
  async give(ref: ObjectRef, { holder }: LeaseRecord): Promise<void> {
    const known = await this.#read(ref);
    if (known?.spec?.holderIdentity !== holder) return;
    const { uid, resourceVersion } = known.metadata;
    const preconditions = {
      ...(uid !== undefined && { uid }),
      ...(resourceVersion !== undefined && { resourceVersion }),
    };
    const body = JSON.stringify({ apiVersion: 'v1', kind: 'DeleteOptions', preconditions });
    const answer = await this.#connection.request({ method: 'DELETE', path: path(ref), body });
    if (answer.status >= 300 && answer.status !== 404 && answer.status !== 409)
      throw failureOf(answer, { ...WHAT, verb: 'delete', namespace: ref.namespace });
  }

  async #read(ref: ObjectRef): Promise<Lease | undefined> {
    const answer = await this.#connection.request({ method: 'GET', path: path(ref) });
    if (answer.status === 404) return undefined;
    return readJson<Lease>(answer, { ...WHAT, verb: 'get', namespace: ref.namespace });
  }
}

function standingOf({ metadata, spec }: Lease): HeldLeaseRecord | undefined {
  const { holderIdentity: holder = '', leaseDurationSeconds: seconds = 0, renewTime: renewed = '' } = spec ?? {};
  return holder === '' ? undefined : { holder, seconds, renewed, run: metadata.annotations?.[ANNOTATIONS.runUrl] };
}

function leaseOf(
  { namespace, name }: ObjectRef,
  { holder, run, seconds }: LeaseRecord,
  known: Lease | undefined,
): unknown {
  // Kubernetes requires microseconds.
  const now = new Date().toISOString().replace('Z', '000Z');
  const { resourceVersion } = known?.metadata ?? {};
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name: leaseName(name),
      namespace,
      ...(run !== undefined && { annotations: { [ANNOTATIONS.runUrl]: run } }),
      ...(resourceVersion !== undefined && { resourceVersion }),
    },
    spec: { holderIdentity: holder, leaseDurationSeconds: seconds, acquireTime: now, renewTime: now },
  };
}

function collection({ namespace }: ObjectRef): string {
  return `/apis/coordination.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/leases`;
}

function path(ref: ObjectRef): string {
  return `${collection(ref)}/${encodeURIComponent(leaseName(ref.name))}`;
}
