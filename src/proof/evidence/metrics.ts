/** One series of Prometheus, with its newest value. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Seconds since the epoch by Prometheus's clock: when the expression was evaluated. */
  readonly time: number;
}

/** Where the cluster's metrics are kept (Prometheus). */
export interface Metrics {
  /**
   * The only series of a PromQL expression; undefined when there is none.
   * @param time when to evaluate it, in seconds since the epoch by Prometheus's clock; default: now
   * @throws UserError metrics-unreachable, also when the expression gives several series
   */
  query(expression: string, time?: number): Promise<Sample | undefined>;
  /**
   * All series of a PromQL expression now.
   * @throws UserError metrics-unreachable
   */
  series(expression: string): Promise<readonly Sample[]>;
}
