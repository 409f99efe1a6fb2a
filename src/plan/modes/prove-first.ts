import { UserError } from '../../base/errors.ts';
import { routesAtOnce } from '../../seldon/ingress.ts';
import { ANNOTATIONS, type ComponentSpec, type Predictor } from '../../seldon/seldon-deployment.ts';
import { autoscalingOf, sizedTo } from '../../seldon/sizing.ts';
import type { LaidOutPredictor, PredictorLayout } from '../manifest.ts';
import { noteOf } from '../model-note.ts';
import { type Plan, planOf, type StageDraft } from '../plan.ts';
import type { ModelPlanRequest } from '../plan-request.ts';
import { arrivalStages, checkOtherPredictors, layoutWith, liveOf, withoutOwnFields } from './candidate.ts';
import { sizeCandidate } from './candidate-size.ts';
import { direct, directLayout } from './direct.ts';

/** Name of the predictor that proves a model before main changes to it. */
export const PROVING_PREDICTOR = 'candidate';

/**
 * `direct`, but nobody gets an answer of a model that is not proven: as in `blue-green` a candidate is proven and takes the
 * requests, then as in `promote` main changes, gets them back, and the candidate goes.
 *
 * With an autoscaler on main the requests stay there: main would lose its pods while it has none. Then one pod proves the
 * model, and main changes as in `direct`.
 */
export function proveFirst(request: ModelPlanRequest): Plan {
  const plain = direct(request, PROVING_PREDICTOR);
  const [liveMain] = request.live?.spec.predictors ?? [];
  const marker = (predictor: Predictor | undefined) => predictor?.annotations?.[ANNOTATIONS.rollout];
  // A first model has no requests to protect, and pods that stay need no proof.
  if (liveMain === undefined || marker(liveMain) === marker(plain.predictor)) return plain;
  checkOtherPredictors(request, { name: PROVING_PREDICTOR, shadow: false });
  refuseImmediateRouting(request);

  const { main } = liveOf(request);
  const moves = autoscalingOf(main) === undefined;
  const { candidate, notes } = candidateFor(request, plain.predictor, moves);
  const stages = [...arrivalStages(request, candidate).map(asStandIn), ...laterStages(request, candidate, moves)];
  return planOf(request, { stages, subject: plain.predictor.name, budget: plain.budget, notes });
}

/** What main will be, as a predictor of its own. */
function candidateFor(
  request: ModelPlanRequest,
  planned: Predictor,
  moves: boolean,
): { readonly candidate: Predictor; readonly notes: readonly string[] } {
  const live = liveOf(request);
  const { main } = live;
  const wanted = { ...withoutOwnFields(planned), name: PROVING_PREDICTOR, traffic: 0 };
  const asked = request.options.replicas;
  if (moves) return sizeCandidate({ live, main, candidate: wanted, traffic: 100, ratio: 1, asked });
  const one = sizedTo(wanted, { pods: 1, ratio: 0 });
  const componentSpecs = one.componentSpecs?.map(withoutAutoscaler);
  const note = `\`${PROVING_PREDICTOR}\` proves the model with 1 pod and gets no requests: ${main.name} has an autoscaler, which would take away its pods while it has none.`;
  return { candidate: { ...one, ...(componentSpecs && { componentSpecs }) }, notes: [note] };
}

function withoutAutoscaler({
  hpaSpec: _hpa,
  kedaSpec: _keda,
  pdbSpec: _pdb,
  ...component
}: ComponentSpec): ComponentSpec {
  return component;
}

function asStandIn(stage: StageDraft): StageDraft {
  return stage.prove.includes(PROVING_PREDICTOR) ? { ...stage, standIn: PROVING_PREDICTOR } : stage;
}

/** From the candidate's proof to its end. */
function laterStages(request: ModelPlanRequest, candidate: Predictor, moves: boolean): readonly StageDraft[] {
  const last = directLayout(request, PROVING_PREDICTOR);
  const [first, ...shadows] = last.entries;
  const main = first.predictor;
  const beside = (mains: number, candidates: number): PredictorLayout => ({
    ...last,
    entries: [
      { ...first, predictor: { ...main, traffic: mains } },
      ...withCandidate(request, shadows, { predictor: { ...candidate, traffic: candidates }, rendered: true }),
    ],
  });
  const flip: StageDraft = {
    title: `${PROVING_PREDICTOR} answers all requests, ${main.name} keeps its pods`,
    layout: layoutWith(request, { ...candidate, traffic: 100 }, { [main.name]: 0 }),
    prove: [PROVING_PREDICTOR],
    throughEndpoint: true,
    standIn: PROVING_PREDICTOR,
    settles: true,
  };
  const changed: StageDraft = {
    title: moves
      ? `${main.name} changes to the model, ${PROVING_PREDICTOR} answers`
      : `${main.name} changes to the proven model`,
    layout: moves ? beside(0, 100) : beside(100, 0),
    prove: [main.name],
    throughEndpoint: false,
  };
  const back: StageDraft = {
    title: `${main.name} answers the requests, ${PROVING_PREDICTOR} none`,
    layout: beside(100, 0),
    prove: [],
    throughEndpoint: false,
    bestEffort: true,
  };
  const removed: StageDraft = {
    title: `${main.name} has all traffic, ${PROVING_PREDICTOR} is removed`,
    layout: { ...last, models: [noteOf(request.model)] },
    prove: [main.name],
    throughEndpoint: true,
  };
  return moves ? [flip, changed, back, removed] : [changed, removed];
}

/** In the order that they have on the live object: another order would move pods. */
function withCandidate(
  request: ModelPlanRequest,
  shadows: readonly LaidOutPredictor[],
  candidate: LaidOutPredictor,
): readonly LaidOutPredictor[] {
  const order = liveOf(request).spec.predictors.map(({ name }) => name);
  const place = order.indexOf(PROVING_PREDICTOR);
  if (place < 0) return [...shadows, candidate];
  const before = shadows.filter(({ predictor }) => order.indexOf(predictor.name) < place);
  return [...before, candidate, ...shadows.filter((one) => !before.includes(one))];
}

function refuseImmediateRouting({ ingress, namespace, name }: ModelPlanRequest): void {
  if (!routesAtOnce(ingress)) return;
  const where = `SeldonDeployment ${namespace}/${name}`;
  throw new UserError(
    'routing-not-honoured',
    `the ingress of ${where} sends requests to pods that are not proven yet`,
    {
      hint: 'Ambassador reads annotations of Services in this cluster (AMBASSADOR_VERSION=v1): leave `prove-first` out, or set AMBASSADOR_VERSION to v2',
    },
  );
}
