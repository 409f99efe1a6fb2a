import { expect, it } from 'vitest';
import { runInputsOf } from '../../src/gate/run-inputs.ts';
import type { InputName } from '../../src/settings/inputs.ts';
import { readConfig } from '../../src/settings/read-config.ts';

/** The inputs of a workflow whose canary is judged by Prometheus. */
const WORKFLOW: Readonly<Partial<Record<InputName, string>>> = {
  'model-uri': 'models:/wine/7',
  name: 'wine',
  mode: 'canary',
  steps: '5,25',
  'prometheus-url': 'https://prometheus.example.com',
  'prometheus-token': 'token-4711',
  'gate-latency': '0.1',
  'gate-no-data': 'fail',
  'gate-queries': JSON.stringify([
    { name: 'sold', successes: 'a{p="$predictor"}', trials: 'b{p="$predictor"}', margin: 0.1 },
  ]),
};

function commanded(chosen: Readonly<Partial<Record<InputName, string>>>, more: typeof WORKFLOW = {}) {
  const input = (name: InputName) => ({ ...WORKFLOW, ...more })[name] ?? '';
  const place = { target: undefined, needs: [], raw: { env: {}, input } };
  const given = new Map(Object.entries(chosen) as [InputName, string][]);
  return readConfig(runInputsOf(place, given).raw).gate;
}

it.each(['promote', 'rollback', 'direct', 'blue-green'])(
  'a command to %s can be given where the workflow judges canaries by Prometheus',
  (mode) => {
    const model = mode === 'promote' || mode === 'rollback' ? { 'model-uri': '' } : {};
    expect(commanded({ mode, ...model }).prometheusUrl).toBeUndefined();
  },
);

it('with `bake` the command is judged by Prometheus, too', () => {
  expect(commanded({ mode: 'promote', 'model-uri': '' }, { bake: '15m', 'gate-queries': '' })).toMatchObject({
    prometheusUrl: 'https://prometheus.example.com',
    latencyLimit: 0.1,
  });
});

it('a canary of a command keeps what judges it', () => {
  expect(commanded({ mode: 'canary' })).toMatchObject({ prometheusUrl: 'https://prometheus.example.com' });
});
