import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { IMAGES } from '../../sandbox/operator/images.ts';
import type { Deployment, Mapping } from '../../sandbox/operator/kinds.ts';
import { renderComponents } from '../../sandbox/operator/render.ts';
import type { EnvVar, SeldonDeployment } from '../../sandbox/operator/seldon-deployment.ts';
import { serviceStatusOf } from '../../sandbox/operator/services.ts';

interface Rendered {
  readonly sent: SeldonDeployment;
  readonly deployments: readonly Deployment[];
  readonly mappings: readonly Mapping[];
  readonly address: string;
  readonly serviceStatus: Readonly<Record<string, unknown>>;
}

/** What the reference operator made of what was applied. */
const RECORDED = JSON.parse(
  readFileSync(new URL('../fixtures/seldon/rendered.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, Rendered>>;

const OPTIONS = { ambassador: true, istio: false, images: IMAGES };

/** What the API server adds, and `resources: {}`, which Go writes out. */
const DEFAULTS = [
  'apiVersion',
  'maxSurge',
  'progressDeadlineSeconds',
  'resources',
  'revisionHistoryLimit',
  'scheme',
  'securityContext',
  'successThreshold',
  'timeoutSeconds',
];

/** Makes the order of variables meaningless and ENGINE_PREDICTOR readable. */
function readable(deployment: Deployment): unknown {
  return JSON.parse(JSON.stringify(deployment), (key, value) => {
    if (key === 'env') return (value as EnvVar[]).toSorted((a, b) => (a.name < b.name ? -1 : 1)).map(decoded);
    return value;
  });
}

function decoded({ name, value = '' }: EnvVar): unknown {
  if (name === 'ENGINE_PREDICTOR') {
    const predictor = JSON.parse(Buffer.from(value, 'base64').toString('utf8'), (key, part) =>
      key === 'env' ? (part as EnvVar[]).toSorted((a, b) => (a.name < b.name ? -1 : 1)) : part,
    );
    return { name, predictor };
  }
  // Go sorts keys of maps only.
  return { name, value };
}

/** Names of fields that `whole` has and `part` has not. */
function extraFields(whole: unknown, part: unknown): readonly string[] {
  if (typeof whole !== 'object' || whole === null || typeof part !== 'object' || part === null) return [];
  const known = part as Readonly<Record<string, unknown>>;
  return Object.entries(whole).flatMap(([key, value]) =>
    known[key] === undefined ? [key] : extraFields(value, known[key]),
  );
}

describe.each(Object.entries(RECORDED))('the situation %s is rendered as the reference did:', (_, recorded) => {
  const ours = renderComponents(recorded.sent, OPTIONS);

  test('Deployments with all their containers', () => {
    expect(ours.deployments.map(({ metadata }) => metadata.name).sort()).toEqual(
      recorded.deployments.map(({ metadata }) => metadata.name).sort(),
    );
    for (const theirs of recorded.deployments) {
      const our = ours.deployments.find(({ metadata }) => metadata.name === theirs.metadata.name) ?? theirs;
      expect(readable(theirs)).toMatchObject(readable(our) as object);
      for (const field of extraFields(readable(theirs), readable(our))) expect(DEFAULTS).toContain(field);
    }
  });

  test('Mappings', () => {
    const byName = (a: Mapping, b: Mapping) => (a.metadata.name < b.metadata.name ? -1 : 1);
    expect(ours.mappings.toSorted(byName)).toEqual(recorded.mappings.toSorted(byName));
  });

  test('Services and the address in the status', () => {
    const status = Object.fromEntries(ours.services.map((one) => [one.metadata.name, serviceStatusOf(one)]));
    expect(status).toEqual(recorded.serviceStatus);
    expect(ours.address).toBe(recorded.address);
  });
});

const first = RECORDED['first']?.sent as SeldonDeployment;

function predictors(...changes: object[]): SeldonDeployment {
  const [main] = first.spec.predictors;
  return { ...first, spec: { predictors: changes.map((change) => ({ ...main, ...change })) } } as SeldonDeployment;
}

test('without a container of their own, main and canary share the HTTP port but not the metrics port', () => {
  const components = renderComponents(
    predictors({ componentSpecs: [] }, { name: 'canary', componentSpecs: [] }),
    OPTIONS,
  );
  const ports = components.deployments.map(({ spec }) => spec.template.spec.containers[0]?.ports);
  expect(ports.map((list) => list?.map(({ name, containerPort }) => `${name} ${containerPort}`))).toEqual([
    ['metrics 6000', 'http 9000', 'grpc 9500'],
    ['metrics 6001', 'http 9000', 'grpc 9500'],
  ]);
});

test('a model without probes gets TCP probes, and liveness may kill it after 75 seconds', () => {
  const [deployment] = renderComponents(predictors({ componentSpecs: [] }), OPTIONS).deployments;
  const container = deployment?.spec.template.spec.containers[0];
  expect(container?.livenessProbe).toMatchObject({
    tcpSocket: { port: 9000 },
    initialDelaySeconds: 60,
    periodSeconds: 5,
    failureThreshold: 3,
  });
  expect(container?.readinessProbe).toMatchObject({ tcpSocket: { port: 9000 }, initialDelaySeconds: 20 });
});

test('traffic and replicas do not reach the pods', () => {
  const templates = [
    predictors({ traffic: 100, replicas: 1 }),
    predictors({ traffic: 50, replicas: 3 }, { name: 'canary', traffic: 50 }),
  ].map((sdep) => renderComponents(sdep, OPTIONS).deployments[0]?.spec.template);
  expect(templates[1]).toEqual(templates[0]);
});

test('names of more than 63 characters become a hash', () => {
  const components = renderComponents(
    { ...predictors({ name: 'x'.repeat(70) }), metadata: { name: 'refused', namespace: 'seldon' } },
    OPTIONS,
  );
  expect(components.deployments[0]?.metadata.name).toBe('seldon-90455a97bf9d3c6e8e69a94f0d3ba57d');
  expect(components.services.map(({ metadata }) => metadata.name)).toEqual([
    'seldon-99d0c525dfb5880ae557e37a7991ee2b',
    'seldon-801382c1ee926caa36f1cac062e34e36',
  ]);
});

test('Istio gets one VirtualService: weights for the predictors, a mirror for the shadow', () => {
  const sdep = predictors({ traffic: 80 }, { name: 'canary', traffic: 20 }, { name: 'dark', shadow: true, traffic: 0 });
  const { virtualServices, destinationRules, mappings } = renderComponents(sdep, {
    ...OPTIONS,
    ambassador: false,
    istio: true,
  });
  expect(mappings).toEqual([]);
  expect(destinationRules.map(({ metadata }) => metadata.name)).toEqual(['wine-main', 'wine-canary', 'wine-dark']);
  const [http] = virtualServices[0]?.spec.http ?? [];
  expect(http?.route.map(({ destination, weight }) => [destination.host, weight])).toEqual([
    ['wine-main.seldon.svc.cluster.local', 80],
    ['wine-canary.seldon.svc.cluster.local', 20],
  ]);
  expect(http?.mirror?.host).toBe('wine-dark.seldon.svc.cluster.local');
  expect(http).not.toHaveProperty('mirrorPercentage');
});

test('a server that the configuration does not know cannot be rendered, even with an image', () => {
  const graph = { name: 'prediction', implementation: 'NOPE_SERVER', modelUri: 's3://x' };
  const componentSpecs = [{ spec: { containers: [{ name: 'prediction', image: 'nope:1' }] } }];
  expect(() => renderComponents(predictors({ graph, componentSpecs }), OPTIONS)).toThrow(
    'Failed to get server config for NOPE_SERVER',
  );
});
