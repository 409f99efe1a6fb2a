import { UserError } from '../base/errors.ts';
import type { Workspace } from '../base/ports.ts';
import type { RunContext } from '../base/run-context.ts';
import type { Model } from '../model/model.ts';
import type { Cluster } from '../seldon/cluster.ts';
import type { Ingress } from '../seldon/ingress.ts';
import type { ObjectRef } from '../seldon/object-ref.ts';
import type { Protocol } from '../seldon/protocol.ts';
import type { SeldonDeployment } from '../seldon/seldon-deployment.ts';
import type { Config, DecisionMode, DeployMode, Mode } from '../settings/config.ts';
import { parseManifest } from './manifest-file.ts';
import { decisionModes, deployModes, secondObjectModes } from './modes/index.ts';
import type { Plan } from './plan.ts';
import type { PlanRequest } from './plan-request.ts';

export interface RolloutPlan {
  readonly plan: Plan;
  /** The same plan with new pods, for a live object that says all of it already but does not run. */
  withNewPods(): Plan;
}

export interface PlanOrder {
  readonly config: Config;
  readonly ref: ObjectRef;
  /** Undefined where the mode brings no model. */
  readonly model: Model | undefined;
  /** The object as it is now. */
  readonly live: SeldonDeployment | undefined;
  readonly context: RunContext & { readonly pullRequest: number | undefined };
  readonly ingress: Ingress;
  readonly front: PlanRequest['front'];
}

/** What the object and all its predictors speak: what the input says, else what is live. */
export function protocolOf({ config, live }: Pick<PlanOrder, 'config' | 'live'>): Protocol {
  return config.render.protocol ?? (live?.spec.protocol === 'v2' ? 'v2' : 'seldon');
}

const UNKNOWN_INGRESS: Ingress = { routes: [], served: [] };

/** What else a plan depends on: how the ingress routes, and the object whose requests a second one shares. */
export async function readSurroundings(
  cluster: Cluster,
  { mode, share }: Pick<Config, 'mode' | 'share'>,
  { ref, front }: { readonly ref: ObjectRef; readonly front: ObjectRef },
): Promise<Pick<PlanOrder, 'ingress' | 'front'>> {
  if (mode === 'direct') return { ingress: UNKNOWN_INGRESS, front: undefined };
  const routes = await cluster.routes(front);
  if (share.routing === 'seldon') return { ingress: { routes, served: [] }, front: undefined };
  const served = await cluster.servedVersions();
  if (ref.name === front.name) throw new Error('a second object needs a name of its own');
  return { ingress: { routes, served }, front: { name: front.name, live: await cluster.read(front) } };
}

/** Decides what to apply, from what is live, the model, the user's manifest and the inputs. */
export async function planRollout(workspace: Workspace, order: PlanOrder): Promise<RolloutPlan> {
  const { config, ref, live, context, ingress, front } = order;
  const { manifest } = config.render;
  const base = manifest === undefined ? undefined : await readBase(workspace, manifest);
  const request: PlanRequest = {
    mode: config.mode,
    ...ref,
    options: { ...config.render, protocol: protocolOf(order) },
    share: config.share,
    timeout: config.timeout,
    live,
    base,
    context,
    salt: undefined,
    ingress,
    front,
  };
  const salt = context.runUrl ?? String(live?.metadata.resourceVersion);
  const plan = (one: PlanRequest) => planFor(one, order);
  return { plan: plan(request), withNewPods: () => plan({ ...request, salt }) };
}

function planFor(request: PlanRequest, { config, model }: PlanOrder): Plan {
  const { mode } = config;
  if (isDeployMode(mode) && model !== undefined) {
    const isSecond = config.share.routing === 'ambassador-annotations';
    const ship = (isSecond ? secondObjectModes[mode] : undefined) ?? deployModes[mode];
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

async function readBase(workspace: Workspace, path: string): Promise<SeldonDeployment> {
  const base = parseManifest(await workspace.read(path, 'manifest'), path, 'manifest');
  if (base !== undefined) return base;
  throw new UserError('manifest-invalid', `${path} (input \`manifest\`) is empty`, {
    hint: 'give one YAML document of kind SeldonDeployment, or leave the input out',
  });
}
