import { isJsonObject, jsonOf } from '../base/json-value.ts';
import type { ObjectRef } from './cluster.ts';
import { type HeldLeaseRecord, type LeaseRecord, type Lock, leaseName } from './lease.ts';
import { ANNOTATIONS } from './seldon-deployment.ts';

/** The fields of a `coordination.k8s.io/v1` Lease that we use. */
export interface Lease {
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

/** What every write of a Lease begins with. */
export const KIND = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' } as const;

/** Who holds it; undefined if it is held by no run. */
export function standingOf({ metadata, spec }: Lease): HeldLeaseRecord | undefined {
  const { holderIdentity: holder = '', leaseDurationSeconds: seconds = 0, renewTime: renewed = '' } = spec ?? {};
  const notes = metadata.annotations ?? {};
  if (holder === '') return undefined;
  return {
    holder,
    seconds,
    renewed,
    run: notes[ANNOTATIONS.runUrl],
    mode: notes[ANNOTATIONS.mode],
    stop: notes[ANNOTATIONS.stop],
    isStopping: notes[ANNOTATIONS.stopping] === 'true',
  };
}

/** A lock that cannot be parsed is still a lock. */
export function lockOf({ metadata, spec }: Lease): Lock {
  const told = jsonOf(metadata.annotations?.[ANNOTATIONS.lock] ?? '');
  const text = (key: string) => {
    const value = isJsonObject(told) ? told[key] : undefined;
    return typeof value === 'string' ? value : undefined;
  };
  return {
    by: text('by') ?? spec?.holderIdentity ?? 'somebody',
    reason: text('reason') ?? '',
    since: text('since') ?? '',
    until: text('until'),
    run: text('run'),
  };
}

/** The Lease as its holder writes it. */
export function leaseOf(
  { namespace, name }: ObjectRef,
  { holder, run, mode, seconds }: LeaseRecord,
  { known, at }: { readonly known: Lease | undefined; readonly at: Date },
): unknown {
  const now = micro(at.toISOString());
  const { resourceVersion, annotations: before = {} } = known?.metadata ?? {};
  // A request to stop stays with the holder that it is for.
  const kept = known?.spec?.holderIdentity === holder ? before : {};
  const annotations = {
    ...kept,
    ...(run !== undefined && { [ANNOTATIONS.runUrl]: run }),
    ...(mode !== undefined && { [ANNOTATIONS.mode]: mode }),
  };
  return {
    ...KIND,
    metadata: {
      name: leaseName(name),
      namespace,
      annotations,
      ...(resourceVersion !== undefined && { resourceVersion }),
    },
    spec: { holderIdentity: holder, leaseDurationSeconds: seconds, acquireTime: now, renewTime: now },
  };
}

/** Kubernetes wants microseconds. */
export function micro(time: string): string {
  return time.replace('Z', '000Z');
}
