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
   * The value of a PromQL expression now; undefined when there is no series.
   * @throws UserError metrics-unreachable, also when the expression gives several series
   */
  query(expression: string): Promise<number | undefined>;
  /**
   * All series of a PromQL expression now.
   * @throws UserError metrics-unreachable
   */
  series(expression: string): Promise<readonly Sample[]>;
}
