import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/base/errors.ts';
import { decisionModes, deployModes } from '../../../src/plan/modes/index.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import type { ModelPlanRequest } from '../../../src/plan/plan-request.ts';
import type { SeldonDeployment } from '../../../src/seldon/seldon-deployment.ts';
import { aModel, aPlanRequest, applied, someOptions, someShares } from '../../support/models.ts';

const NEW = aModel({ storageUri: 's3://mlflow/2', version: '2' });
const THIRD = aModel({ storageUri: 's3://mlflow/3', version: '3' });
const main = applied(aPlanRequest());

function ask(mode: keyof typeof deployModes, over: Partial<ModelPlanRequest> = {}): ModelPlanRequest {
  return aPlanRequest({ mode, live: main, model: NEW, ...over });
}

/** The object once a plan is through. */
function after(plan: Plan, before: SeldonDeployment = main): SeldonDeployment {
  const { manifest } = plan;
  const annotations = { ...before.metadata.annotations, ...manifest.metadata.annotations };
  return { ...manifest, metadata: { ...before.metadata, ...manifest.metadata, annotations } };
}

/** `main 90, canary 10`, for each stage. */
function shares(plan: Plan): readonly string[] {
  return plan.stages.map(({ manifest }) =>
    manifest.spec.predictors.map((one) => `${one.name} ${one.traffic}${one.shadow ? ' shadow' : ''}`).join(', '),
  );
}

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof UserError) return error.code;
    throw error;
  }
  return 'none';
}

describe('stages', () => {
  it.each([
    ['canary', {}, ['main 100, canary 0', 'main 90, canary 10']],
    ['canary', { traffic: 0 }, ['main 100, canary 0', 'main 100, canary 0']],
    ['canary', { steps: [5, 25] }, ['main 100, canary 0', 'main 95, canary 5', 'main 75, canary 25']],
    ['shadow', {}, ['main 100, shadow 100 shadow']],
    ['shadow', { traffic: 30 }, ['main 100, shadow 30 shadow']],
    ['ab', {}, ['main 100, b 0', 'main 50, b 50']],
    ['ab', { predictor: 'c', traffic: 20 }, ['main 100, c 0', 'main 80, c 20']],
    ['blue-green', {}, ['main 100, green 0', 'main 0, green 100']],
  ] as const)('%s with %j', (mode, share, expected) => {
    expect(shares(deployModes[mode](ask(mode, { share: someShares(share) })))).toEqual(expected);
  });

  it('touch nothing of main but its share', () => {
    for (const mode of ['canary', 'shadow', 'ab', 'blue-green'] as const) {
      for (const { manifest } of deployModes[mode](ask(mode)).stages) {
        const [first] = manifest.spec.predictors;
        expect({ ...first, traffic: 100 }).toEqual(main.spec.predictors[0]);
      }
    }
  });

  it('go on where a canary in steps stood, and begin anew with another model', () => {
    const share = someShares({ steps: [5, 25, 50] });
    const live = after(deployModes.canary(ask('canary', { share: someShares({ traffic: 25 }) })));
    expect(shares(deployModes.canary(ask('canary', { live, share })))).toEqual([
      'main 75, canary 25',
      'main 50, canary 50',
    ]);
    expect(shares(deployModes.canary(ask('canary', { live, share, model: THIRD })))).toEqual([
      'main 100, canary 0',
      'main 100, canary 0',
      'main 95, canary 5',
      'main 75, canary 25',
      'main 50, canary 50',
    ]);
  });

  it('promote keeps the shares until main is out, and moves the requests before the candidate goes', () => {
    const live = after(deployModes.canary(ask('canary')));
    const plan = decisionModes.promote(aPlanRequest({ mode: 'promote', live }));
    expect(shares(plan)).toEqual(['main 90, canary 10', 'main 100, canary 0', 'main 100']);
    expect(plan.predictor.graph.modelUri).toBe('s3://mlflow/2');
  });

  it('rollback takes the requests back before the predictor', () => {
    const live = after(deployModes.ab(ask('ab')));
    expect(shares(decisionModes.rollback(aPlanRequest({ mode: 'rollback', live })))).toEqual([
      'main 100, b 0',
      'main 100',
    ]);
  });

  it('where a share of 0 is not written, nobody is given one', () => {
    const ingress = { served: ['v1'], routes: [{ kind: 'Service', name: 'wine-main', backends: [] }] } as const;
    expect(shares(deployModes.canary(ask('canary', { ingress })))).toEqual(['main 90, canary 10']);
    const live = after(deployModes.canary(ask('canary')));
    expect(shares(decisionModes.rollback(aPlanRequest({ mode: 'rollback', live, ingress })))).toEqual([
      'main 99, canary 1',
      'main 100',
    ]);
    expect(codeOf(() => deployModes['blue-green'](ask('blue-green', { ingress })))).toBe('routing-not-honoured');
  });
});

