import { historyOf } from './history.ts';
import { modelsOf, titleOf } from './model-note.ts';
import { replicasOf } from './replicas.ts';
import type { PredictorLine, RevisionLine } from './report.ts';
import type { SeldonDeployment } from './seldon-deployment.ts';

/** An object as people want to read it: who serves what, with which share, and what was proven before. */

export function predictorLines(object: SeldonDeployment): readonly PredictorLine[] {
  const models = modelsOf(object);
  return object.spec.predictors.map((predictor) => {
    const note = models.get(predictor.name);
    return {
      name: predictor.name,
      model: note === undefined ? 'no model' : titleOf(note),
      // A sole predictor may leave it out.
      traffic: predictor.traffic ?? (object.spec.predictors.length === 1 ? 100 : 0),
      shadow: predictor.shadow === true,
      replicas: replicasOf(object.spec, predictor),
    };
  });
}

export function revisionLines(object: SeldonDeployment): readonly RevisionLine[] {
  return historyOf(object).map(({ revision, model, time, run, commit, rolledBack = false }) => {
    return { revision, model: titleOf(model), time, run, commit, rolledBack };
  });
}
