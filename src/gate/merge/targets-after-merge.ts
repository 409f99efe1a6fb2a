import { messageOf, UserError } from '../../base/errors.ts';
import type { RawInputs } from '../../settings/input-reader.ts';
import type { InputName } from '../../settings/inputs.ts';
import { modelRefusal } from '../admission-rules.ts';
import { namedByManifest } from '../manifest-names.ts';
import { POLICY_INPUTS } from '../policy.ts';
import { policyOf } from '../pull-request-gate.ts';
import { type TargetsRequest, targetsPath } from '../read-target-inputs.ts';
import { inputsOfTarget, type TargetInputs } from '../run-inputs.ts';
import { listOfNames, parseDefaults, parseTargets, pickTargets, TARGET_INPUTS, type Target } from '../targets.ts';

/** A target of which no plan can be shown before the merge, and why. */
export interface UnplannedTarget {
  readonly target: string;
  readonly title: string;
  readonly cure: string | undefined;
}

export interface AfterMerge {
  readonly places: readonly TargetInputs[];
  readonly unplanned: readonly UnplannedTarget[];
}

/** What the merge would bring. */
export interface MergeCandidate {
  /** The commit with the pull request's file. */
  readonly commit: string;
  /** A person with write access chose it, and the event has no secrets that they could not have had. */
  readonly isTrusted: boolean;
}

/**
 * Inputs that a plan takes from the base branch alone: tokens are sent to these addresses, files are read or written
 * there, or a real object would be made. Where the pull request changes one, there is no plan.
 */
const OF_THE_BASE: readonly InputName[] = [
  'mlflow-tracking-uri',
  'prometheus-url',
  'ingress-url',
  'access',
  'context',
  'artifacts-destination',
  'storage-uri-map',
  'allow-storages',
  'apply',
  'manifest-file',
  'manifest',
  'smoke-request',
  'compare-requests',
  'preview',
];
/** All that somebody may change whom nobody trusts yet, as with a command. */
const OF_EVERYBODY: readonly InputName[] = ['model-uri', 'mode', 'traffic', 'steps', 'predictor', 'to'];
const POLICY: readonly InputName[] = POLICY_INPUTS;

/**
 * The targets as they will be after the merge, for plans only: what a pull request changes in the file of targets is
 * taken over, except addresses and policy, which stay those of the base branch.
 * @param places the targets of the base branch
 * @throws UserError targets-invalid if the pull request's file cannot be used
 */
export async function targetsAfterMerge(
  request: TargetsRequest,
  { places, base }: { readonly places: readonly TargetInputs[]; readonly base: string | undefined },
  { commit, isTrusted }: MergeCandidate,
): Promise<AfterMerge> {
  const { raw, repository } = request;
  const path = targetsPath(raw);
  const isOther = path === '' || raw.input('config-ref').trim() !== '' || base === undefined || commit === '';
  if (isOther || repository === undefined) return { places, unplanned: [] };
  const [before, after] = await Promise.all([
    repository.readFile(path, base).then(textOf, () => undefined),
    repository.readFile(path, commit).then(textOf, () => undefined),
  ]);
  // Nothing is known of a file that GitHub does not give: the base branch's counts.
  if (after === undefined || after === before) return { places, unplanned: [] };
  const all = parsed(after, path);
  const names = listOfNames(raw.input('targets'));
  const picked = pickTargets(
    all,
    names.length === 0
      ? all.map(({ name }) => name)
      : names.filter((name) => name === 'all' || all.some((one) => one.name === name)),
  );
  const defaults = before === undefined ? new Map<InputName, string>() : parseDefaults(before, path);
  // The targets of the base branch have the names of their manifests already.
  const named = (place: TargetInputs) => namedByManifest(place, request.readManifestNames);
  const results = await Promise.all(
    ('unknown' in picked ? [] : picked).map(async (target) => {
      const known = places.find((one) => one.target === target.name);
      const standard = { name: target.name, needs: [], values: defaults };
      const trusted = known ?? (await named(inputsOfTarget(standard, raw, path)));
      const theirs = await named(inputsOfTarget(target, raw, path));
      return afterMerge(target, { raw, path, theirs: theirs.raw, trusted, isNew: known === undefined, isTrusted });
    }),
  );
  const gone = places.filter((place) => all.every(({ name }) => name !== place.target));
  return {
    places: results.flatMap((one) => ('raw' in one ? [one] : [])),
    unplanned: [...results.flatMap((one) => ('title' in one ? [one] : [])), ...gone.map(removed)],
  };
}

interface Comparison {
  readonly raw: RawInputs;
  readonly path: string;
  /** The target's inputs as the pull request has them. */
  readonly theirs: RawInputs;
  /** The target of the base branch; for a new one what the base branch gives to all. */
  readonly trusted: TargetInputs;
  readonly isNew: boolean;
  readonly isTrusted: boolean;
}

function afterMerge(
  target: Target,
  { raw, path, theirs, trusted, isNew, isTrusted }: Comparison,
): TargetInputs | UnplannedTarget {
  const { name } = target;
  const ours = trusted.raw;
  const changed = TARGET_INPUTS.filter((one) => theirs.input(one).trim() !== ours.input(one).trim());
  if (changed.length === 0 && !isNew) return trusted;
  const kept = changed.filter((one) => OF_THE_BASE.includes(one) || (!isTrusted && !OF_EVERYBODY.includes(one)));
  if (kept.length > 0 || (isNew && !isTrusted)) {
    const what = kept.length > 0 ? `changes ${kept.map((one) => `\`${one}\``).join(', ')}` : 'brings this target';
    return {
      target: name,
      title: `no plan can be shown before the merge: the pull request ${what}`,
      cure: 'the run after the merge reports what it does; before the merge this is read only from the base branch, because tokens are sent to the addresses in it',
    };
  }
  const refusal = isTrusted
    ? undefined
    : modelRefusal(theirs.input('model-uri').trim(), ours.input('model-uri'), policyOf(ours).models);
  if (refusal !== undefined) return { target: name, title: refusal.sentence, cure: refusal.cure };
  const input = (one: InputName) =>
    OF_THE_BASE.includes(one) || POLICY.includes(one) ? ours.input(one) : theirs.input(one);
  const origin = `target \`${name}\` of ${path} in this pull request`;
  return { target: name, needs: target.needs, raw: { env: raw.env, input, origin }, isAfterMerge: true };
}

function removed({ target = '' }: TargetInputs): UnplannedTarget {
  return {
    target,
    title: 'the pull request removes this target: after the merge nothing is deployed to it any more',
    cure: 'its SeldonDeployment stays; delete it with mode `remove` if it is not needed',
  };
}

function parsed(text: string, path: string): readonly Target[] {
  try {
    return parseTargets(text, path);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(error.code, `as this pull request has it, ${messageOf(error)}`, {
      hint: 'correct the file before the merge: after the merge every run would end with this error',
    });
  }
}

function textOf({ text }: { readonly text: string }): string {
  return text;
}
