import { contains, equal } from '../base/json-value.ts';
import type { Predictor, SeldonDeployment } from '../seldon/seldon-deployment.ts';
import type { Budget } from './budget.ts';
import { changesBetween } from './changes.ts';
import { withoutEnvironmentValues } from './environment-values.ts';
import { assembleManifest, type PredictorLayout } from './manifest.ts';
import { readableYaml } from './manifest-file.ts';
import { overlay } from './overlay.ts';
import type { PlanRequest } from './plan-request.ts';

/** One apply, and what must be so before the next. */
export interface Stage {
  /** What is so once it is rolled out: `canary takes 10 % of the requests`. */
  readonly title: string;
  /** Ready for server-side apply; `resourceVersion` guards the first against a change in between. */
  readonly manifest: SeldonDeployment;
  /** Names of the predictors that must answer on their own. */
  readonly prove: readonly string[];
  /** Must answers also come through the public endpoint? */
  readonly throughEndpoint: boolean;
  /** The old and the new predictor, to be asked the same. */
  readonly compare?: readonly [string, string];
  /** A shadow that must be seen to get copies of what goes through the public endpoint. */
  readonly mirror?: string;
  /** Stays like this for `step-interval`, and is gated. */
  readonly observed?: true;
  /** Only for the sake of requests under way: left out where what is live is not up, and never fatal. */
  readonly bestEffort?: true;
}

/** What a run is about to do, decided before anything is touched. */
export interface Plan {
  readonly stages: readonly [Stage, ...Stage[]];
  /** What the last stage applies. */
  readonly manifest: SeldonDeployment;
  /** The predictor this run is about, as it will be live. */
  readonly predictor: Predictor;
  /** The manifest for a file, and as it may be told: without the values of environment variables. */
  readonly yaml: string;
  readonly publicYaml: string;
  /** What is about to happen, in one line. */
  readonly summary: string;
  /** The live object says all of this already. */
  readonly unchanged: boolean;
  readonly changes: readonly string[];
  readonly budget: Budget;
  /** Number of the proven revision that is brought back. */
  readonly restores?: number;
  /** Takes something away that must not come back, not even when what remains does not prove itself. */
  readonly isFinal?: true;
}

/** All that the stages say must be so, at once: for an object that is where the last one leads. */
export function finalStageOf({ stages }: Plan): Stage {
  const last = stages.at(-1) ?? stages[0];
  const compare = stages.find((stage) => stage.compare !== undefined)?.compare;
  return { ...last, ...(compare !== undefined && { compare }) };
}

/** What tells one stage of a plan from the others. A plan of one stage needs no label: the report's headline says it. */
export function stageLabel({ stages }: Plan, { title }: Stage): string | undefined {
  return stages.length === 1 ? undefined : title;
}

/** A stage before its manifest is made. */
export interface StageDraft extends Omit<Stage, 'manifest'> {
  readonly layout: PredictorLayout;
}

export interface PlanDraft {
  /** In order; at least one. */
  readonly stages: readonly StageDraft[];
  /** Name of the predictor this run is about. */
  readonly subject: string;
  readonly budget: Budget;
  readonly restores?: number;
  readonly isFinal?: true;
}

/** Makes the manifests of all stages, each on top of the one before, and says what will change. */
export function planOf(request: PlanRequest, { stages: drafts, subject, budget, ...rest }: PlanDraft): Plan {
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
  const unchanged = live !== undefined && containsAll(live, manifest);
  const changes = changesBetween(live?.spec, manifest.spec);
  const summary = summarize(request, unchanged, changes);
  return {
    stages: [first, ...more],
    manifest,
    predictor,
    yaml: readableYaml(manifest),
    publicYaml: readableYaml(withoutEnvironmentValues(manifest)),
    summary,
    unchanged,
    changes,
    budget,
    ...rest,
  };
}

/** The object as it will be once that manifest is applied, as far as the next stage looks at it. */
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
  if (unchanged) return `${where} says all of this already`;
  return `${where} exists and will change\n${changes.map((line) => `  ${line}`).join('\n')}`;
}

function containsAll(live: SeldonDeployment, manifest: SeldonDeployment): boolean {
  return (
    equal(live.spec.predictors, manifest.spec.predictors) &&
    contains(live.spec, manifest.spec) &&
    contains(live.metadata.labels ?? {}, manifest.metadata.labels ?? {})
  );
}
