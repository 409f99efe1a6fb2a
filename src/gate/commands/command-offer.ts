import type { InputName } from '../../settings/inputs.ts';
import { changes, isEmergency, type Policy, type PullRequestFacts } from '../admission.ts';
import { VERBS, type Verb, WITHOUT_MODEL } from '../command.ts';
import { isMerged } from '../merge/merged-pull-request.ts';

/** The commands that a comment on this pull request may give now. */
export interface CommandOffer {
  /** What a command begins with: `/seldon`. */
  readonly prefix: string;
  readonly target: string | undefined;
  readonly verbs: readonly Verb[];
  /** What a command must repeat to mean the same object: `name=wine`. */
  readonly object: readonly string[];
  /** Does a change need the hash of a plan? */
  readonly needsPlan: boolean;
  /** What a change needs before: `an approving review`. */
  readonly needs: readonly string[];
}

/** Verbs that decide about a candidate. */
const DECIDING: readonly Verb[] = ['promote', 'rollback'];

/** What of a pull request decides which commands are allowed. */
export type PullState = Pick<PullRequestFacts, 'isOpen' | 'isDraft' | 'isFork' | 'isInBase'>;

/** The object of a run, and the inputs before the event changed some. */
export interface OfferedObject {
  readonly target: string | undefined;
  readonly name: string | undefined;
  readonly namespace: string | undefined;
  readonly given: (name: InputName) => string;
}

/** The part of the policy that does not depend on who gives the command. */
export function offerOf(
  prefix: string,
  { policy, pull }: { readonly policy: Policy; readonly pull: PullState },
  { target, name, namespace, given }: OfferedObject,
): CommandOffer {
  const isGood = (!pull.isDraft || policy.allowDrafts) && (!pull.isFork || policy.allowForks);
  const isAllowed = (verb: Verb) => {
    if (verb === 'help') return true;
    // Without the model, its name cannot stand in for the name of the object.
    if (!policy.commands.includes(verb) || (name === undefined && WITHOUT_MODEL.includes(verb))) return false;
    if (isEmergency(verb) || verb === 'status') return true;
    // A merged pull request is where people decide about what its merge brought.
    if (!pull.isOpen) return isMerged(pull) && DECIDING.includes(verb);
    return isGood || !changes(verb);
  };
  const chosen = Object.entries({ name, namespace }).filter(
    ([input, value]) => value !== undefined && value !== given(input as InputName).trim(),
  );
  return {
    prefix,
    target,
    verbs: VERBS.filter(isAllowed),
    object: chosen.map(([input, value]) => `${input}=${value}`),
    needsPlan: policy.requirePlan,
    needs: [
      ...(policy.requireReview ? ['an approving review'] : []),
      ...(policy.requireChecks ? ['all checks to pass'] : []),
    ],
  };
}

/** A command in one line; undefined if it is not allowed. */
export function commandLine(
  { prefix, target, verbs, object }: CommandOffer,
  verb: Verb,
  words: readonly string[] = [],
): string | undefined {
  if (!verbs.includes(verb)) return undefined;
  return [prefix, verb, ...(target === undefined ? [] : [target]), ...object, ...words].join(' ');
}
