import { createHash } from 'node:crypto';
import { dump } from 'js-yaml';
import type { Budget } from './budget.ts';
import { changesBetween } from './changes.ts';
import type { Mode, RenderConfig } from './config.ts';
import { withoutEnvironmentValues } from './environment-values.ts';
import { canonicalJson, contains, equal, isTree } from './json-value.ts';
import type { Model } from './model.ts';
import { overlay } from './overlay.ts';
import { podPart, samePods } from './predictor.ts';
import {
  ANNOTATIONS,
  type Predictor,
  SELDON,
  type SeldonDeployment,
  type SeldonDeploymentSpec,
} from './seldon-deployment.ts';

/** All a strategy may look at. */
export interface PlanRequest {
  readonly mode: Mode;
  readonly name: string;
  readonly namespace: string;
  readonly model: Pick<Model, 'storageUri' | 'signature'>;
  readonly options: RenderConfig;
  readonly timeout: number | undefined;
  /** The object as it is now; undefined for a first creation. */
  readonly live: SeldonDeployment | undefined;
  /** The user's base manifest. */
  readonly base: SeldonDeployment | undefined;
  readonly trace: Readonly<Record<string, string>>;
  /** Anything that differs from run to run: makes new pods even where nothing else changed. */
  readonly salt: string | undefined;
}

/** What a run is about to do, decided before anything is touched. */
export interface Plan {
  /** Ready for server-side apply; `resourceVersion` guards it against a change in between. */
  readonly manifest: SeldonDeployment;
  /** The predictor that serves the new model, as it will be live. */
  readonly predictor: Predictor;
  /** The manifest for a file, and as it may be told: without the values of environment variables. */
  readonly yaml: string;
  readonly toldYaml: string;
  /** What is about to happen, in one line. */
  readonly summary: string;
  /** The live object says all of this already. */
  readonly unchanged: boolean;
  readonly changes: readonly string[];
  readonly budget: Budget;
}

/** Milliseconds a request may take at the ingress. Not less: the Python server gives its worker as long to load the model. */
const REST_TIMEOUT = '300000';

export interface PlanParts {
  /** The predictors we render, the one that serves the new model first. */
  readonly wanted: readonly Predictor[];
  /** Live predictors that stay as they are, after ours. */
  readonly carried: readonly Predictor[];
  readonly budget: Budget;
}

/**
 * Puts wanted predictors into a manifest: merged with what others wrote on the live ones, marked where their pods
 * must be new, and with our notes on the object.
 */
export function assemble(request: PlanRequest, parts: PlanParts): Plan {
  const { live, name, namespace, options } = request;
  const { wanted, carried, budget } = parts;
  const ours: SeldonDeploymentSpec = { ...specAround(request), predictors: [...wanted] };
  const previous = renderedBefore(live);
  const frame = overlay(frameOf(live?.spec), frameOf(ours), frameOf(previous));
  const predictors = wanted.map((one) => {
    const liveOne = live?.spec.predictors.find((other) => other.name === one.name);
    const merged = overlay(
      liveOne,
      one,
      previous?.predictors.find((other) => other.name === one.name),
    );
    const keepsPods = liveOne !== undefined && equal(frame, frameOf(live?.spec)) && samePods(merged, liveOne);
    return keepsPods && request.salt === undefined ? merged : marked(merged, frame, request.salt);
  });
  const manifest: SeldonDeployment = {
    apiVersion: `machinelearning.seldon.io/${options.apiVersion}`,
    kind: 'SeldonDeployment',
    metadata: {
      name,
      namespace,
      ...(request.base?.metadata.labels && { labels: request.base.metadata.labels }),
      annotations: {
        ...request.base?.metadata.annotations,
        ...request.trace,
        [ANNOTATIONS.rendered]: JSON.stringify(ours),
      },
      ...(live?.metadata.resourceVersion !== undefined && { resourceVersion: live.metadata.resourceVersion }),
    },
    spec: { ...ours, predictors: [...predictors, ...carried] },
  };
  const [predictor] = predictors;
  if (predictor === undefined) throw new Error('a plan needs a predictor');
  const unchanged = live !== undefined && saysAll(live, manifest) && equal(frame, frameOf(live.spec));
  const changes = changesBetween(live?.spec, manifest.spec);
  return {
    manifest,
    predictor,
    budget,
    unchanged,
    changes,
    yaml: readable(manifest),
    toldYaml: readable(withoutEnvironmentValues(manifest)),
    summary: summarize(request, unchanged, changes),
  };
}

