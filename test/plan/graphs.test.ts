import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { deployModes } from '../../src/plan/modes/index.ts';
import { deploymentsOf } from '../../src/seldon/created-objects.ts';
import { modelNodeOf, modelUriOf } from '../../src/seldon/graph.ts';
import {
  ANNOTATIONS,
  type GraphNode,
  type Predictor,
  type SeldonDeployment,
} from '../../src/seldon/seldon-deployment.ts';
import { aModel, aPlanRequest, applied, someOptions } from '../support/models.ts';

function fixture(name: string): SeldonDeployment {
  return load(
    readFileSync(new URL(`../fixtures/manifests/graph-${name}.yaml`, import.meta.url), 'utf8'),
  ) as SeldonDeployment;
}

function mainOf(object: SeldonDeployment): Predictor {
  const [main] = object.spec.predictors;
  if (main === undefined) throw new Error('no predictor');
  return main;
}

function refusal(work: () => unknown): { code: string; text: string } {
  try {
    work();
  } catch (error) {
    const { code, message, hint } = error as { code: string; message: string; hint?: string };
    return { code, text: `${message}: ${hint}` };
  }
  return { code: 'none', text: '' };
}

const NODES = { transformer: 'classifier', router: 'classifier', split: 'classifier', 'two-servers': 'newer' } as const;

describe.each(Object.entries(NODES))('the graph of the fixture %s', (name, node) => {
  const base = fixture(name);
  const live = applied(aPlanRequest({ base }));

  it('gets the model at one node, and everything else stays as the manifest has it', () => {
    const main = mainOf(live);
    expect(modelNodeOf(main)).toMatchObject({
      name: node,
      implementation: 'MLFLOW_SERVER',
      modelUri: aModel().storageUri,
    });
    const others = (graph: GraphNode): unknown => ({
      ...graph,
      children: (graph.children ?? []).map((child) => (child.name === node ? node : others(child))),
    });
    expect(others(main.graph)).toEqual(others(mainOf(base).graph));
    for (const [at, component] of (mainOf(base).componentSpecs ?? []).entries())
      for (const container of component.spec?.containers ?? [])
        expect(main.componentSpecs?.[at]?.spec?.containers.find((one) => one.name === container.name)).toMatchObject(
          container,
        );
  });

  it('keeps its other nodes without the manifest, and finds nothing to do for the same model', () => {
    const again = deployModes.direct(aPlanRequest({ live }));
    expect({ unchanged: again.unchanged, changes: again.changes }).toEqual({ unchanged: true, changes: [] });
    const next = deployModes.direct(aPlanRequest({ live, model: aModel({ storageUri: 's3://mlflow/2' }) }));
    expect(next.changes.filter((line) => !line.includes('rollout'))).toEqual([
      expect.stringMatching(/modelUri: .* → s3:\/\/mlflow\/2$/),
    ]);
  });

  it('names the Deployments as the operator does', () => {
    const containers = (mainOf(live).componentSpecs ?? []).map(({ spec }) =>
      spec?.containers.map((one) => one.name).join('-'),
    );
    const synthesized = name === 'router' ? '-rules' : name === 'two-servers' ? '-older' : '';
    expect(deploymentsOf(live, mainOf(live)).map((one) => one.name)).toEqual(
      containers.map((joined, at) => `wine-default-${at}-${joined}${at === 0 ? synthesized : ''}`),
    );
  });

  it.each(['canary', 'shadow', 'ab', 'blue-green'] as const)(
    'is copied by mode %s with the new model at the same node',
    (mode) => {
      const { predictor } = deployModes[mode](
        aPlanRequest({ mode, live, model: aModel({ storageUri: 's3://mlflow/2' }) }),
      );
      expect(modelNodeOf(predictor)?.name).toBe(node);
      expect(modelUriOf(predictor)).toBe('s3://mlflow/2');
      expect({ ...predictor.graph, children: [] }).toEqual({ ...mainOf(live).graph, children: [] });
    },
  );

  it('gives each container of a pod a metrics port of its own', () => {
    const ports = (mainOf(live).componentSpecs ?? [])
      .flatMap(({ spec }) => spec?.containers ?? [])
      .map((one) => one['ports']);
    expect(ports.filter((one) => one !== undefined)).toEqual([
      [{ name: 'metrics', containerPort: 6900, protocol: 'TCP' }],
    ]);
  });

  it('is refused without an orchestrator', () => {
    const options = someOptions({ orchestrator: false });
    expect(refusal(() => deployModes.direct(aPlanRequest({ base, options }))).code).toBe('bad-input');
    expect(refusal(() => deployModes.canary(aPlanRequest({ mode: 'canary', live, options }))).code).toBe('bad-input');
  });
});

