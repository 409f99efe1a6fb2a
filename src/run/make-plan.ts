import { nextCommand } from '../gate/commands/next-command.ts';
import type { Model } from '../model/model.ts';
import { withFirstDeployment } from '../plan/first-deployment.ts';
import { refuseReturn } from '../plan/history.ts';
import { refuseManaged, takeoverNote } from '../plan/live/ownership.ts';
import { linesBefore, predictorLines, sharedLines } from '../plan/live-state.ts';
import { hasNewFiles, modelsOf } from '../plan/model-note.ts';
import { StandingCandidate } from '../plan/modes/standing.ts';
import { previousModelOf, refuseOlderRun, refuseOthersRollout } from '../plan/origin.ts';
import { checkPlan, checkShownPlans, planHash } from '../plan/plan-hash.ts';
import { type PlanPreview, previewOf } from '../plan/plan-preview.ts';
import type { RolloutObjects } from '../plan/plan-request.ts';
import { planRollout, readSurroundings } from '../plan/plan-rollout.ts';
import { recallModel } from '../plan/recall-model.ts';
import { prepareEvaluation } from '../proof/evaluation/prepare-evaluation.ts';
import { estimateSteps } from '../proof/evidence/step-estimates.ts';
import { prepareSmoke } from '../proof/prepare-smoke.ts';
import type { ProofContext } from '../proof/proof-context.ts';
import { type Draft, identityOf } from '../report/draft.ts';
import { plansIn } from '../report/markdown/shown-plans.ts';
import type { ObjectRef } from '../seldon/cluster.ts';
import { hasSeveralNodes, modelNodeOf, modelUriOf } from '../seldon/graph.ts';
import { endpointOf } from '../seldon/protocol.ts';
import type { SeldonDeployment } from '../seldon/seldon-deployment.ts';
import { signatureWarnings } from '../seldon/server-release.ts';
import type { Config } from '../settings/config.ts';
import { filesOf } from './plan-files.ts';
import { checkPermissions, checkSecret } from './preflight.ts';
import type { Peers, PreparedRollout, Run } from './run-state.ts';
import { standingDecision } from './standing-candidate.ts';

/**
 * Reads the live state, makes the plan and prepares the smoke prediction. It changes nothing.
 * @returns undefined for a plan that must wait until people decided about the candidate beside main
 */
