import { expect, it } from 'vitest';
import { commandLine, offerOf, type PullState } from '../../src/gate/commands/command-offer.ts';
import { readPolicy } from '../../src/gate/policy.ts';
import { InputReader } from '../../src/settings/input-reader.ts';
import type { InputName } from '../../src/settings/inputs.ts';

type Inputs = Readonly<Partial<Record<InputName, string>>>;

const OPEN: PullState = { isOpen: true, isDraft: false, isFork: false };

function offered(inputs: Inputs, pull: Partial<PullState> = {}, chosen: Inputs = {}, target?: string) {
  const input = (name: InputName) => inputs[name] ?? '';
  const policy = readPolicy(new InputReader({ env: {}, input }));
  const all = { ...inputs, ...chosen };
  const object = { target, name: all.name, namespace: all.namespace, given: input };
  return offerOf('/seldon', { policy, pull: { ...OPEN, ...pull } }, object);
}

const WINE = { name: 'wine' };

it('on an open pull request all commands may be given', () => {
  expect(commandLine(offered(WINE), 'promote')).toBe('/seldon promote');
  expect(commandLine(offered(WINE, {}, {}, 'wine-prod'), 'promote')).toBe('/seldon promote wine-prod');
});

it.each<[string, Inputs, Partial<PullState>]>([
  ['is closed', WINE, { isOpen: false }],
  ['is a draft', WINE, { isDraft: true }],
  ['comes from a fork', WINE, { isFork: true }],
  ['has a workflow without this command', { ...WINE, 'allow-commands': 'plan, rollback, lock, status' }, {}],
  ['has a workflow that names no object', { 'model-uri': 'models:/wine/1' }, {}],
])('no command to promote is offered where the pull request %s', (_, inputs, pull) => {
  expect(commandLine(offered(inputs, pull), 'promote')).toBeUndefined();
});

it('an emergency and a question are always allowed, a plan on a draft, and a decision after the merge', () => {
  const closed = offered(WINE, { isOpen: false });
  expect(closed.verbs).toEqual(['abort', 'lock', 'unlock', 'status', 'help']);
  expect(offered(WINE, { isDraft: true }).verbs).toContain('plan');
  const merged = { isOpen: false, isInBase: 'yes' } as const;
  expect(offered(WINE, merged).verbs).toEqual(['promote', 'rollback', ...closed.verbs]);
  expect(offered({ ...WINE, 'allow-drafts': 'true' }, { isDraft: true }).verbs).toContain('promote');
});

it('repeats what the command before chose, and nothing else', () => {
  expect(commandLine(offered(WINE, {}, { name: 'oak', namespace: 'b' }), 'rollback')).toBe(
    '/seldon rollback name=oak namespace=b',
  );
  expect(commandLine(offered({ ...WINE, namespace: 'b' }), 'plan', ['mode=promote'])).toBe('/seldon plan mode=promote');
});

it('says what a change needs before', () => {
  const { needs, needsPlan } = offered({
    ...WINE,
    'require-review': 'true',
    'require-checks': 'true',
    'require-plan': 'true',
  });
  expect({ needs, needsPlan }).toEqual({ needs: ['an approving review', 'all checks to pass'], needsPlan: true });
});
