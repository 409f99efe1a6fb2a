import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { answer, refusal, startCluster, unknownKind } from '../../support/kube-api.ts';

const REF = { namespace: 'seldon', name: 'wine' };
const fixture = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../fixtures/kubernetes/${name}.json`, import.meta.url), 'utf8'));

test('Emissary’s Mappings are read as recorded, and Istio’s absence is asked for once', async () => {
  const { api, cluster } = await startCluster(({ path }, response) => {
    if (path.includes('/getambassador.io/v2/')) answer(response, 200, fixture('mappings').canary);
    else unknownKind(response);
  });
  const rest = (await cluster.routes(REF)).filter(({ name }) => name.endsWith('-rest'));
  expect(rest).toEqual([
    {
      kind: 'Mapping',
      name: 'seldon-seldon-wine-main-rest',
      backends: [{ service: 'wine-main', weight: undefined, mirrored: false }],
    },
    {
      kind: 'Mapping',
      name: 'seldon-seldon-wine-canary-rest',
      backends: [{ service: 'wine-canary', weight: 20, mirrored: false }],
    },
  ]);
  api.reply = (_, response) => answer(response, 200, fixture('mappings').shadow);
  const before = api.asked.length;
  expect((await cluster.routes(REF)).map(({ backends }) => backends[0])).toContainEqual({
    service: 'wine-shadow',
    weight: 100,
    mirrored: true,
  });
  expect(api.asked.length - before).toBe(1);
  expect(api.asked.at(-1)?.query.get('labelSelector')).toBe('seldon-deployment-id=wine');
});

test('a VirtualService gives each predictor once, mirrored or with its weight', async () => {
  const to = (host: string) => ({ host: `${host}.seldon.svc.cluster.local`, port: { number: 8000 } });
  const http = [8000, 5001].map(() => ({
    route: [
      { destination: to('wine-main'), weight: 80 },
      { destination: to('wine-canary'), weight: 20 },
    ],
    mirror: to('wine-shadow'),
    mirrorPercentage: { value: 50 },
  }));
  const { cluster } = await startCluster(({ path }, response) => {
    if (path === '/apis/networking.istio.io/v1/namespaces/seldon/virtualservices/wine')
      answer(response, 200, { metadata: { name: 'wine' }, spec: { http } });
    else unknownKind(response);
  });
  expect(await cluster.routes(REF)).toEqual([
    {
      kind: 'VirtualService',
      name: 'wine',
      backends: [
        { service: 'wine-main', weight: 80, mirrored: false },
        { service: 'wine-canary', weight: 20, mirrored: false },
        { service: 'wine-shadow', weight: 50, mirrored: true },
      ],
    },
  ]);
});

test('routes that we may not read count as none', async () => {
  const { cluster } = await startCluster((_, response) => answer(response, 403, refusal(403, 'no')));
  expect(await cluster.routes(REF)).toEqual([]);
});

test('only the kinds of routes that are asked for are read', async () => {
  const { api, cluster } = await startCluster(({ path }, response) => {
    if (path.includes('/getambassador.io/v2/')) answer(response, 200, fixture('mappings').canary);
    else unknownKind(response);
  });
  const routes = await cluster.routes(REF, ['Mapping']);
  expect(routes.length).toBeGreaterThan(0);
  expect(api.asked).toHaveLength(1);
});
