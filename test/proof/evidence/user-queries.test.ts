import { expect, it } from 'vitest';
import { userQuestions } from '../../../src/proof/evidence/user-queries.ts';

const WINDOW_S = 60;

/** Two requests a second until second 1,000, and all succeed. Each answer takes this Prometheus 5 s. */
function slowPrometheus() {
  let now = 1_000;
  return {
    query: async (_: string, time = now) => {
      now += 5;
      return { labels: {}, value: 2 * (Math.min(time, 1_000) - (time - WINDOW_S)), time };
    },
  };
}

const query = { name: 'answered', successes: 'good[$window]', trials: 'all[$window]', margin: 0.01 };
const scope = { deployment: 'wine', namespace: 'seldon', window: WINDOW_S };

it('successes and trials are counted in one window, however long the answers take', async () => {
  const [question] = await userQuestions(slowPrometheus(), [query], { scope, names: ['main', 'canary'] });
  expect(question?.steps).toMatchObject([{ main: { trials: 120, failures: 0 }, canary: { failures: 0 } }]);
});
