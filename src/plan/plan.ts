import { equal } from '../base/json-value.ts';
import type { Predictor, SeldonDeployment } from '../seldon/seldon-deployment.ts';
import { changesBetween } from './changes.ts';
import { withoutEnvironmentValues } from './environment-values.ts';
import { withoutNotes } from './given/own-notes.ts';
import { assembleManifest, type PredictorLayout, renderedBefore } from './manifest.ts';
import { readableYaml } from './manifest-file.ts';
import { overlay } from './overlay.ts';
import type { PlanRequest } from './plan-request.ts';
import type { Budget } from './predictor/budget.ts';

/** One apply, and the conditions for the next one. */
export interface Stage {
  /** The state after its rollout: `canary takes 10 % of the requests`. */
  readonly title: string;
  /** Ready for server-side apply; `resourceVersion` protects the first apply against concurrent changes. */
  readonly manifest: SeldonDeployment;
  /** Names of the predictors that must answer on their own. */
  readonly prove: readonly string[];
  /** Whether the public endpoint must also answer. */
  readonly throughEndpoint: boolean;
  /** The old and the new predictor, to be compared. */
  readonly compare?: readonly [string, string];
  /** A shadow that must get copies of the requests to the public endpoint. */
  readonly mirror?: string;
  /** A predictor that proves the new model in place of the run's own. */
  readonly standIn?: string;
  /** The ingress must have updated its routes before the next stage. */
  readonly settles?: true;
  /** A predictor that its autoscaler must bring to this number of pods before the next stage. */
  readonly autoscaled?: { readonly predictor: string; readonly pods: number };
  /** The stage soaks for `step-interval` and is gated by metrics. */
  readonly observed?: true;
  /** Only protects requests in progress. It is skipped if the live predictors are not ready, and its failure is ignored. */
  readonly bestEffort?: true;
}

/** What a run will do, decided before any change. */
export interface Plan {
  readonly stages: readonly [Stage, ...Stage[]];
  /** What the last stage applies. */
  readonly manifest: SeldonDeployment;
  /** The predictor of this run, as it will be live. */
  readonly predictor: Predictor;
  /** The manifest for a file, and for publication: without the values of environment variables. */
  readonly yaml: string;
  readonly publicYaml: string;
  /** What the run will do, in one line. */
  readonly summary: string;
  /** What a reader would not expect, one sentence each. */
  readonly notes: readonly string[];
  /** The live object already has this spec. */
  readonly unchanged: boolean;
  readonly changes: readonly string[];
  readonly budget: Budget;
  /** Number of the proven revision that is restored. */
  readonly restores?: number;
  /** Removes a predictor that must not be restored, even if the proof of the others fails. */
  readonly isFinal?: true;
  /** What is asked for is what the first predictor serves: there is nothing to roll out. */
  readonly isSame?: true;
}

/** The conditions of all stages combined, for an object that is already in the final state. */
export function finalStageOf({ stages }: Plan): Stage {
  const last = stages.at(-1) ?? stages[0];
  const compare = stages.find((stage) => stage.compare !== undefined)?.compare;
  return { ...last, ...(compare !== undefined && { compare }) };
}

/** Label of one stage among several. A plan of one stage needs no label: the report's headline describes it. */
export function stageLabel({ stages }: Plan, { title }: Stage): string | undefined {
  return stages.length === 1 ? undefined : title;
}

/** A stage without its manifest. */
export interface StageDraft extends Omit<Stage, 'manifest'> {
  readonly layout: PredictorLayout;
}

export interface PlanDraft {
  /** In order; at least one. */
  readonly stages: readonly StageDraft[];
  /** Name of the predictor of this run. */
  readonly subject: string;
  readonly budget: Budget;
  readonly notes?: readonly string[];
  readonly restores?: number;
  readonly isFinal?: true;
}

/** Makes the manifests of all stages, each based on the previous one, and lists the changes. */
export function planOf(
  request: PlanRequest,
  { stages: drafts, subject, budget, notes = [], ...rest }: PlanDraft,
): Plan {
  const { live } = request;
  const stages: Stage[] = [];
  let before = live;
  for (const { layout: lineup, ...draft } of drafts) {
    const manifest = assembleManifest({ ...request, live: before }, lineup);
    stages.push({ ...draft, manifest });
    before = asApplied(manifest, before);
  }
  const [first, ...more] = stages;
  const manifest = stages.at(-1)?.manifest;
  const predictor = manifest?.spec.predictors.find((one) => one.name === subject);
  if (first === undefined || manifest === undefined || predictor === undefined)
    throw new Error(`a plan needs a stage and a predictor ${subject}`);
  const standing = live && visibleParts(live);
  const after = visibleParts(live === undefined ? manifest : asStored(live, manifest));
  const unchanged = equal(standing, after);
  const changes = [
    ...changesBetween(standing?.spec, after.spec),
    ...changesBetween(standing && { metadata: standing.metadata }, { metadata: after.metadata }),
  ];
  const summary = summarize(request, unchanged, changes);
  return {
    stages: [first, ...more],
    manifest,
    predictor,
    yaml: readableYaml(manifest),
    publicYaml: readableYaml(withoutEnvironmentValues(manifest)),
    summary,
    notes: unchanged ? [] : notes,
    unchanged,
    changes,
    budget,
    ...rest,
  };
}

/** The object after that manifest is applied, as far as the next stage needs it. */
function asApplied(manifest: SeldonDeployment, before: SeldonDeployment | undefined): SeldonDeployment {
  return {
    ...manifest,
    metadata: {
      ...before?.metadata,
      ...manifest.metadata,
      annotations: { ...before?.metadata.annotations, ...manifest.metadata.annotations },
    },
    spec: { ...overlay(before?.spec, manifest.spec), predictors: manifest.spec.predictors },
  };
}

function summarize({ live, name, namespace }: PlanRequest, unchanged: boolean, changes: readonly string[]): string {
  const where = `SeldonDeployment ${namespace}/${name}`;
  if (live === undefined) return `${where} does not exist yet: it will be created`;
  if (unchanged) return `${where} already has this spec`;
  return `${where} exists and will change\n${changes.map((line) => `  ${line}`).join('\n')}`;
}

/** What people see of an object: all of its spec, labels and annotations but our notes. */
function visibleParts({ metadata: { labels = {}, annotations }, spec }: SeldonDeployment) {
  return { spec, metadata: { labels, annotations: withoutNotes(annotations) ?? {} } };
}

/** The live object after a server-side apply: what we applied before and no longer apply is removed. */
function asStored(live: SeldonDeployment, manifest: SeldonDeployment): SeldonDeployment {
  const note = renderedBefore(live);
  const { predictors, ...around } = manifest.spec;
  const { predictors: _, ...liveAround } = live.spec;
  const { predictors: __, ...ours } = note?.spec ?? { predictors: [] };
  const { labels = {}, annotations } = manifest.metadata;
  return {
    ...live,
    metadata: {
      ...live.metadata,
      labels: overlay(live.metadata.labels ?? {}, labels, note?.metadata.labels),
      annotations: overlay(
        withoutNotes(live.metadata.annotations) ?? {},
        withoutNotes(annotations) ?? {},
        note?.metadata.annotations,
      ),
    },
    spec: { ...overlay(liveAround, around, ours), predictors },
  };
}