/** Without what only this cluster and this run mean: the text can be committed and applied elsewhere. */
function readable(manifest: SeldonDeployment): string {
  const { resourceVersion: _version, annotations, ...metadata } = manifest.metadata;
  const { [ANNOTATIONS.rendered]: _note, ...told } = annotations ?? {};
  return dump({ ...manifest, metadata: { ...metadata, annotations: told } }, { lineWidth: 120, noRefs: true });
}

function summarize({ live, name, namespace }: PlanRequest, unchanged: boolean, changes: readonly string[]): string {
  const where = `SeldonDeployment ${namespace}/${name}`;
  if (live === undefined) return `${where} does not exist yet: it will be created`;
  if (unchanged) return `${where} says all of this already`;
  return `${where} exists and will change\n${changes.map((line) => `  ${line}`).join('\n')}`;
}

function saysAll(live: SeldonDeployment, manifest: SeldonDeployment): boolean {
  return (
    equal(live.spec.predictors, manifest.spec.predictors) &&
    contains(live.spec, manifest.spec) &&
    contains(live.metadata.labels ?? {}, manifest.metadata.labels ?? {})
  );
}

/** The fields of `spec` beside the predictors. */
function specAround({ base, live, options }: PlanRequest): Omit<SeldonDeploymentSpec, 'predictors'> {
  const { predictors: _, ...around } = base?.spec ?? { predictors: [] };
  const given = around.annotations?.[SELDON.restTimeout] ?? live?.spec.annotations?.[SELDON.restTimeout];
  const speaksOther = live?.spec.protocol !== undefined && live.spec.protocol !== options.protocol;
  return {
    ...around,
    ...((options.protocol === 'v2' || speaksOther) && { protocol: options.protocol }),
    annotations: { ...around.annotations, [SELDON.restTimeout]: given ?? REST_TIMEOUT },
  };
}

/** What of `spec` beside the predictors reaches every pod template. */
function frameOf(spec: SeldonDeploymentSpec | undefined): Record<string, unknown> {
  return { annotations: spec?.annotations ?? {}, ...(spec?.protocol !== undefined && { protocol: spec.protocol }) };
}

/** Gives a predictor a new rollout marker: a hash of all that makes its pods. */
function marked(predictor: Predictor, frame: unknown, salt: string | undefined): Predictor {
  const { [ANNOTATIONS.rollout]: _old, ...annotations } = predictor.annotations ?? {};
  const basis = canonicalJson({ frame, predictor: podPart({ ...predictor, annotations }), ...(salt && { salt }) });
  const marker = createHash('sha256').update(basis).digest('hex').slice(0, 16);
  return { ...predictor, annotations: { ...annotations, [ANNOTATIONS.rollout]: marker } };
}

/** What we rendered last time, from our own note. A note that somebody damaged counts as none: then all is kept. */
function renderedBefore(live: SeldonDeployment | undefined): SeldonDeploymentSpec | undefined {
  const note = live?.metadata.annotations?.[ANNOTATIONS.rendered];
  if (note === undefined) return undefined;
  try {
    const spec: unknown = JSON.parse(note);
    return isTree(spec) && Array.isArray(spec['predictors']) ? (spec as unknown as SeldonDeploymentSpec) : undefined;
  } catch {
    return undefined;
  }
}
