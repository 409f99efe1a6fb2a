import { UserError } from '../../base/errors.ts';
import { leastShare } from '../../seldon/ingress.ts';
import { replicasOf, withScalingOf } from '../../seldon/replicas.ts';
import type { Predictor, SeldonDeployment } from '../../seldon/seldon-deployment.ts';
import { historyOf, type ProvenRevision, servesSame } from '../history.ts';
import type { PredictorLayout } from '../manifest.ts';
import { titleOf } from '../model-note.ts';
import { projected } from '../overlay.ts';
import { type Plan, planOf } from '../plan.ts';
import type { PlanRequest } from '../plan-request.ts';
import { budgetOf } from '../predictor/budget.ts';
import { liveOf } from './candidate.ts';
import { listed } from './promote.ts';

/** Removes the predictors beside main. If there are none, main returns to a model that was proven before. */
export function rollback(request: PlanRequest): Plan {
  const live = liveOf(request);
  const others = live.spec.predictors.slice(1);
  if (others.length === 0) return restoreRevision(request, live);
  if (request.share.to !== undefined) {
    throw new UserError(
      'rollout-under-way',
      `SeldonDeployment ${request.namespace}/${request.name} has predictors beside main: ${listed(others)}`,
      { hint: 'roll back those predictors first, without the input `to`' },
    );
  }
  return removeCandidates(request, live.main, { others, leaving: candidatesToRemove(request, others) });
}

/** Moves the requests back to main first, then removes the other predictors. */
function removeCandidates(
  request: PlanRequest,
  main: Predictor,
  { others, leaving }: { readonly others: readonly Predictor[]; readonly leaving: readonly Predictor[] },
): Plan {
  const staying = others.filter((one) => !leaving.includes(one));
  const answering = leaving.filter((one) => one.shadow !== true);
  const share = 100 - sum(staying.filter((one) => one.shadow !== true));
  // If traffic 0 is not written as a weight, Ambassador would give the predictor the rest: there 1 % is the minimum.
  const least = leastShare(request.ingress);
  const nearly = share - least * answering.length;
  const layout = (company: readonly Predictor[], traffic: number): PredictorLayout => ({
    entries: [
      { predictor: { ...main, traffic }, rendered: false },
      ...company.map((predictor) => ({ predictor, rendered: false })),
    ],
    otherFields: 'kept',
    models: [],
  });
  const emptied = others.map((one) => (answering.includes(one) ? { ...one, traffic: least } : one));
  const gone = leaving.map((one) => one.name).join(' and ');
  const verb = leaving.length === 1 ? 'is' : 'are';
  const last = {
    title: `${gone} ${verb} removed`,
    layout: layout(staying, share),
    prove: [main.name],
    throughEndpoint: true,
  };
  const first = {
    title: `${main.name} has ${nearly} % of the requests again`,
    layout: layout(emptied, nearly),
    prove: [],
    throughEndpoint: false,
    bestEffort: true,
  } as const;
  return planOf(request, {
    stages: answering.length === 0 ? [last] : [first, last],
    subject: main.name,
    budget: budgetOf(request.timeout, replicasOf(liveOf(request).spec, main)),
    isFinal: true,
  });
}

function candidatesToRemove(
  { namespace, name, share }: PlanRequest,
  others: readonly Predictor[],
): readonly Predictor[] {
  if (share.predictor === undefined) return others;
  const named = others.filter((one) => one.name === share.predictor);
  if (named.length > 0) return named;
  throw new UserError(
    'nothing-to-roll-back',
    `SeldonDeployment ${namespace}/${name} has no predictor \`${share.predictor}\` beside main`,
    { hint: `it has ${listed(others)}; correct the input \`predictor\`` },
  );
}

/** Exactly as it was proven, but with main's current number of replicas, which does not depend on the model. */
function restoreRevision(request: PlanRequest, live: SeldonDeployment & { readonly main: Predictor }): Plan {
  const target = revisionToRestore(request, live);
  const [proven] = target.spec.predictors;
  if (proven === undefined) throw new Error('a proven revision needs a predictor');
  const predictor = withScalingOf(proven, live.main);
  const { predictors: ours, ...around } = target.rendered;
  const noted = ours.find((one) => one.name === predictor.name);
  const layout: PredictorLayout = {
    entries: [{ predictor, rendered: false, ...(noted && { noted }) }],
    otherFields: projected(around, target.spec) as typeof around,
    keepsMetadata: true,
    models: [target.model],
  };
  const title = `${predictor.name} serves ${titleOf(target.model)} again, revision ${target.revision}`;
  return planOf(request, {
    stages: [{ title, layout: layout, prove: [predictor.name], throughEndpoint: true }],
    subject: predictor.name,
    budget: budgetOf(request.timeout, replicasOf(live.spec, live.main)),
    restores: target.revision,
  });
}

function revisionToRestore({ namespace, name, share }: PlanRequest, live: SeldonDeployment): ProvenRevision {
  const history = historyOf(live);
  const where = `SeldonDeployment ${namespace}/${name}`;
  const other = history.filter((one) => !servesSame(live, one));
  if (other.length === 0) {
    throw new UserError('nothing-to-roll-back', `${where} has no other proven model in its history`, {
      hint: 'deploy the model with mode `direct`; the history is on the object in the cluster (for a file it is in git: revert the commit)',
    });
  }
  const found = share.to === undefined ? other.find((one) => one.rolledBack !== true) : other.find(isMeant(share.to));
  if (found !== undefined) return found;
  const known = other.map((one) => `${one.revision} (${titleOf(one.model)})`).join(', ');
  const what = share.to === undefined ? 'no earlier revision that was not rolled back' : `no revision \`${share.to}\``;
  throw new UserError('nothing-to-roll-back', `the history of ${where} has ${what}`, {
    hint: `it has: ${known}; choose one with the input \`to\``,
  });
}

function isMeant(to: string): (one: ProvenRevision) => boolean {
  return to.startsWith('v') ? ({ model }) => model.version === to.slice(1) : ({ revision }) => revision === Number(to);
}

function sum(predictors: readonly Predictor[]): number {
  return predictors.reduce((total, one) => total + (one.traffic ?? 0), 0);
}
