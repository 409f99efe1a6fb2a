import { UserError } from '../../base/errors.ts';
import { withoutTrailing } from '../../base/trailing.ts';
import { modelNodeOf } from '../../seldon/graph.ts';
import { replicasOf } from '../../seldon/replicas.ts';
import { type Predictor, SELDON, type SeldonDeployment } from '../../seldon/seldon-deployment.ts';
import { hasNewFiles, modelsOf, titleOf } from '../model-note.ts';
import { type Plan, planOf } from '../plan.ts';
import type { ModelPlanRequest } from '../plan-request.ts';
import { budgetOf } from '../predictor/budget.ts';

/** A candidate beside main must be promoted or rolled back before this mode can run. */
export class StandingCandidate extends UserError {}

/** `canary` (wine-quality v2, 10 %). */
export function candidateInWords(live: SeldonDeployment, { name, traffic, shadow }: Predictor): string {
  const note = modelsOf(live).get(name);
  const model = note === undefined ? 'no model' : titleOf(note);
  return `\`${name}\` (${model}, ${shadow === true ? 'copies of ' : ''}${traffic ?? 0} %)`;
}

/**
 * The plan of a run whose candidate would be exactly what main serves: nothing is changed. Undefined if the candidate is
 * something else.
 * @throws StandingCandidate where the candidate of another model stands beside main
 */
export function planForSameModel(
  request: ModelPlanRequest,
  live: SeldonDeployment & { readonly main: Predictor },
  name: string,
): Plan | undefined {
  const { main } = live;
  if (!servesAlready(request, live)) return undefined;
  const other = live.spec.predictors.find((one) => one.name === name);
  if (other !== undefined) {
    const where = `SeldonDeployment ${request.namespace}/${request.name}`;
    const sentence = `in ${where} \`${main.name}\` already serves this model, and ${candidateInWords(live, other)} stands beside it`;
    throw new StandingCandidate('rollout-under-way', sentence, {
      hint: `roll \`${name}\` back to keep the model of \`${main.name}\`, or promote it`,
    });
  }
  const [, ...others] = live.spec.predictors;
  const plan = planOf(request, {
    stages: [
      {
        title: `${main.name} already serves this model`,
        layout: {
          entries: [
            { predictor: main, rendered: false },
            ...others.map((predictor) => ({ predictor, rendered: false })),
          ],
          otherFields: 'kept',
          models: [],
        },
        prove: [main.name],
        throughEndpoint: true,
      },
    ],
    subject: main.name,
    budget: budgetOf(request.timeout, replicasOf(live.spec, main)),
  });
  const summary = `\`${main.name}\` already serves this model: there is nothing to roll out`;
  return { ...plan, unchanged: true, changes: [], summary, isSame: true };
}

/** The same files, and no input that asks for pods of another kind. */
function servesAlready(
  { model, options }: ModelPlanRequest,
  live: SeldonDeployment & { readonly main: Predictor },
): boolean {
  const { annotations } = live.main;
  const node = modelNodeOf(live.main) ?? live.main.graph;
  const isSame = withoutTrailing(node.modelUri ?? '', '/') === withoutTrailing(model.storageUri, '/');
  const asksFor = (wanted: string | undefined, found: string | undefined) => wanted !== undefined && wanted !== found;
  return (
    isSame &&
    !hasNewFiles(live, model) &&
    !asksFor(options.envSecret, node.envSecretRefName) &&
    !asksFor(options.serviceAccount, node.serviceAccountName) &&
    (options.orchestrator || annotations?.[SELDON.noEngine] === 'true')
  );
}
