import { UserError } from '../base/errors.ts';

import type { RunContext } from '../base/run-context.ts';
import { modelUriOf } from '../seldon/graph.ts';
import { ANNOTATIONS, type SeldonDeployment } from '../seldon/seldon-deployment.ts';
import { type ModelNote, modelsOf } from './model-note.ts';

export interface OriginRequest {
  readonly manifest: SeldonDeployment;
  /** The object as it is now. */
  readonly live: SeldonDeployment | undefined;
  /** Models by storage URI. */
  readonly known: ReadonlyMap<string, ModelNote>;
  readonly context: RunContext & { readonly pullRequest: number | undefined };
}

/**
 * Annotations that record the run and model on the object, readable with kubectl. The plain annotations
 * describe the first predictor.
 */
export function originAnnotations({ manifest, live, known, context }: OriginRequest): Record<string, string> {
  const models = manifest.spec.predictors.flatMap((predictor) => {
    const uri = modelUriOf(predictor);
    return uri === undefined ? [] : [[predictor.name, known.get(uri) ?? { uri }] as const];
  });
  const main = models[0]?.[1];
  const values: Record<string, string | undefined> = {
    [ANNOTATIONS.runUrl]: context.runUrl,
    [ANNOTATIONS.commit]: context.commit,
    [ANNOTATIONS.actor]: context.actor,
    [ANNOTATIONS.pullRequest]: context.pullRequest === undefined ? undefined : String(context.pullRequest),
    [ANNOTATIONS.modelUri]: main?.uri,
    [ANNOTATIONS.modelName]: main?.name,
    [ANNOTATIONS.modelVersion]: main?.version,
    [ANNOTATIONS.modelAlias]: main?.alias,
    [ANNOTATIONS.modelRun]: main?.run,
    [ANNOTATIONS.previousModelUri]: previousUri(live, main?.uri),
    [ANNOTATIONS.models]: JSON.stringify(Object.fromEntries(models)),
  };
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** The model of the first predictor before its last change. */
function previousUri(live: SeldonDeployment | undefined, now: string | undefined): string | undefined {
  const main = live?.spec.predictors[0];
  const before = main && modelUriOf(main);
  return before === now ? live?.metadata.annotations?.[ANNOTATIONS.previousModelUri] : before;
}

/**
 * Refuses a run that began before the one that shipped what is live: runs may overtake each other in a queue or be started
 * again, and an old commit must not undo a new one. Whoever wants to go back uses mode `rollback`, or starts a run by hand.
 * @throws UserError newer-run-live
 */
export function refuseOlderRun(
  live: SeldonDeployment | undefined,
  { event, runUrl }: Pick<RunContext, 'event' | 'runUrl'>,
): void {
  const theirs = runOf(live?.metadata.annotations?.[ANNOTATIONS.runUrl]);
  const ours = runOf(runUrl);
  const isByHand = event === undefined || event === 'workflow_dispatch';
  if (isByHand || theirs === undefined || ours === undefined) return;
  if (theirs.repository !== ours.repository || theirs.id <= ours.id) return;
  const what = `the live model was deployed by a later run (${live?.metadata.annotations?.[ANNOTATIONS.runUrl]})`;
  throw new UserError('newer-run-live', what, {
    hint: 'to go back use mode `rollback`, or start the workflow by hand; an older push, comment or other event does not',
  });
}

/**
 * Refuses a decision on a merged pull request about what another pull request brought: who comments there means the
 * candidate of that pull request.
 * @throws UserError newer-run-live
 */
export function refuseOthersRollout(
  live: SeldonDeployment | undefined,
  mode: string,
  { mergedPullRequest: ours }: { readonly mergedPullRequest?: number | undefined },
): void {
  const theirs = live?.metadata.annotations?.[ANNOTATIONS.pullRequest];
  if (ours === undefined || theirs === undefined || theirs === String(ours)) return;
  throw new UserError('newer-run-live', `what is live was shipped for pull request #${theirs}, not for #${ours}`, {
    hint: `comment \`${mode}\` on pull request #${theirs}, or on an open one`,
  });
}

/** Runs of one repository are numbered in the order of their start. */
function runOf(url: string | undefined): { readonly repository: string; readonly id: number } | undefined {
  const [, repository, id] = /^(.+)\/actions\/runs\/(\d+)$/.exec(url ?? '') ?? [];
  return repository === undefined ? undefined : { repository, id: Number(id) };
}

/** The model of the live object. Name and version are known if we deployed it and it has not changed since. */
export function previousModelOf(live: SeldonDeployment | undefined): PreviousModel | undefined {
  const main = live?.spec.predictors[0];
  const note = main === undefined ? undefined : modelsOf(live).get(main.name);
  return note && { modelUri: note.uri, name: note.name, version: note.version };
}

/** What was live before this run. */
export interface PreviousModel {
  readonly modelUri: string;
  readonly name: string | undefined;
  readonly version: string | undefined;
}
