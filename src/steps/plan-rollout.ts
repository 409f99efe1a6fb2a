import { load } from 'js-yaml';
import type { Config } from '../core/config.ts';
import { UserError } from '../core/errors.ts';
import { isTree } from '../core/json-value.ts';
import type { Model } from '../core/model.ts';
import type { Plan, PlanRequest } from '../core/plan.ts';
import type { RunContext } from '../core/report.ts';
import type { SeldonDeployment } from '../core/seldon-deployment.ts';
import { strategies } from '../core/strategy/index.ts';
import { previousModelOf, traceAnnotations } from '../core/trace.ts';
import type { Cluster, ObjectRef, Workspace } from '../ports.ts';

export interface RolloutPlan {
  readonly plan: Plan;
  readonly live: SeldonDeployment | undefined;
  /** The same plan with new pods, for a live object that says all of it already but does not run. */
  withNewPods(): Plan;
}

/** Reads what is live and what the user's manifest says, and decides what to apply. */
export async function planRollout(
  { cluster, workspace }: { readonly cluster: Cluster; readonly workspace: Workspace },
  ref: ObjectRef,
  {
    config,
    model,
    context,
  }: { config: Config; model: Model; context: RunContext & { pullRequest: number | undefined } },
): Promise<RolloutPlan> {
  const live = await cluster.read(ref);
  const base =
    config.render.manifest === undefined
      ? undefined
      : parseManifest(config.render.manifest, await workspace.read(config.render.manifest, 'manifest'));
  const request: PlanRequest = {
    mode: config.mode,
    ...ref,
    model,
    options: config.render,
    timeout: config.timeout,
    live,
    base,
    trace: traceAnnotations(model, context, previousModelOf(live)),
    salt: undefined,
  };
  const render = strategies[config.mode];
  const salt = context.runUrl ?? String(live?.metadata.resourceVersion);
  return { plan: render(request), live, withNewPods: () => render({ ...request, salt }) };
}

function parseManifest(path: string, text: string): SeldonDeployment {
  const document = parseYaml(path, text);
  const spec = isTree(document) ? document['spec'] : undefined;
  const isOne =
    isTree(document) && document['kind'] === 'SeldonDeployment' && isTree(spec) && Array.isArray(spec['predictors']);
  if (isOne) return document as unknown as SeldonDeployment;
  throw new UserError('manifest-invalid', `${path} (input \`manifest\`) is no SeldonDeployment with spec.predictors`, {
    hint: 'give one YAML document of kind SeldonDeployment; the action lays the model and the inputs over it',
  });
}

function parseYaml(path: string, text: string): unknown {
  try {
    return load(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split('\n')[0] : '';
    throw new UserError('manifest-invalid', `${path} (input \`manifest\`) is not one YAML document: ${why}`, { cause });
  }
}
