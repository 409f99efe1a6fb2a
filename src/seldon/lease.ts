/** One rollout at a time for each SeldonDeployment: who has the turn, kept in a Lease beside it. */
export interface LeaseRecord {
  /** Unique for each attempt of each run. */
  readonly holder: string;
  /** URL of the run, for people. */
  readonly run: string | undefined;
  /** Seconds after the last renewal for which it counts. */
  readonly seconds: number;
}

/** A claim of somebody, and the last sign of life: text that changes with each renewal. */
export interface HeldLeaseRecord extends LeaseRecord {
  readonly renewed: string;
}

/** Name of the Lease. A SeldonDeployment's name is a label, so this is a subdomain. */
export function leaseName(name: string): string {
  return `mlflow-to-seldon.${name}`;
}
