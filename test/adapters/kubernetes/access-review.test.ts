import { expect, test } from 'vitest';
import { permissionsFor } from '../../../src/plan/permissions.ts';
import { answer, startCluster } from '../../support/kube-api.ts';
import { someGate, someShares } from '../../support/models.ts';

const WANTED = permissionsFor({
  mode: 'direct',
  lockTimeout: undefined,
  share: someShares(),
  gate: someGate(),
  dryRun: false,
  onFailure: 'rollback',
  proof: {
    access: 'api-server',
    ingressUrl: undefined,
    smokeRequest: 'auto',
    smokeExpect: undefined,
    smokeRequired: 'when-possible',
  },
});

test('a cluster-admin’s permissions take one request', async () => {
  const resourceRules = [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }];
  const { api, cluster } = await startCluster((_, response) => answer(response, 201, { status: { resourceRules } }));
  expect(await cluster.missingPermissions('seldon', WANTED)).toEqual([]);
  expect(api.asked).toHaveLength(1);
});

test('only what the rules do not clearly grant is asked one by one', async () => {
  const resourceRules = [
    { verbs: ['get', 'create', 'patch'], apiGroups: ['machinelearning.seldon.io'], resources: ['seldondeployments'] },
    { verbs: ['delete'], apiGroups: ['machinelearning.seldon.io'], resources: ['*'], resourceNames: ['other'] },
    { verbs: ['list', 'watch'], apiGroups: ['', 'apps'], resources: ['deployments', 'pods', 'events'] },
    { verbs: ['get'], apiGroups: ['*'], resources: ['*/log'] },
    { verbs: ['get', 'create'], apiGroups: [''], resources: ['services'] },
  ];
  const reviewed: unknown[] = [];
  const { cluster } = await startCluster(({ path, body }, response) => {
    if (path.endsWith('/selfsubjectrulesreviews')) return answer(response, 201, { status: { resourceRules } });
    const { resourceAttributes } = JSON.parse(body).spec;
    reviewed.push(resourceAttributes);
    answer(response, 201, { status: { allowed: resourceAttributes.verb === 'delete' } });
  });
  const services = { group: '', resource: 'services/proxy' };
  expect(await cluster.missingPermissions('seldon', WANTED)).toEqual([
    { verb: 'get', ...services },
    { verb: 'create', ...services },
  ]);
  expect(reviewed).toContainEqual({
    namespace: 'seldon',
    verb: 'get',
    group: '',
    resource: 'services',
    subresource: 'proxy',
  });
  expect(reviewed).toHaveLength(3);
});
