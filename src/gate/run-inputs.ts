import { judgesNothing } from '../settings/gate-inputs.ts';
import { InputReader, type RawInputs } from '../settings/input-reader.ts';
import type { InputName } from '../settings/inputs.ts';
import { isMeantFor, readModeName } from '../settings/rollout-inputs.ts';
import type { Refusal } from './admission.ts';
import type { Target } from './targets.ts';

/** Inputs of one target: the step's inputs, or the target's merged over them. */
export interface TargetInputs {
  /** Undefined if only the step's inputs are used. */
  readonly target: string | undefined;
  /** Targets that must succeed first. */
  readonly needs: readonly string[];
  readonly raw: RawInputs;
  /** Of the pull request's own file of targets, for a plan: no command can run it before the merge. */
  readonly isAfterMerge?: boolean;
}

/** The inputs of one run, with the values from the event. */
export interface RunInputs extends TargetInputs {
  /** The inputs before the event changed some. */
  readonly given: (name: InputName) => string;
  /** Why the SeldonDeployment of that name may not be had, once the model is known that the event chose. */
  readonly judgeName?: (name: string) => Refusal | undefined;
  /** Comments of ours on the pull request: of the plans in them one must still hold. */
  readonly shownBefore?: readonly string[];
  /** Is a change refused without a plan that was shown? */
  readonly needsPlan?: boolean;
  /** The merged pull request on which the command was given. */
  readonly mergedPullRequest?: number | undefined;
}

export function inputsOfStep(raw: RawInputs): TargetInputs {
  return { target: undefined, needs: [], raw };
}

/** Inputs of the step that override the target: to deploy another model to it, or to promote its candidate. */
const OF_THE_RUN: readonly InputName[] = ['model-uri', 'mode', 'traffic', 'steps', 'predictor', 'to', 'replicas'];

/** Merges a target over the step's inputs, except the inputs that belong to this run. */
export function inputsOfTarget({ name, needs, values }: Target, raw: RawInputs, path: string): TargetInputs {
  const chosen = new Map(
    OF_THE_RUN.flatMap((one) => {
      const said = raw.input(one).trim();
      // If the step does not set `mode`, its value is the default.
      return said === '' || (one === 'mode' && said === 'direct') ? [] : [[one, said] as const];
    }),
  );
  const input = (one: InputName) => values.get(one) ?? raw.input(one);
  const place = { target: name, needs, raw: { env: raw.env, input, origin: `target \`${name}\` of ${path}` } };
  return { ...place, raw: runInputsOf(place, chosen).raw };
}

/**
 * Applies the values from the event. Settings that the chosen mode does not use are left out,
 * for example the steps of a canary when it is promoted.
 */
export function runInputsOf(place: TargetInputs, chosen: ReadonlyMap<InputName, string>): RunInputs {
  const { raw } = place;
  const pick = (name: InputName) => chosen.get(name) ?? raw.input(name);
  const mode = chosen.has('mode') ? readModeName(pick('mode')) : undefined;
  const isOfUse = (name: InputName) =>
    mode === undefined || chosen.has(name) || (isMeantFor(name, mode) && !judgesNothing(name, mode, pick('bake')));
  const input = (name: InputName) => (isOfUse(name) ? pick(name) : '');
  return { ...place, raw: { ...raw, input }, given: raw.input };
}

/** Whether previews are enabled. A check has none: it deploys nothing. @throws UserError bad-input if the value is not `true` or `false` */
export function isPreview(place: Pick<TargetInputs, 'raw'>): boolean {
  return isSaid(place, 'preview', false) && readModeName(place.raw.input('mode')) !== 'check';
}

/** Whether a cluster is changed, not a file. @throws UserError bad-input if the value is not `true` or `false` */
export function isApplied(place: Pick<TargetInputs, 'raw'>): boolean {
  return isSaid(place, 'apply', true);
}

function isSaid({ raw }: Pick<TargetInputs, 'raw'>, name: InputName, fallback: boolean): boolean {
  const read = new InputReader(raw);
  const answer = read.flag(name, fallback);
  read.end();
  return answer;
}
