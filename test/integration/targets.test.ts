import { afterAll, beforeAll, expect, it } from 'vitest';
import { kubectl } from './story.ts';
import { openSurroundings, type Surroundings } from './surroundings.ts';

let world: Surroundings;

beforeAll(async () => {
  world = await openSurroundings();
});

afterAll(() => world?.close());

const PATH = '.github/seldon.yml';

const TARGETS = `
defaults: { orchestrator: false }
targets:
  wine-prod: { needs: wine-staging, name: prod, model-uri: models:/wine-quality@champion }
  wine-staging: { name: staging, orchestrator: true, model-uri: models:/wine-quality@challenger }
  wine-other: { name: other, model-uri: models:/wine-quality/1 }
`;

/** Milliseconds since the epoch, to the second. */
async function createdAt(name: string): Promise<number> {
  const path = 'jsonpath={.metadata.creationTimestamp}';
  return Date.parse(await kubectl('-n', 'seldon', 'get', 'seldondeployment', name, '-o', path));
}

it('targets of a file go live at once where nothing binds them, staging before production, and people see how far it is', async () => {
  world.github.write('main', PATH, TARGETS);
  const seen = new Set<string>();
  const watch = setInterval(() => {
    for (const body of world.comments(7)) seen.add(body);
  }, 500);
  const end = await world.deploy({ with: { config: PATH, 'config-ref': 'main' } });
  clearInterval(watch);
  expect(JSON.parse(end.outputs['targets'] || '{}'), end.shown).toMatchObject({
    'wine-prod': { outcome: 'deployed', 'model-version': '1' },
    'wine-staging': { outcome: 'deployed', 'model-version': '2' },
    'wine-other': { outcome: 'deployed', 'model-version': '1' },
  });
  const [staging, other, prod] = await Promise.all(['staging', 'other', 'prod'].map(createdAt));
  expect(Math.abs(Number(staging) - Number(other))).toBeLessThan(10_000);
  // A pod needs seconds to come up: production was not begun before staging had answered.
  expect(Number(prod) - Number(staging)).toBeGreaterThan(5_000);
  const [first = ''] = seen;
  expect(first).toMatch(/\*\*wine-staging\*\* \| ⏳/);
  expect(world.comments(7)).toHaveLength(1);
  expect(world.comments(7)[0]).toMatch(/\*\*wine-prod\*\* \| ✅ .*\n.*\*\*wine-staging\*\* \| ✅/);
});
