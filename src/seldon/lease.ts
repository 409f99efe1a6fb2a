/** The holder of the Lease of one SeldonDeployment. Only one run at a time can change the object. */
export interface LeaseRecord {
  /** Unique for each attempt of each run. */
  readonly holder: string;
  /** URL of the run, for messages. */
  readonly run: string | undefined;
  /** What the run does. */
  readonly mode?: string | undefined;
  /** Seconds after the last renewal for which it counts. */
  readonly seconds: number;
}

/** A held lease with its last renewal: text that changes with each renewal. */
export interface HeldLeaseRecord extends LeaseRecord {
  readonly renewed: string;
  /** Who asked the holder to stop, in words; undefined if there is no such request. */
  readonly stop?: string | undefined;
  /** Did the holder answer that it stops? */
  readonly isStopping?: boolean;
}

/** A person's lock: nothing may change the object until it is unlocked. */
export interface Lock {
  /** Login. */
  readonly by: string;
  readonly reason: string;
  /** ISO 8601. */
  readonly since: string;
  /** ISO 8601; undefined: until it is unlocked. */
  readonly until: string | undefined;
  readonly run: string | undefined;
}

/** Name of the Lease. A SeldonDeployment's name is a label, so this is a subdomain. */
export function leaseName(name: string): string {
  return `mlflow-to-seldon.${name}`;
}

/** Name of the Lease that holds a lock of people. */
export function lockName(name: string): string {
  return `mlflow-to-seldon-lock.${name}`;
}
