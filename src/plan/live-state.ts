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

/** One predictor of the object as it is at the end of a run. */
export interface PredictorLine {
  readonly name: string;
  /** `wine-quality v4`, or the URI of its files. */
  readonly model: string;
  /** Percent of the requests, or of their copies for a shadow. */
  readonly traffic: number;
  readonly shadow: boolean;
  readonly replicas: number;
  /** Does it run, in words; undefined where nobody looked. */
  readonly health?: string;
}

/** One proven revision, as it is told. */
export interface RevisionLine {
  readonly revision: number;
  readonly model: string;
  /** ISO 8601. */
  readonly time: string;
  readonly run: string | undefined;
  readonly commit: string | undefined;
  readonly rolledBack: boolean;
}
