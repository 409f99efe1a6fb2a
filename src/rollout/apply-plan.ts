import { UserError } from '../base/errors.ts';
import type { Conclude } from '../base/journal.ts';
import { contains, equal } from '../base/json-value.ts';
import type { Clock } from '../base/ports.ts';
import type { Plan } from '../plan/plan.ts';
import type { Cluster } from '../seldon/cluster.ts';
import { ANNOTATIONS, type SeldonDeployment } from '../seldon/seldon-deployment.ts';
import { askAgain } from './ask-again.ts';

/** Sends the manifests of all stages as a dry run: the server and its webhooks validate them and store nothing. */
export async function tryPlan(cluster: Cluster, { stages, manifest }: Plan, conclude: Conclude): Promise<void> {
  for (const stage of stages) await cluster.apply(stage.manifest, { dryRun: true });
  const where = `SeldonDeployment ${manifest.metadata.namespace}/${manifest.metadata.name}`;
  conclude(`the server accepts the manifest of ${where}; it was not applied, because this is a plan`);
}

/** The manifest was not applied: the object was looked at afterwards. */
export class NothingApplied extends UserError {
  constructor({ code, message, hint, row, cause }: UserError) {
    super(code, message, { hint, row, cause });
  }
}

export interface ApplyRequest {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly manifest: SeldonDeployment;
  /** Manifests that the server must accept first. */
  readonly checked: readonly SeldonDeployment[];
  /** The object as it was before; undefined when there was none. */
  readonly before: SeldonDeployment | undefined;
}

/**
 * Applies one manifest, once the server accepts it and all that will follow. Where the answer is lost or makes no sense,
 * the object itself tells whether the manifest was applied.
 * @returns the object as the server stored it
 * @throws NothingApplied when the object is still as it was
 */
export async function applyManifest(request: ApplyRequest): Promise<SeldonDeployment> {
  const { cluster, manifest, checked } = request;
  try {
    for (const one of checked) await cluster.apply(one, { dryRun: true });
  } catch (error) {
    throw error instanceof UserError ? new NothingApplied(error) : error;
  }
  try {
    return await cluster.apply(manifest, { dryRun: false });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return storedDespite(error, request);
  }
}

async function storedDespite(
  error: UserError,
  { cluster, clock, manifest, before }: ApplyRequest,
): Promise<SeldonDeployment> {
  const { name, namespace = '' } = manifest.metadata;
  const found = await askAgain(clock, () => cluster.read({ namespace, name }));
  const isNew =
    found?.metadata.generation !== before?.metadata.generation || found?.metadata.uid !== before?.metadata.uid;
  if (error.code === 'object-changed' || !isNew) throw new NothingApplied(error);
  if (found !== undefined && (contains(found.spec, manifest.spec) || isMarked(found, manifest, before))) return found;
  const hint = 'start the workflow again: the new run starts from the live state';
  const what = `SeldonDeployment ${namespace}/${name} was changed by another person or tool while this run applied its own change`;
  throw new NothingApplied(new UserError('object-changed', what, { hint }));
}

/** A webhook may have changed what we sent. The markers of a rollout are new for each one. */
function isMarked(found: SeldonDeployment, manifest: SeldonDeployment, before: SeldonDeployment | undefined): boolean {
  const markers = (object: SeldonDeployment | undefined) =>
    (object?.spec.predictors ?? []).map((one) => one.annotations?.[ANNOTATIONS.rollout]);
  return equal(markers(found), markers(manifest)) && !equal(markers(before), markers(manifest));
}