describe('a new predictor', () => {
  it('has what main has around its model: resources, tolerations, secrets; not its marker', () => {
    const [predictor] = main.spec.predictors;
    const [component] = predictor?.componentSpecs ?? [];
    const spec = { ...component?.spec, containers: component?.spec?.containers ?? [], tolerations: [{ key: 'gpu' }] };
    const live = {
      ...main,
      spec: {
        ...main.spec,
        predictors: [
          {
            ...predictor,
            name: 'main',
            graph: { name: 'prediction', envSecretRefName: 's3' },
            componentSpecs: [{ spec }],
          },
        ],
      },
    } as SeldonDeployment;
    const canary = deployModes.canary(ask('canary', { live })).predictor;
    expect(canary.componentSpecs?.[0]?.spec).toMatchObject({ tolerations: [{ key: 'gpu' }] });
    expect(canary.graph.envSecretRefName).toBe('s3');
    expect(canary.annotations).not.toEqual(live.spec.predictors[0]?.annotations);
  });

  it('gets pods for its share, or as many as the input says', () => {
    const live = structuredClone(main);
    const [predictor] = live.spec.predictors;
    if (predictor !== undefined) predictor.replicas = 10;
    const replicas = (share: object, over: object = {}) =>
      deployModes.canary(ask('canary', { live, share: someShares(share), options: someOptions(over) })).predictor
        .replicas;
    expect(replicas({ traffic: 10 })).toBe(1);
    expect(replicas({ steps: [5, 25] })).toBe(3);
    expect(replicas({ traffic: 10 }, { replicas: 4 })).toBe(4);
  });
});