describe('a graph of several nodes is refused, with its nodes and what to write,', () => {
  const graphOf = (children: readonly GraphNode[], annotations?: Record<string, string>): SeldonDeployment => {
    const graph = { name: 'top', type: 'TRANSFORMER', children: [...children] };
    return {
      apiVersion: '',
      kind: 'SeldonDeployment',
      metadata: { name: 'wine' },
      spec: { predictors: [{ name: 'main', graph, ...(annotations && { annotations }) }] },
    };
  };
  const server = (name: string) => ({ name, implementation: 'MLFLOW_SERVER' });
  const chosen = (name: string) => ({ [ANNOTATIONS.graphNode]: name });

  it.each([
    [
      'without an MLflow server',
      graphOf([{ name: 'a' }]),
      'manifest-invalid',
      /none is an MLflow server: top \(TRANSFORMER\), a \(MODEL\).*graph-node/,
    ],
    [
      'with two of them',
      graphOf([server('a'), server('b')]),
      'manifest-invalid',
      /2 are MLflow servers: top .*a \(MLFLOW_SERVER\), b .*graph-node/,
    ],
    ['with a name that no node has', graphOf([server('a')], chosen('c')), 'manifest-invalid', /none is named `c`/],
    [
      'with the name of another server',
      graphOf([server('a'), { name: 'b', implementation: 'SKLEARN_SERVER' }], chosen('b')),
      'object-not-ours',
      /`b` runs the server `SKLEARN_SERVER`/,
    ],
    ['with two nodes of one name', graphOf([server('a'), server('a')]), 'manifest-invalid', /same name/],
  ])('%s', (_, base, code, words) => {
    const refused = refusal(() => deployModes.direct(aPlanRequest({ base })));
    expect(refused.code).toBe(code);
    expect(refused.text).toMatch(words);
  });

  it('where the manifest lacks a node that people wrote on the live object', () => {
    const live = { ...applied(aPlanRequest()), spec: graphOf([{ ...server('a'), modelUri: 's3://a' }]).spec };
    const base = graphOf([server('a')]);
    Object.assign(mainOf(base).graph, { name: 'a', implementation: 'MLFLOW_SERVER', children: [] });
    const refused = refusal(() => deployModes.direct(aPlanRequest({ base, live })));
    expect(refused).toMatchObject({ code: 'object-not-ours', text: expect.stringContaining('does not have: `top`') });
  });

  it('and a node without a server that the annotation names becomes one', () => {
    const base = graphOf([{ name: 'a' }, server('b')], chosen('a'));
    const { predictor } = deployModes.direct(aPlanRequest({ base }));
    expect(modelNodeOf(predictor)).toMatchObject({ name: 'a', implementation: 'MLFLOW_SERVER' });
    expect(predictor.graph.children?.[1]).toEqual(server('b'));
  });
});

it('a manifest may put a transformer before a node that people made by hand', () => {
  const graph = { name: 'classifier', implementation: 'MLFLOW_SERVER', modelUri: 's3://a', envSecretRefName: 's3' };
  const live: SeldonDeployment = { ...applied(aPlanRequest()), spec: { predictors: [{ name: 'default', graph }] } };
  const { predictor } = deployModes.direct(aPlanRequest({ base: fixture('transformer'), live }));
  expect(predictor.graph).not.toHaveProperty('modelUri');
  expect(predictor.graph).not.toHaveProperty('implementation');
  expect(predictor.graph.children?.[0]).toMatchObject({
    name: 'classifier',
    modelUri: aModel().storageUri,
    envSecretRefName: 's3',
  });
});

it('a manifest whose only node has no name leaves the live name', () => {
  const live: SeldonDeployment = {
    ...applied(aPlanRequest()),
    spec: {
      predictors: [
        { name: 'default', graph: { name: 'classifier', implementation: 'MLFLOW_SERVER', modelUri: 's3://a' } },
      ],
    },
  };
  const base = { ...fixture('transformer'), spec: { predictors: [{ name: 'default', graph: {} as GraphNode }] } };
  expect(deployModes.direct(aPlanRequest({ base, live })).predictor.graph.name).toBe('classifier');
});
