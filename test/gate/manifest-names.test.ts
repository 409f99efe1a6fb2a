import { expect, it } from 'vitest';
import { namedByManifest } from '../../src/gate/manifest-names.ts';
import type { TargetInputs } from '../../src/gate/run-inputs.ts';

function place(values: Readonly<Record<string, string>>): TargetInputs {
  return { target: undefined, needs: [], raw: { env: {}, input: (name) => values[name] ?? '' } };
}

const READS = async () => ({ name: 'cellar', namespace: 'prod' });

async function namesOf(values: Readonly<Record<string, string>>, read: () => Promise<{ name?: string }> = READS) {
  const { raw } = await namedByManifest(place(values), read);
  return `${raw.input('namespace')}/${raw.input('name')}`;
}

it.each([
  ['no manifest', {}, '/'],
  ['a manifest', { manifest: 'base.yaml' }, 'prod/cellar'],
  ['a manifest and a name', { manifest: 'base.yaml', name: 'wine' }, 'prod/wine'],
  ['a manifest and a namespace', { manifest: 'base.yaml', namespace: 'seldon' }, 'seldon/cellar'],
  ['all of them', { manifest: 'base.yaml', name: 'wine', namespace: 'seldon' }, 'seldon/wine'],
])('inputs with %s are about one object', async (_, values, expected) => {
  expect(await namesOf(values)).toBe(expected);
});

it('a file that cannot be read matters only where its name is needed', async () => {
  const fail = async () => {
    throw new Error('not there');
  };
  expect(await namesOf({ manifest: 'base.yaml', name: 'wine' }, fail)).toBe('/wine');
  await expect(namesOf({ manifest: 'base.yaml' }, fail)).rejects.toThrow('not there');
});
