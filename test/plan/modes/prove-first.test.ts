import { describe, expect, it } from 'vitest';
import { direct } from '../../../src/plan/modes/direct.ts';
import { proveFirst } from '../../../src/plan/modes/prove-first.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import type { ModelPlanRequest } from '../../../src/plan/plan-request.ts';
import { ANNOTATIONS, type Predictor, type SeldonDeployment } from '../../../src/seldon/seldon-deployment.ts';
import { aModel, aPlanRequest, applied, namedColumns, someOptions } from '../../support/models.ts';

const main = applied(aPlanRequest({ options: someOptions({ envSecret: 's3' }) }));
const NEW = aModel({ storageUri: 's3://mlflow/2', version: '2', signature: namedColumns('a') });

function ask(over: Partial<ModelPlanRequest> = {}): ModelPlanRequest {
  return aPlanRequest({ live: main, model: NEW, options: someOptions({ envSecret: 's3' }), ...over });
}

/** `main 100 v1, candidate 0 v2`, for each stage. */
function lines(plan: Plan): readonly string[] {
  const version = ({ graph }: Predictor) => (graph.modelUri === NEW.storageUri ? 'new' : 'old');
  return plan.stages.map(({ manifest }) =>
    manifest.spec.predictors.map((one) => `${one.name} ${one.traffic} ${version(one)}`).join(', '),
  );
}

function withMain(change: (predictor: Predictor) => void): SeldonDeployment {
  const live = structuredClone(main);
  const [predictor] = live.spec.predictors;
  if (predictor !== undefined) change(predictor);
  return live;
}

describe('a model that is proven first', () => {
  it('is proven without requests, takes them, and gives them back to main once that has it', () => {
    const plan = proveFirst(ask());
    expect(lines(plan)).toEqual([
      'main 100 old, candidate 0 new',
      'main 0 old, candidate 100 new',
      'main 0 new, candidate 100 new',
      'main 100 new, candidate 0 new',
      'main 100 new',
    ]);
    expect(plan.stages.map(({ prove }) => prove.join())).toEqual(['candidate', 'candidate', 'main', '', 'main']);
    expect(plan.stages.map(({ standIn }) => standIn)).toEqual([
      'candidate',
      'candidate',
      undefined,
      undefined,
      undefined,
    ]);
    expect(plan.stages.map(({ settles, bestEffort }) => settles ?? bestEffort)).toEqual([
      undefined,
      true,
      undefined,
      true,
      undefined,
    ]);
  });

  it('ends at what `direct` makes of it, and its candidate is what main will be', () => {
    const request = ask({ live: withMain((predictor) => Object.assign(predictor, { labels: { team: 'x' } })) });
    const plan = proveFirst(request);
    expect(plan.manifest.spec).toEqual(direct(request).manifest.spec);
    const [proving] = plan.stages;
    const candidate = proving.manifest.spec.predictors[1];
    const strip = ({ name: _, traffic: __, replicas: ___, annotations, ...rest }: Predictor) => ({
      ...rest,
      marker: typeof annotations?.[ANNOTATIONS.rollout],
    });
    expect(candidate && strip(candidate)).toEqual(strip(plan.predictor));
    expect(proving.manifest.spec.predictors[0]).toEqual(request.live?.spec.predictors[0]);
  });

  it('has as many pods as main while it answers', () => {
    const live = withMain((predictor) => Object.assign(predictor, { replicas: 3 }));
    const plan = proveFirst(ask({ live }));
    expect(plan.stages.map(({ manifest }) => manifest.spec.predictors[1]?.replicas)).toEqual([3, 3, 3, 3, undefined]);
  });

  it('leaves the requests at a main with an autoscaler, and needs one pod for the proof', () => {
    const hpaSpec = { minReplicas: 4, maxReplicas: 9 };
    const live = withMain(({ componentSpecs }) => Object.assign(componentSpecs?.[0] ?? {}, { hpaSpec, pdbSpec: {} }));
    const plan = proveFirst(ask({ live }));
    expect(lines(plan)).toEqual(['main 100 old, candidate 0 new', 'main 100 new, candidate 0 new', 'main 100 new']);
    const candidate = plan.stages[0].manifest.spec.predictors[1];
    expect(candidate?.replicas).toBe(1);
    expect(Object.keys(candidate?.componentSpecs?.[0] ?? {})).toEqual(['spec']);
    expect(plan.notes.join()).toContain('proves the model with 1 pod and gets no requests: main has an autoscaler');
  });

  it('goes on where a run was killed: its candidate is taken as it is, or replaced without requests', () => {
    const [, flip] = proveFirst(ask()).stages;
    const live = { ...main, ...flip?.manifest, metadata: { ...main.metadata, ...flip?.manifest.metadata } };
    expect(lines(proveFirst(ask({ live })))).toEqual([
      'main 0 old, candidate 100 new',
      'main 0 new, candidate 100 new',
      'main 100 new, candidate 0 new',
      'main 100 new',
    ]);
    const other = proveFirst(ask({ live, model: aModel({ storageUri: 's3://mlflow/3' }) }));
    expect(other.stages[0].title).toBe('main answers all requests while candidate changes');
  });

  it('keeps a shadow in its place', () => {
    const live = withMain(() => {});
    live.spec.predictors.push({ name: 'shadow', shadow: true, traffic: 100, graph: { name: 'prediction' } });
    const plan = proveFirst(ask({ live }));
    expect(plan.stages.map(({ manifest }) => manifest.spec.predictors.map(({ name }) => name).join())).toEqual([
      'main,shadow,candidate',
      'main,shadow,candidate',
      'main,shadow,candidate',
      'main,shadow,candidate',
      'main,shadow',
    ]);
  });
});

describe('no candidate is made', () => {
  it('for a first model, and where no pod changes', () => {
    expect(proveFirst(ask({ live: undefined })).stages).toHaveLength(1);
    const same = ask({ model: aModel() });
    expect(proveFirst(same).unchanged).toBe(true);
    expect(proveFirst({ ...same, options: someOptions({ envSecret: 's3', replicas: 3 }) }).stages).toHaveLength(1);
  });

  it.each([
    [
      'where a share of 0 is not written',
      ask({ ingress: { served: ['v1'], routes: [{ kind: 'Service', name: 'wine-main', backends: [] }] } }),
      'routing-not-honoured',
    ],
    ['where the protocol changes', ask({ options: someOptions({ protocol: 'v2' }) }), 'bad-input'],
    [
      'beside a canary',
      ask({
        live: {
          ...main,
          spec: { predictors: [...main.spec.predictors, { name: 'canary', traffic: 5, graph: { name: 'p' } }] },
        },
      }),
      'object-not-ours',
    ],
  ])('%s: the run is refused', (_, request, code) => {
    expect(() => proveFirst(request)).toThrow(expect.objectContaining({ code }));
  });
});
