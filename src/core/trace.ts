import type { Model } from './model.ts';
import type { PreviousModel, RunContext } from './report.ts';
import { ANNOTATIONS, type SeldonDeployment } from './seldon-deployment.ts';

/** Who shipped what, on the object itself: readable with kubectl long after the pull request is closed. */
export function traceAnnotations(
  model: Model,
  context: RunContext & { readonly pullRequest: number | undefined },
  previous: PreviousModel | undefined,
): Record<string, string> {
  const values: Record<string, string | undefined> = {
    [ANNOTATIONS.runUrl]: context.runUrl,
    [ANNOTATIONS.commit]: context.commit,
    [ANNOTATIONS.actor]: context.actor,
    [ANNOTATIONS.pullRequest]: context.pullRequest === undefined ? undefined : String(context.pullRequest),
    [ANNOTATIONS.modelUri]: model.storageUri,
    [ANNOTATIONS.modelName]: model.name,
    [ANNOTATIONS.modelVersion]: model.version,
    [ANNOTATIONS.modelAlias]: model.alias,
    [ANNOTATIONS.modelRun]: model.runId,
    [ANNOTATIONS.previousModelUri]: previous?.modelUri,
  };
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** The model the live object serves. Name and version are known when we shipped it and nobody swapped it since. */
export function previousModelOf(live: SeldonDeployment | undefined): PreviousModel | undefined {
  const modelUri = live?.spec.predictors[0]?.graph.modelUri;
  if (live === undefined || modelUri === undefined) return undefined;
  const annotations = live.metadata.annotations ?? {};
  const ours = annotations[ANNOTATIONS.modelUri] === modelUri;
  return {
    modelUri,
    name: ours ? annotations[ANNOTATIONS.modelName] : undefined,
    version: ours ? annotations[ANNOTATIONS.modelVersion] : undefined,
  };
}
