import { UserError } from '../base/errors.ts';
import type { Workspace } from '../base/ports.ts';
import type { RunContext } from '../base/run-context.ts';
import type { Model } from '../model/model.ts';
import type { Cluster, ObjectRef } from '../seldon/cluster.ts';
import type { Ingress } from '../seldon/ingress.ts';
import { type Protocol, protocolNamed } from '../seldon/protocol.ts';
import type { SeldonDeployment } from '../seldon/seldon-deployment.ts';
import type { Config } from '../settings/config.ts';
import type { DecisionMode, DeployMode, Mode } from '../settings/modes.ts';
import { readBaseManifest } from './given/base-manifest.ts';
import { refuseNoPods, refuseUnusable } from './live/usable-object.ts';
import { hasNewFiles } from './model-note.ts';
import { decisionModes, deployModes, provingModes, secondObjectModes } from './modes/index.ts';
import type { Plan } from './plan.ts';
import type { PlanRequest } from './plan-request.ts';

export interface RolloutPlan {
  readonly plan: Plan;
  readonly protocol: Protocol;
  /** What of the base manifest does not count. */
  readonly warnings: readonly string[];
  /** The same plan with new pods, for a live object that says all of it already but does not run. */
  withNewPods(): Plan;
}

export interface PlanOrder {
  readonly config: Config;
  readonly ref: ObjectRef;
  /** Undefined if the mode does not deploy a model. */
  readonly model: Model | undefined;
  /** The live object. */
  readonly live: SeldonDeployment | undefined;
  readonly context: RunContext & { readonly pullRequest: number | undefined };
  readonly ingress: Ingress;
  readonly front: PlanRequest['front'];
}

/**
 * The protocol of the object and all its predictors: what the input says, else the base manifest, else what is live.
 * @throws UserError bad-input when it is one that this action cannot send a prediction in
 */
export function protocolOf(
  { render }: Pick<Config, 'render'>,
  live: SeldonDeployment | undefined,
  base: SeldonDeployment | undefined,
): Protocol {
  if (render.protocol !== undefined) return render.protocol;
  const [where, field] =
    base?.spec.protocol === undefined
      ? ['the live SeldonDeployment', live?.spec.protocol]
      : ['the input `manifest`', base.spec.protocol];
  const named = protocolNamed(field);
  if (named !== undefined) return named;
  throw new UserError('bad-input', `${where} has protocol \`${field}\`, in which this action can prove no model`, {
    hint: 'use `seldon` or `v2` there, or give the input `protocol`',
  });
}

const UNKNOWN_INGRESS: Ingress = { routes: [], served: [] };

/** Other inputs of a plan: the routes of the ingress, and the object that shares its requests with a second one. */
export async function readSurroundings(
  cluster: Cluster,
  { mode, share }: Pick<Config, 'mode' | 'share'>,
  { ref, front }: { readonly ref: ObjectRef; readonly front: ObjectRef },
): Promise<Pick<PlanOrder, 'ingress' | 'front'>> {
  if (mode === 'direct' && !share.proveFirst) return { ingress: UNKNOWN_INGRESS, front: undefined };
  const routes = await cluster.routes(front);
  if (share.routing === 'seldon') return { ingress: { routes, served: [] }, front: undefined };
  const served = await cluster.servedVersions();
  if (ref.name === front.name) throw new Error('a second object needs a name of its own');
  return { ingress: { routes, served }, front: { name: front.name, live: await cluster.read(front) } };
}

/** Decides what to apply, from the live object, the model, the user's manifest and the inputs. */
export async function planRollout(workspace: Workspace, order: PlanOrder): Promise<RolloutPlan> {
  const { config, ref, live, context, ingress, front } = order;
  refuseUnusable(live);
  const given = await readBaseManifest(workspace, config.render, ref);
  const base = given?.object;
  const request: PlanRequest = {
    mode: config.mode,
    ...ref,
    options: { ...config.render, protocol: protocolOf(config, live, base) },
    share: config.share,
    timeout: config.timeout,
    live,
    base,
    context,
    salt: order.model !== undefined && hasNewFiles(live, order.model) ? order.model.digest : undefined,
    ingress,
    front,
  };
  const salt = context.runUrl ?? String(live?.metadata.resourceVersion);
  const plan = (one: PlanRequest) => {
    const made = planFor(one, order);
    refuseNoPods(made, live);
    return made;
  };
  return {
    plan: plan(request),
    protocol: request.options.protocol,
    warnings: given?.warnings ?? [],
    withNewPods: () => plan({ ...request, salt }),
  };
}

function planFor(request: PlanRequest, { config, model }: PlanOrder): Plan {
  const { mode } = config;
  if (isDeployMode(mode) && model !== undefined) {
    const { routing, proveFirst } = config.share;
    const special = routing === 'ambassador-annotations' ? secondObjectModes : proveFirst ? provingModes : {};
    const ship = special[mode] ?? deployModes[mode];
    return ship({ ...request, model });
  }
  if (isDecisionMode(mode)) return decisionModes[mode](request);
  throw new Error(`mode ${mode} plans nothing`);
}

function isDeployMode(mode: Mode): mode is DeployMode {
  return mode in deployModes;
}

function isDecisionMode(mode: Mode): mode is DecisionMode {
  return mode in decisionModes;
}
