import type { ObjectRef } from '../base/ports.ts';
import { nextCommand } from '../gate/next-command.ts';
import type { Model } from '../model/model.ts';
import { predictorLines } from '../plan/live-state.ts';
import { modelsOf } from '../plan/model-note.ts';
import { checkPlan, planHash } from '../plan/plan-hash.ts';
import { type PlanPreview, previewOf } from '../plan/plan-preview.ts';
import { lookAround, planRollout, protocolOf } from '../plan/plan-rollout.ts';
import { recallModel } from '../plan/recall-model.ts';
import { previousModelOf, refuseOlderRun } from '../plan/trace.ts';
import { prepareSmoke } from '../proof/prepare-smoke.ts';
import { identityOf } from '../report/draft.ts';
import { endpointOf } from '../seldon/protocol.ts';
import type { Place } from './find-object.ts';
import { checkSecret } from './preflight.ts';
import type { Run, Shipment, World } from './run-state.ts';

/** What is live, what to do about it, and what the model will be asked: all decided before anything is touched. */
export function makePlan(self: Run, place: Place, brought: Model | undefined): Promise<Shipment> {
  const { config, world, context, journal, draft } = self;
  return journal.step('render', async (conclude) => {
    const { ref } = place;
    const live = await world.cluster.read(ref);
    refuseOlderRun(live, context);
    const around = await lookAround(world.cluster, config, place);
    const protocol = protocolOf({ config, live });
    const made = await planRollout(world.workspace, { config, ref, model: brought, live, context, ...around });
    const { plan } = made;
    const { predictor } = plan;
    const note = modelsOf(plan.manifest).get(predictor.name) ?? { uri: predictor.graph.modelUri ?? '' };
    const model = brought ?? (await recallModel(world, note));
    const smoke = await prepareSmoke(world.workspace, { config, model, protocol });
    const at = { ...place.front, protocol, predictor: predictor.name, node: predictor.graph.name };
    Object.assign(draft, {
      protocol,
      model: identityOf(model),
      sampleRequest: smoke.request?.body,
      predictionSkipped: smoke.skipped,
      previous: previousModelOf(live),
      predictors: live === undefined ? [] : predictorLines(live),
      changes: plan.changes,
      endpoint: endpointOf({ ...at, ingressUrl: config.proof.ingressUrl }),
      manifest: plan.toldYaml,
      manifestPath: await world.workspace.write(fileName(ref, context.target), plan.yaml),
    });
    // Only a write tells that a namespace is missing: the server would take this one, and stores nothing.
    const hasNamespace = () => world.cluster.apply(plan.stages[0].manifest, { dryRun: true });
    const warnings = await checkSecret(world.cluster, ref, { graph: predictor.graph, hasNamespace });
    draft.warnings = [...draft.warnings, ...warnings, ...smoke.warnings];
    if (config.dryRun) draft.preview = await preview(world, { live, plan, model });
    draft.plan = planHash({ model: model.storageUri, live, plan, head: context.head });
    const { commandPrefix: prefix, target, given } = context;
    draft.next = prefix && nextCommand(config, { prefix, plan: draft.plan, target, given });
    checkPlan(config.plan, draft.plan);
    conclude(plan.summary);
    const decided = { config, protocol, live, first: around.front?.live, model, smoke, signature: model.signature };
    return { ...world, ...made, ...place, ...decided, journal, draft };
  });
}

/** Targets may have one name in several clusters. */
function fileName({ namespace, name }: ObjectRef, target: string | undefined): string {
  return `${target === undefined ? '' : `${target}-`}${namespace}-${name}.yaml`;
}

/** What people want to know before they agree. What the registry does not say is left out. */
async function preview(
  world: Pick<World, 'registry' | 'runner'>,
  { live, plan, model }: Pick<Shipment, 'live' | 'plan' | 'model'>,
): Promise<PlanPreview> {
  const main = live?.spec.predictors[0]?.name;
  const note = main === undefined ? undefined : modelsOf(live).get(main);
  const before = note && (await recallModel(world, note));
  const [old, fresh] = await Promise.all([before && world.registry.details(before), world.registry.details(model)]);
  return previewOf({
    live,
    plan,
    before: before && { model: before, details: old },
    after: { model, details: fresh },
  });
}
