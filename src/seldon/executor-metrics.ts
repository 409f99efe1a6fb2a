/** The metric in which Seldon's executor counts its answers (executor/api/metric, v1.17.1). */
export const SERVER_REQUESTS = 'seldon_api_executor_server_requests_seconds';

/**
 * Predictions counted so far by one executor, from its `/prometheus` page in Prometheus's text format. Status calls
 * count under another `service`.
 */
export function predictionsCounted(page: string): number {
  return page
    .split('\n')
    .filter((line) => line.startsWith(`${SERVER_REQUESTS}_count{`) && line.includes('service="predictions"'))
    .reduce(
      (sum, line) =>
        sum +
        (Number(
          line
            .slice(line.lastIndexOf('}') + 1)
            .trim()
            .split(' ')[0],
        ) || 0),
      0,
    );
}
