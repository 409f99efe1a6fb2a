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
    // Trials first: Prometheus may collect new counts between the two answers, and then there are more successes than
    // trials, as when it extrapolates. The other way round those requests would count as failures. Both at one time: the
    // window of a later question begins later, and the requests that it leaves out would count as failures, too.
    const asked = await metrics.query(filled(trials, scope, predictor));
    const total = Math.max(0, asked?.value ?? 0);
    const succeeded = await metrics.query(filled(successes, scope, predictor), asked?.time);
    return { trials: total, failures: Math.min(total, Math.max(0, total - (succeeded?.value ?? 0))) };
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