describe('a newcomer beside a main with an autoscaler', () => {
  /** Main asks for one pod and has an autoscaler, which runs `running` now. */
  function autoscaled(
    running: number | undefined,
    hpaSpec: object = { minReplicas: 10, maxReplicas: 30, metrics: [] },
  ) {
    const live = structuredClone(main);
    const [predictor] = live.spec.predictors;
    Object.assign(predictor?.componentSpecs?.[0] ?? {}, { hpaSpec });
    if (running !== undefined) live.status = { state: 'Available', replicas: running };
    return live;
  }
  const limitsOf = (plan: Plan) => plan.predictor.componentSpecs?.[0]?.['hpaSpec'];

  it('is sized for its share, and the plan says so', () => {
    const plan = deployModes.canary(ask('canary', { live: autoscaled(12), share: someShares({ traffic: 10 }) }));
    expect(limitsOf(plan)).toEqual({ minReplicas: 2, maxReplicas: 3, metrics: [] });
    expect(plan.predictor.replicas).toBe(2);
    expect(plan.notes).toEqual([
      '`canary` gets 2 pods for 10 %: main has 12; its autoscaler keeps 2 to 3, that of main 10 to 30. The input `replicas` sets another number.',
    ]);
  });

  it('has as many pods as run now before it takes all requests, not as many as the spec says', () => {
    const plan = deployModes['blue-green'](ask('blue-green', { live: autoscaled(17) }));
    expect(limitsOf(plan)).toMatchObject({ minReplicas: 17, maxReplicas: 30 });
    expect(plan.stages[0].autoscaled).toEqual({ predictor: 'green', pods: 17 });
    expect(plan.notes.join()).toContain('`green` gets 17 pods, as many as main has now');
    const scaled = structuredClone(main);
    scaled.status = { deploymentStatus: { 'wine-main-0-prediction': { replicas: 5, availableReplicas: 5 } } };
    expect(deployModes['blue-green'](ask('blue-green', { live: scaled })).predictor.replicas).toBe(5);
  });

  it('falls back to the least number where the status says none, and obeys the input', () => {
    expect(limitsOf(deployModes.canary(ask('canary', { live: autoscaled(undefined) })))).toMatchObject({
      minReplicas: 1,
    });
    const options = someOptions({ replicas: 4 });
    const plan = deployModes.canary(ask('canary', { live: autoscaled(12), options }));
    expect(limitsOf(plan)).toMatchObject({ minReplicas: 4, maxReplicas: 10 });
    expect(plan.notes).toEqual([]);
  });

  it('sizes KEDA by its own names', () => {
    const live = structuredClone(main);
    const kedaSpec = { minReplicaCount: 4, maxReplicaCount: 8, triggers: [] };
    Object.assign(live.spec.predictors[0]?.componentSpecs?.[0] ?? {}, { kedaSpec });
    const plan = deployModes.canary(ask('canary', { live, share: someShares({ traffic: 50 }) }));
    expect(plan.predictor.componentSpecs?.[0]?.['kedaSpec']).toEqual({
      minReplicaCount: 2,
      maxReplicaCount: 4,
      triggers: [],
    });
  });

  it('keeps the number that people gave it, until it gets more requests', () => {
    const live = structuredClone(after(deployModes.canary(ask('canary', { live: autoscaled(20) }))));
    const [, canary] = live.spec.predictors;
    Object.assign(canary?.componentSpecs?.[0] ?? {}, { hpaSpec: { minReplicas: 1, maxReplicas: 1 } });
    const again = { ...live, status: { replicas: 20 } };
    expect(limitsOf(deployModes.canary(ask('canary', { live: again })))).toEqual({ minReplicas: 1, maxReplicas: 1 });
    const more = deployModes.canary(ask('canary', { live: again, share: someShares({ traffic: 50 }) }));
    expect(limitsOf(more)).toMatchObject({ minReplicas: 10, maxReplicas: 15 });
  });
});

describe('refusals, each with nothing planned', () => {
  const besideCanary = after(deployModes.canary(ask('canary')));
  const graph = structuredClone(main);
  const [node] = graph.spec.predictors;
  if (node !== undefined) node.graph.children = [{ name: 'second', implementation: 'MLFLOW_SERVER' }];

  it.each([
    ['a canary without a main', () => deployModes.canary(ask('canary', { live: undefined })), 'nothing-live'],
    ['an ab beside a canary', () => deployModes.ab(ask('ab', { live: besideCanary })), 'rollout-under-way'],
    [
      'a shadow named like a canary',
      () => deployModes.ab(ask('ab', { share: someShares({ predictor: 'main' }) })),
      'bad-input',
    ],
    [
      'a canary beside a graph of several MLflow servers',
      () => deployModes.canary(ask('canary', { live: graph })),
      'object-not-ours',
    ],
    [
      'another protocol',
      () => deployModes.canary(ask('canary', { options: someOptions({ protocol: 'v2' }) })),
      'bad-input',
    ],
    [
      'a predictor name that is no name',
      () => deployModes.ab(ask('ab', { share: someShares({ predictor: 'B!' }) })),
      'bad-input',
    ],
    ['a promotion in a void', () => decisionModes.promote(aPlanRequest({ live: undefined })), 'nothing-live'],
    [
      'a promotion without a candidate',
      () => decisionModes.promote(aPlanRequest({ live: main })),
      'nothing-to-promote',
    ],
    ['a rollback without history', () => decisionModes.rollback(aPlanRequest({ live: main })), 'nothing-to-roll-back'],
    [
      'a rollback to a revision beside a canary',
      () => decisionModes.rollback(aPlanRequest({ live: besideCanary, share: someShares({ to: '1' }) })),
      'rollout-under-way',
    ],
  ])('%s', (_, work, code) => {
    expect(codeOf(work)).toBe(code);
  });
});
