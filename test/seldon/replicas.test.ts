import { describe, expect, it } from 'vitest';
import { direct } from '../../src/plan/modes/direct.ts';
import { soleNumberOf } from '../../src/seldon/replicas.ts';
import type { SeldonDeployment } from '../../src/seldon/seldon-deployment.ts';
import { aModel, aPlanRequest, applied, someOptions } from '../support/models.ts';

const next = { model: aModel({ storageUri: 's3://mlflow/2' }) };

/** A live object whose number of pods stands where Seldon also looks for it. */
function liveWith({ spec, predictor, pods }: { spec?: number; predictor?: number; pods?: number }): SeldonDeployment {
  const live = applied(aPlanRequest());
  const [main] = live.spec.predictors;
  delete main?.replicas;
  delete live.metadata.annotations;
  if (spec !== undefined) live.spec.replicas = spec;
  if (main !== undefined && predictor !== undefined) main.replicas = predictor;
  if (main?.componentSpecs?.[0] !== undefined && pods !== undefined) main.componentSpecs[0].replicas = pods;
  return live;
}

function wantedPods(live: SeldonDeployment, options = someOptions()): number | undefined {
  const { manifest } = direct(aPlanRequest({ ...next, live, options }));
  return soleNumberOf({ ...live.spec, ...manifest.spec }, 'main');
}

describe('a new model has as many pods as the one before', () => {
  it.each([
    ['on the object', { spec: 3 }, 3],
    ['on the predictor', { predictor: 4, spec: 3 }, 4],
    ['on the pod template', { pods: 5, predictor: 4, spec: 3 }, 5],
    ['nowhere', {}, 1],
  ])('when the number stands %s', (_, where, pods) => {
    expect(wantedPods(liveWith(where))).toBe(pods);
  });

  it('unless the input says another number, which counts wherever the old one stood', () => {
    const options = someOptions({ replicas: 2 });
    for (const where of [{ spec: 3 }, { predictor: 4 }, { pods: 5 }])
      expect(wantedPods(liveWith(where), options)).toBe(2);
  });
});
