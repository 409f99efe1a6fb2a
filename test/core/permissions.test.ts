import { load } from 'js-yaml';
import { expect, it } from 'vitest';
import { describePermission, permissionsFor, roleFor } from '../../src/core/permissions.ts';

const proof = { access: 'api-server', ingressUrl: undefined, smokeRequest: 'auto', smokeExpect: undefined } as const;

it('asks a dry run for no more than a dry run needs', () => {
  const wanted = permissionsFor({ dryRun: true, onFailure: 'rollback', proof }).map(describePermission);
  expect(wanted).toEqual(
    ['get', 'create', 'patch'].map((verb) => `${verb} seldondeployments.machinelearning.seldon.io`),
  );
});

it('asks for no proxy when the proof goes through the ingress, and for no delete when nothing is taken back', () => {
  const wanted = permissionsFor({ dryRun: false, onFailure: 'keep', proof: { ...proof, access: 'ingress' } }).map(
    describePermission,
  );
  expect(wanted.filter((one) => one.includes('proxy') || one.startsWith('delete'))).toEqual([]);
});

it('writes the Role that grants it all', () => {
  const role = load(roleFor('ml', permissionsFor({ dryRun: false, onFailure: 'rollback', proof }))) as {
    rules: unknown[];
  };
  expect(role).toMatchObject({ kind: 'Role', metadata: { namespace: 'ml' } });
  expect(role.rules).toContainEqual({
    apiGroups: ['machinelearning.seldon.io'],
    resources: ['seldondeployments'],
    verbs: ['get', 'create', 'patch', 'delete'],
  });
  expect(role.rules).toContainEqual({ apiGroups: [''], resources: ['services/proxy'], verbs: ['get', 'create'] });
});
