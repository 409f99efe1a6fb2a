/** Where the cluster's metrics are kept (Prometheus). */
export interface Metrics {
  /**
   * The value of a PromQL expression now; undefined when there is no series.
   * @throws UserError metrics-unreachable
   */
  query(expression: string): Promise<number | undefined>;
}
