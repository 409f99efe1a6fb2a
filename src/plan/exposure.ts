import { modelUriOf } from '../seldon/graph.ts';
import { ANNOTATIONS, type Predictor, SELDON, type SeldonDeployment } from '../seldon/seldon-deployment.ts';
import type { Plan } from './plan.ts';

interface ExposureFacts {
  readonly live: SeldonDeployment | undefined;
  readonly plan: Pick<Plan, 'stages' | 'restores'>;
}

/** Who reaches the new pods of a plan before they are proven, in one sentence; undefined if no pod is new. */
export function exposureOf({ live, plan: { stages, restores } }: ExposureFacts): string | undefined {
  let before = live;
  for (const { manifest } of stages) {
    const fresh = manifest.spec.predictors.find((one) => markerOf(one) !== markerOf(named(before, one.name)));
    if (fresh !== undefined) return exposure(manifest, { fresh, before, restores });
    before = manifest;
  }
  return undefined;
}

interface Fresh {
  /** The predictor with the new pods. */
  readonly fresh: Predictor;
  readonly before: SeldonDeployment | undefined;
  readonly restores: number | undefined;
}

function exposure({ spec }: SeldonDeployment, { fresh, before, restores }: Fresh): string {
  const weight = spec.annotations?.[SELDON.ambassadorWeight];
  if (fresh.shadow === true || spec.annotations?.[SELDON.ambassadorShadow] !== undefined)
    return 'the model gets copies of requests, whose answers no user sees.';
  if (weight !== undefined) return `${weight} % of the requests get answers of the model as soon as its pod is ready.`;
  if (before === undefined) return 'the endpoint answers as soon as the pod is ready. No model answered there before.';
  const answering = spec.predictors.filter(({ shadow }) => shadow !== true);
  const share = fresh.traffic ?? (answering.length === 1 ? 100 : 0);
  if (share === 0) return 'no request of a user reaches the model.';
  const provenOn = before.spec.predictors.find(
    (one) => one.name !== fresh.name && modelUriOf(one) === modelUriOf(fresh),
  );
  if (provenOn !== undefined) return `the new pods answer users. Their model was proven as ${provenOn.name}.`;
  if (restores !== undefined) return `the new pods answer users. Their model was proven as revision ${restores}.`;
  if (named(before, fresh.name) === undefined)
    return `${share} % of the requests get answers of the model: the ingress of this cluster routes to a predictor at once.`;
  return 'users get answers of the model: a rolling update sends requests to each new pod that is ready. `prove-first: true`, or mode `canary` or `blue-green`, avoids that.';
}

function named(object: SeldonDeployment | undefined, name: string): Predictor | undefined {
  return object?.spec.predictors.find((one) => one.name === name);
}

function markerOf(predictor: Predictor | undefined): string | undefined {
  return predictor?.annotations?.[ANNOTATIONS.rollout];
}
