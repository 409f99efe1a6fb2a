import { InputReader, type RawInputs } from '../settings/input-reader.ts';
import type { InputName } from '../settings/inputs.ts';
import { isMeantFor, readModeName } from '../settings/rollout-inputs.ts';
import type { Refusal } from './admission.ts';
import type { Target } from './targets.ts';

/** What a run is about: the step's inputs, or a target's over them. */
export interface TargetInputs {
  /** Undefined where the step's own inputs say it all. */
  readonly target: string | undefined;
  /** Targets that must be well before. */
  readonly needs: readonly string[];
  readonly raw: RawInputs;
}

/** A run as the event made it. */
export interface RunInputs extends TargetInputs {
  /** What the inputs said before the event chose some. */
  readonly given: (name: InputName) => string;
  /** Why the SeldonDeployment of that name may not be had, once the model is known that the event chose. */
  readonly judgeName?: (name: string) => Refusal | undefined;
  /** Comments of ours on the pull request: of the plans in them one must still hold. */
  readonly shownBefore?: readonly string[];
  /** Is a change refused whose plan nobody saw? */
  readonly needsPlan?: boolean;
}

export function inputsOfStep(raw: RawInputs): TargetInputs {
  return { target: undefined, needs: [], raw };
}

/** What a step says of its own run, when it says it: to ship another model to a target, or to promote what is there. */
const OF_THE_RUN: readonly InputName[] = ['model-uri', 'mode', 'traffic', 'steps', 'predictor', 'to', 'replicas'];

/** A target over the step's inputs, but for what the step says of this run. */
export function inputsOfTarget({ name, needs, values }: Target, raw: RawInputs, path: string): TargetInputs {
  const chosen = new Map(
    OF_THE_RUN.flatMap((one) => {
      const said = raw.input(one).trim();
      // The default of `mode` is what a step says that says nothing.
      return said === '' || (one === 'mode' && said === 'direct') ? [] : [[one, said] as const];
    }),
  );
  const input = (one: InputName) => values.get(one) ?? raw.input(one);
  const place = { target: name, needs, raw: { env: raw.env, input, origin: `target \`${name}\` of ${path}` } };
  return { ...place, raw: runInputsOf(place, chosen).raw };
}

/**
 * The event chooses among what it may choose. Settings of the mode that it did not choose are left out, where they would
 * mean nothing to the one it chose: the steps of a canary, say, when it is promoted.
 */
export function runInputsOf(place: TargetInputs, chosen: ReadonlyMap<InputName, string>): RunInputs {
  const { raw } = place;
  const pick = (name: InputName) => chosen.get(name) ?? raw.input(name);
  const mode = chosen.has('mode') ? readModeName(pick('mode')) : undefined;
  const input = (name: InputName) =>
    mode !== undefined && !chosen.has(name) && !isMeantFor(name, mode) ? '' : pick(name);
  return { ...place, raw: { ...raw, input }, given: raw.input };
}

/** @throws UserError bad-input when it does not say yes or no */
export function isPreview(place: Pick<TargetInputs, 'raw'>): boolean {
  return isSaid(place, 'preview', false);
}

/** Is a cluster changed, and not a file? @throws UserError bad-input when it does not say yes or no */
export function isApplied(place: Pick<TargetInputs, 'raw'>): boolean {
  return isSaid(place, 'apply', true);
}

function isSaid({ raw }: Pick<TargetInputs, 'raw'>, name: InputName, fallback: boolean): boolean {
  const read = new InputReader(raw);
  const answer = read.flag(name, fallback);
  read.end();
  return answer;
}
