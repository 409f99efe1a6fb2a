import { expect, it } from 'vitest';
import { changesBetween } from '../../src/plan/changes.ts';
import { NOT_SHOWN, withoutEnvironmentValues } from '../../src/plan/environment-values.ts';

const container = (more: object) => ({
  predictors: [{ name: 'main', spec: { containers: [{ name: 'c', ...more }] } }],
});
const env = [
  { name: 'DB_PASS', value: 'hunter2' },
  { name: 'KEY', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
];

it.each([
  ['a list that was not there', container({}), container({ env })],
  ['a list that goes', container({ env }), container({})],
  ['a variable that was not there', container({ env: env.slice(1) }), container({ env })],
  ['a value', container({ env: [{ name: 'DB_PASS', value: 'hunter1' }] }), container({ env: env.slice(0, 1) })],
  ['a whole container', { predictors: [] }, container({ env })],
])('values of environment variables are not told: %s', (_, before, after) => {
  const told = changesBetween(before, after).join();
  expect(told).toMatch(/env|predictors/);
  expect(told).not.toContain('hunter');
});

it('a manifest is told with the names of its environment variables, and with everything else', () => {
  const told = withoutEnvironmentValues(container({ env, image: 'x' }));
  expect(told).toEqual(container({ env: [{ name: 'DB_PASS', value: NOT_SHOWN }, env[1]], image: 'x' }));
});
