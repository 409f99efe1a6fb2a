import type { GateQuery } from '../../settings/config.ts';
import type { Metrics } from './metrics.ts';
import type { Question } from './questions.ts';
import type { Tally } from './share.ts';

/** What stands for what in a user's PromQL. */
export interface QueryScope {
  readonly deployment: string;
  readonly namespace: string;
  /** Whole seconds since canary had its first share. */
  readonly window: number;
}

/**
 * Asks the user's own questions of main and canary.
 * @throws UserError metrics-unreachable
 */
export function userQuestions(
  metrics: Pick<Metrics, 'query'>,
  queries: readonly GateQuery[],
  { scope, names }: { readonly scope: QueryScope; readonly names: readonly [string, string] },
): Promise<readonly Question[]> {
  const tallyOf = async ({ successes, trials }: GateQuery, predictor: string): Promise<Tally> => {
    const [succeeded, all] = await Promise.all(
      [successes, trials].map((expression) => metrics.query(filled(expression, scope, predictor))),
    );
    // Prometheus extrapolates, so that there may be a few more successes than trials.
    const total = Math.max(0, all ?? 0);
    return { trials: total, failures: Math.min(total, Math.max(0, total - (succeeded ?? 0))) };
  };
  return Promise.all(
    queries.map(async (query): Promise<Question> => {
      const [main, canary] = await Promise.all([tallyOf(query, names[0]), tallyOf(query, names[1])]);
      return { name: query.name, margin: query.margin, asksMain: true, steps: [{ main, canary }] };
    }),
  );
}

function filled(expression: string, { deployment, namespace, window }: QueryScope, predictor: string): string {
  const values: Readonly<Record<string, string>> = { deployment, namespace, predictor, window: `${window}s` };
  return expression.replace(/\$(deployment|namespace|predictor|window)\b/g, (_, name: string) => values[name] ?? '');
}
