import { expect, it } from 'vitest';
import { VERBS, type Verb } from '../../src/gate/command.ts';
import { nextCommand } from '../../src/gate/commands/next-command.ts';
import type { InputName } from '../../src/settings/inputs.ts';
import { readConfig } from '../../src/settings/read-config.ts';

type Inputs = Readonly<Partial<Record<InputName, string>>>;

interface Limits {
  readonly target?: string;
  readonly verbs?: readonly Verb[];
}

function offered(given: Inputs, chosen: Inputs = {}, { target, verbs = VERBS }: Limits = {}): string | undefined {
  const input = (inputs: Inputs) => (name: InputName) => inputs[name] ?? '';
  const config = readConfig({ env: {}, input: input({ ...given, ...chosen }) });
  return nextCommand(config, { offer: { prefix: '/seldon', target, verbs }, plan: '1f', given: input(given) });
}

const WINE = { 'model-uri': 'models:/wine/7', name: 'wine' };

it.each<[Inputs, Inputs, string | undefined]>([
  [WINE, {}, '/seldon deploy plan=1f'],
  [WINE, { 'model-uri': 'models:/wine/8' }, '/seldon deploy models:/wine/8 plan=1f'],
  [WINE, { mode: 'canary', traffic: '20' }, '/seldon canary traffic=20 plan=1f'],
  [WINE, { namespace: 'b' }, '/seldon deploy namespace=b plan=1f'],
  [{ ...WINE, mode: 'canary', steps: '5\n50' }, {}, '/seldon deploy plan=1f'],
  [{ ...WINE, mode: 'canary', steps: '5, 50' }, { steps: '5,25' }, '/seldon canary steps=5,25 plan=1f'],
  [{ ...WINE, mode: 'canary' }, { mode: 'direct' }, undefined],
  [{ mode: 'promote', name: 'wine' }, {}, '/seldon deploy plan=1f'],
  [WINE, { mode: 'rollback', 'model-uri': '', to: 'v3' }, '/seldon rollback to=v3 plan=1f'],
  [WINE, { mode: 'remove', 'model-uri': '' }, undefined],
])('inputs %j with %j chosen are carried out by %s', (given, chosen, command) => {
  expect(offered(given, chosen)).toBe(command);
});

it('repeats what the workflow that reads the comment may not have, where that is another one', () => {
  const inputs = { ...WINE, mode: 'canary', traffic: '20', namespace: 'b' };
  const config = readConfig({ env: {}, input: (name) => (inputs as Inputs)[name] ?? '' });
  const setting = { plan: '1f', given: (name: InputName) => (inputs as Inputs)[name] ?? '', isForOther: true };
  const offer = { prefix: '/seldon', target: undefined, verbs: VERBS };
  expect(nextCommand(config, { ...setting, offer })).toBe('/seldon canary models:/wine/7 traffic=20 plan=1f');
  // A file of targets is the same for both.
  expect(nextCommand(config, { ...setting, offer: { ...offer, target: 'wine' } })).toBe('/seldon deploy wine plan=1f');
});

it('names the target, and only what is not in it', () => {
  expect(offered(WINE, { replicas: '2' }, { target: 'wine-prod' })).toBe('/seldon deploy wine-prod replicas=2 plan=1f');
});

it('offers no command that is not allowed', () => {
  expect(offered(WINE, { mode: 'canary', traffic: '20' }, { verbs: ['plan', 'deploy'] })).toBeUndefined();
  expect(offered(WINE, {}, { verbs: ['plan', 'deploy'] })).toBe('/seldon deploy plan=1f');
});