export function makePlan(
  self: Run,
  objects: RolloutObjects,
  resolved: Model | undefined,
): Promise<PreparedRollout | undefined> {
  const { config: asked, peers, control, context, journal, draft } = self;
  return journal.step('render', async (conclude) => {
    const { ref } = objects;
    const live = await peers.cluster.read(ref);
    const config = withFirstDeployment(asked, live);
    if (config !== asked) await prepareFirst(self, config, ref);
    // A plan, or a comment that rolls back, does no harm when it is late.
    const isHarmless = config.dryRun || (context.event === 'issue_comment' && config.mode === 'rollback');
    if (!isHarmless) refuseOlderRun(live, context);
    if (config.manifestFile === undefined) refuseManaged(live, config.takeOver);
    refuseOthersRollout(live, config.mode, context);
    const surroundings = await readSurroundings(peers.cluster, config, objects);
    const order = { config, ref, model: resolved, live, context, ...surroundings };
    const planned = await planRollout(peers.workspace, order).catch((error: unknown) => {
      if (!config.dryRun || !(error instanceof StandingCandidate)) throw error;
      return error;
    });
    if (planned instanceof StandingCandidate) {
      Object.assign(draft, mustDecide(self, planned, { live, model: resolved }));
      conclude(planned.message);
      return undefined;
    }
    const { plan, protocol, warnings: ofBase, withNewPods } = planned;
    const { predictor } = plan;
    const note = modelsOf(plan.manifest).get(predictor.name) ?? { uri: modelUriOf(predictor) ?? '' };
    const known = resolved ?? (await recallModel(peers, note));
    const limits =
      resolved && signatureWarnings({ predictor, signature: known.signature, isFirst: live === undefined });
    // Among the model's own warnings: they are told no more once it is proven.
    const model = { ...known, warnings: [...known.warnings, ...(limits ?? [])] };
    const isForGraph = hasSeveralNodes(predictor.graph);
    const smoke = await prepareSmoke(peers.workspace, { config, model, protocol, isForGraph });
    const front = surroundings.front?.live;
    const before = linesBefore(live, front);
    const evaluation = await prepareEvaluation(peers, { config, model, protocol });
    const at = { ...objects.front, protocol, predictor, node: predictor.graph.name };
    Object.assign(draft, {
      protocol,
      model: identityOf(model),
      sampleRequest: smoke.request?.body,
      predictionSkipped: smoke.skipped,
      previous: previousModelOf(live),
      predictors: before,
      before,
      planned: front === undefined ? predictorLines(plan.manifest) : sharedLines(front, plan.manifest),
      isAfterMerge: context.isAfterMerge === true,
      decision: standingDecision(self, config.dryRun ? live : plan.manifest),
      ...(plan.isSame && { askedMode: config.mode }),
      changes: plan.changes,
      endpoint: endpointOf({ ...at, ingressUrl: config.proof.ingressUrl }),
      manifest: plan.publicYaml,
      manifestPath: await peers.workspace.write(fileName(ref, context.target), plan.yaml),
    });
    // Only a write shows that a namespace is missing. This write is a dry run, so the server stores nothing.
    const hasNamespace = () => peers.cluster.apply(plan.stages[0].manifest, { dryRun: true });
    const warnings = await checkSecret(peers.cluster, ref, {
      node: modelNodeOf(predictor) ?? predictor.graph,
      hasNamespace,
    });
    const anew = hasNewFiles(live, model)
      ? [`The files in ${model.storageUri} are not those that its pods have loaded: the pods are made anew.`]
      : [];
    const takeover = plan.unchanged || config.manifestFile !== undefined ? undefined : takeoverNote(live);
    const ofPlan = takeover === undefined ? plan.notes : [...plan.notes, takeover];
    const ofModel = [...ofBase, ...(limits ?? []), ...anew];
    draft.warnings = [...draft.warnings, ...ofModel, ...ofPlan, ...warnings, ...smoke.warnings];
    const estimates = await estimateSteps({
      metrics: peers.metrics,
      cluster: peers.cluster,
      ref,
      plan,
      gate: config.gate,
      stepInterval: config.share.stepInterval,
      now: peers.clock.now(),
      mayReadPods: !config.dryRun,
    });
    for (const line of estimates) peers.runner.info(line);
    if (config.dryRun)
      draft.preview = await preview(peers, { live, plan, model, estimates, stepSeconds: config.share.stepInterval });
    draft.plan = planHash({
      model: model.storageUri,
      digest: await filesOf(self, model),
      live,
      plan,
      files: [smoke.request?.body, config.proof.smokeExpect, ...smoke.comparing, ...basisOf(evaluation)],
      place: { server: peers.cluster.server, target: context.target },
      replicas: config.render.replicas,
    });
    const { offer, given } = context;
    draft.next =
      plan.isSame || offer === undefined
        ? undefined
        : nextCommand(asked, { offer, plan: draft.plan, given, isForOther: context.event !== 'issue_comment' });
    checkPlan(config.plan, draft.plan);
    checkShownPlans((context.shownBefore ?? []).flatMap(plansIn), draft.plan);
    if (control.needsPlan && config.plan === undefined && !config.dryRun) refuseReturn(live, plan.restores);
    conclude(plan.summary);
    const { cluster, openEndpoint, metrics, clock, runner } = peers;
    const proof: ProofContext = {
      peers: { cluster, openEndpoint, metrics, clock, runner, journal },
      objects,
      plan,
      protocol,
      config,
      // Other nodes of a graph may change the answer.
      signature: isForGraph ? undefined : model.signature,
      requests: { smoke, evaluation },
      counted: { evidence: undefined },
      notes: draft,
    };
    return { config, proof, model, live, front, withNewPods };
  });
}

/** Without labelled rows a plan has the hash that it always had. */
function basisOf(evaluation: ProofContext['requests']['evaluation']): readonly string[] {
  return evaluation === undefined ? [] : [evaluation.basis];
}

/** A first deployment may need the permission to make and delete the object. */
async function prepareFirst({ config: asked, peers, draft }: Run, config: Config, ref: ObjectRef): Promise<void> {
  const { cluster, metrics } = peers;
  await checkPermissions({ cluster, metrics, ref, config }, () => {});
  Object.assign(draft, { mode: config.mode, askedMode: asked.mode });
}

/** The report of a plan that waits for people. */
function mustDecide(
  self: Run,
  { message, hint }: StandingCandidate,
  { live, model }: { readonly live: SeldonDeployment | undefined; readonly model: Model | undefined },
): Partial<Draft> {
  return {
    ...(model !== undefined && { model: identityOf(model) }),
    previous: previousModelOf(live),
    predictors: live === undefined ? [] : predictorLines(live),
    decision: standingDecision(self, live, { isFirst: true }),
    findings: [{ reason: 'decision-needed', title: message, cure: hint, quotes: [] }],
  };
}

/** Several clusters may each have a target object of the same name. */
function fileName({ namespace, name }: ObjectRef, target: string | undefined): string {
  return `${target === undefined ? '' : `${target}-`}${namespace}-${name}.yaml`;
}

type PreviewContents = Pick<PreparedRollout, 'live' | 'model'> &
  Pick<ProofContext, 'plan'> &
  Pick<PlanPreview, 'estimates' | 'stepSeconds'>;

/** The effects of the plan, for people who have to approve it. Details that the registry does not have are left out. */
async function preview(
  peers: Pick<Peers, 'registry' | 'runner'>,
  { live, plan, model, ...pace }: PreviewContents,
): Promise<PlanPreview> {
  const main = live?.spec.predictors[0]?.name;
  const note = main === undefined ? undefined : modelsOf(live).get(main);
  const before = note && (await recallModel(peers, note));
  const [old, fresh] = await Promise.all([before && peers.registry.details(before), peers.registry.details(model)]);
  return previewOf({
    live,
    plan,
    before: before && { model: before, details: old },
    after: { model, details: fresh },
    ...pace,
  });
}
