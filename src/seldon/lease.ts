/** The holder of the Lease of one SeldonDeployment. Only one run at a time can change the object. */
export interface LeaseRecord {
  /** Unique for each attempt of each run. */
  readonly holder: string;
  /** URL of the run, for messages. */
  readonly run: string | undefined;
  /** Seconds after the last renewal for which the lease is valid. */
  readonly seconds: number;
}

/** A held lease with its last renewal: text that changes with each renewal. */
export interface HeldLeaseRecord extends LeaseRecord {
  readonly renewed: string;
}

/** Name of the Lease. A SeldonDeployment's name is a label, so this is a subdomain. */
export function leaseName(name: string): string {
  return `mlflow-to-seldon.${name}`;
}
