import { replicasOf } from '../seldon/replicas.ts';
import { SELDON, type SeldonDeployment } from '../seldon/seldon-deployment.ts';
import { historyOf } from './history.ts';
import { modelsOf, titleOf } from './model-note.ts';

/** A readable summary of an object: models, traffic percentages and proven revisions. */

export function predictorLines(object: SeldonDeployment): readonly PredictorLine[] {
  const models = modelsOf(object);
  return object.spec.predictors.map((predictor) => {
    const note = models.get(predictor.name);
    return {
      name: predictor.name,
      model: note === undefined ? 'no model' : titleOf(note),
      // A single predictor may omit it.
      traffic: predictor.traffic ?? (object.spec.predictors.length === 1 ? 100 : 0),
      shadow: predictor.shadow === true,
      replicas: replicasOf(object.spec, predictor),
    };
  });
}

/** The predictors of two SeldonDeployments that share the requests of the first. */
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

/** Who gets the requests before a rollout. @param front the SeldonDeployment whose requests the second one shares */
export function linesBefore(
  live: SeldonDeployment | undefined,
  front: SeldonDeployment | undefined,
): readonly PredictorLine[] {
  if (front === undefined) return live === undefined ? [] : predictorLines(live);
  if (live !== undefined) return sharedLines(front, live);
  return predictorLines(front)
    .slice(0, 1)
    .map((line) => ({ ...line, name: front.metadata.name, traffic: 100 }));
}

export function revisionLines(object: SeldonDeployment): readonly RevisionLine[] {
  return historyOf(object).map(({ revision, model, time, run, commit, rolledBack = false }) => {
    return { revision, model: titleOf(model), time, run, commit, rolledBack };
  });
}

/** One predictor of the object at the end of a run. */
export interface PredictorLine {
  readonly name: string;
  /** `wine-quality v4`, or the URI of its files. */
  readonly model: string;
  /** Percent of the requests, or of their copies for a shadow. */
  readonly traffic: number;
  readonly shadow: boolean;
  readonly replicas: number;
  /** Its state in words; undefined if it was not read. */
  readonly health?: string;
}

/** One proven revision, as it is shown in the report. */
export interface RevisionLine {
  readonly revision: number;
  readonly model: string;
  /** ISO 8601. */
  readonly time: string;
  readonly run: string | undefined;
  readonly commit: string | undefined;
  readonly rolledBack: boolean;
}
