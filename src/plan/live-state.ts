import type { PredictorLine, RevisionLine } from '../report/report-lines.ts';
import { replicasOf } from '../seldon/replicas.ts';
import { SELDON, type SeldonDeployment } from '../seldon/seldon-deployment.ts';
import { historyOf } from './history.ts';
import { modelsOf, titleOf } from './model-note.ts';

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

/** Two SeldonDeployments that share the requests of the first. */
export function sharedLines(front: SeldonDeployment, second: SeldonDeployment): readonly PredictorLine[] {
  const { [SELDON.ambassadorWeight]: weight, [SELDON.ambassadorShadow]: shadow } = second.spec.annotations ?? {};
  const share = Number(weight ?? 0);
  const named = (object: SeldonDeployment, traffic: number) =>
    predictorLines(object)
      .slice(0, 1)
      .map((line) => ({ ...line, name: object.metadata.name, traffic }));
  const beside = named(second, shadow === undefined ? share : 100);
  return [...named(front, 100 - share), ...beside.map((line) => ({ ...line, shadow: shadow !== undefined }))];
}

export function revisionLines(object: SeldonDeployment): readonly RevisionLine[] {
  return historyOf(object).map(({ revision, model, time, run, commit, rolledBack = false }) => {
    return { revision, model: titleOf(model), time, run, commit, rolledBack };
  });
}
