/** The metrics server of the cluster (Prometheus). */
export interface Metrics {
  /**
   * The current value of a PromQL expression; undefined if there is no series.
   * @throws UserError metrics-unreachable
   */
  query(expression: string): Promise<number | undefined>;
}
