import { load } from 'js-yaml';
import { expect, it } from 'vitest';
import { optionalPermissionsFor, permissionsFor, roleFor } from '../../src/plan/permissions.ts';
import { describePermission } from '../../src/seldon/permission.ts';
import { someGate, someShares } from '../support/models.ts';

const proof = {
  access: 'api-server',
  ingressUrl: undefined,
  smokeRequest: 'auto',
  smokeExpect: undefined,
  smokeRequired: 'when-possible',
} as const;
const direct = {
  mode: 'direct',
  lockTimeout: undefined,
  dryRun: false,
  onFailure: 'rollback',
  proof,
  share: someShares(),
  gate: someGate(),
} as const;

it('gives a dry run only the permissions that it needs', () => {
  const wanted = permissionsFor({ ...direct, dryRun: true }).map(describePermission);
  expect(wanted).toEqual(
    ['get', 'create', 'patch'].map((verb) => `${verb} seldondeployments.machinelearning.seldon.io`),
  );
});

it('asks for no proxy when the proof goes through the ingress, and for no delete when nothing is taken back', () => {
  const wanted = permissionsFor({ ...direct, onFailure: 'keep', proof: { ...proof, access: 'ingress' } }).map(
    describePermission,
  );
  expect(wanted.filter((one) => one.includes('proxy') || one.startsWith('delete'))).toEqual([]);
});

it('writes the Role that grants it all', () => {
  const role = load(roleFor('ml', permissionsFor(direct))) as {
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

it('asks a mode that makes no object for neither create nor delete, and for the routes that carry the weights', () => {
  const wanted = permissionsFor({ ...direct, mode: 'canary' }).map(describePermission);
  expect(wanted.filter((one) => /^(create|delete) seldon/.test(one))).toEqual([]);
  expect(wanted).toEqual(expect.arrayContaining(['list mappings.getambassador.io']));
});

it('asks mode status for nothing that changes anything', () => {
  const verbs = permissionsFor({ ...direct, mode: 'status' }).map(({ verb }) => verb);
  expect(new Set(verbs)).toEqual(new Set(['get', 'list', 'watch']));
});

it('reads the executors of a canary in steps where there is no Prometheus: needed by `strict`, else done without', () => {
  const inSteps = { ...direct, mode: 'canary', share: someShares({ steps: [10, 50] }) } as const;
  const reads = (wanted: ReturnType<typeof permissionsFor>) =>
    wanted.map(describePermission).includes('get pods/proxy');
  expect([reads(permissionsFor(inSteps)), reads(optionalPermissionsFor(inSteps))]).toEqual([false, true]);
  const strict = { ...inSteps, gate: someGate({ policy: 'strict' }) };
  expect([reads(permissionsFor(strict)), reads(optionalPermissionsFor(strict))]).toEqual([true, false]);
  const counted = { ...strict, gate: someGate({ policy: 'strict', prometheusUrl: 'https://prometheus' }) };
  expect([reads(permissionsFor(counted)), reads(optionalPermissionsFor(counted))]).toEqual([false, false]);
  expect(optionalPermissionsFor({ ...inSteps, gate: someGate({ policy: 'off' }) })).toEqual([]);
  expect(optionalPermissionsFor(direct)).toEqual([]);
});
