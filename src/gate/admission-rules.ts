import type { RefusalReason } from '../base/errors.ts';
import { matchesGlob } from '../base/glob.ts';
import { matchesModel } from '../model/model-pattern.ts';
import { parseModelUri } from '../model/model-uri.ts';
import type { InputName } from '../settings/inputs.ts';
import {
  type AdmissionFacts,
  changes,
  isEmergency,
  type Person,
  type Policy,
  type PullRequestFacts,
  type Refusal,
  ROLES,
  type Verdict,
} from './admission.ts';
import type { Verb } from './command.ts';
import { closedRefusal, isMerged } from './merge/merged-pull-request.ts';

/** One rule. The rules are checked in order, and the first refusal counts. */
type Rule = (facts: AdmissionFacts, policy: Policy) => Refusal | undefined;

/** @returns the first refusal; undefined if the command is admitted */
export function admissionOf(facts: AdmissionFacts, policy: Policy): Refusal | undefined {
  return RULES.values()
    .map((rule) => rule(facts, policy))
    .find((one) => one !== undefined);
}

const NO_DECISION = [
  'GitHub does not say whether this pull request is approved',
  'add a protection rule that requires a review to the base branch, as GitHub decides it only then; or leave `require-review` out',
] as const;

const NO_CHECKS = [
  'GitHub returns no checks for the newest commit of this pull request',
  'give the job `checks: read` and `statuses: read`, in a private repository `actions: read` too; if the commit has no checks, leave `require-checks` out',
] as const;

const RULES: readonly Rule[] = [
  ({ pullRequest, command }) => closedRefusal(pullRequest, command),

  // Otherwise a user who may push a branch would be judged by a file of their own.
  ({ pullRequest }, { bases }) => baseRefusal(pullRequest, bases),

  ({ command, commenter }, policy) => roleRefusal('not-permitted', command.verb, commenter, policy),

  ({ command, commenter, actor }, policy) =>
    sameLogin(actor.login, commenter.login)
      ? undefined
      : roleRefusal('rerun-not-permitted', command.verb, actor, policy),

  // Who starts a run again asks for the same as who commented.
  ({ command, commenter, actor }, { users, teams }) => {
    if (!changes(command.verb) || users.length + teams.length === 0) return undefined;
    const isListed = ({ login, inTeam }: Person) => users.some((one) => sameLogin(one, login)) || inTeam === 'yes';
    const stranger = [commenter, actor].find((one) => !isListed(one));
    if (stranger === undefined) return undefined;
    const sentence = `${stranger.login} is not in the input \`allow-users\`, which lists who may give this command`;
    return refusal('not-listed', sentence, 'ask a user of that list, or add this user to `allow-users`');
  },

  ({ pullRequest, command }, { allowForks }) =>
    !pullRequest.isFork || allowForks || isMerged(pullRequest) || !needsGoodPull(command.verb)
      ? undefined
      : refusal('fork-refused', 'this pull request comes from a fork', 'merge it first, or set `allow-forks: true`'),

  ({ pullRequest, command }, { allowDrafts }) => {
    if (!pullRequest.isDraft || allowDrafts || !needsGoodPull(command.verb)) return undefined;
    const cure = 'mark it ready for review, or set `allow-drafts: true`';
    return refusal('draft-refused', 'this pull request is a draft', cure);
  },

  ({ command: { verb } }, { commands }) => {
    if (commands.includes(verb) || verb === 'help') return undefined;
    const cure = `use one of ${commands.join(', ')}, or add it to the input \`allow-commands\``;
    return refusal('command-not-allowed', `this workflow has no command \`${verb}\``, cure);
  },

  ({ isApproved, command }, { requireReview }) => {
    if (!requireReview || !needsGoodPull(command.verb) || isApproved?.answer === 'yes') return undefined;
    if (isApproved?.answer === 'unknown') return refusal('review-missing', ...NO_DECISION);
    const sentence = `this pull request is not approved${named(isApproved)}`;
    return refusal('review-missing', sentence, 'ask for an approval of its newest commit (input `require-review`)');
  },

  ({ checksPass, command }, { requireChecks }) => {
    if (!requireChecks || !needsGoodPull(command.verb) || checksPass?.answer === 'yes') return undefined;
    if (checksPass?.answer === 'unknown') return refusal('checks-missing', ...NO_CHECKS);
    const sentence = `not all checks of this pull request passed${named(checksPass)}`;
    return refusal('checks-missing', sentence, 'wait until they pass, or correct them (input `require-checks`)');
  },

  ({ chosen, given }, { names }) => choiceRefusal('name', 'allow-names', { chosen, given, allowed: names }),

  ({ chosen, given }, { namespaces }) =>
    choiceRefusal('namespace', 'allow-namespaces', { chosen, given, allowed: namespaces }),

  ({ chosen, given }, { maxReplicas }) => {
    const asked = Number(chosen.get('replicas') ?? 0);
    const most = Math.max(maxReplicas, Number(given('replicas')));
    // A value that is not a number is refused together with all other invalid inputs.
    if (!(asked > most)) return undefined;
    const cure = 'choose a smaller number, or raise the input `max-replicas`';
    return refusal('argument-not-allowed', `\`replicas=${asked}\` is more than ${most}`, cure);
  },

  ({ chosen, given }, { models }) => modelRefusal(chosen.get('model-uri'), given('model-uri'), models),

  ({ command, chosen, given }, { requirePlan }) =>
    !requirePlan ||
    !needsGoodPull(command.verb) ||
    command.verb === 'rollback' ||
    (chosen.get('plan') ?? '').trim() !== ''
      ? undefined
      : refusal(
          'plan-required',
          'this command needs a plan',
          `comment \`${given('command-prefix').trim() || '/seldon'} plan${command.verb === 'deploy' ? '' : ` mode=${command.verb}`}\` with the same model and arguments, then the command in its answer; the input \`require-plan\` requires it`,
        ),
];

function refusal(reason: RefusalReason, sentence: string, cure: string): Refusal {
  return { reason, sentence, cure };
}

/** `: missing are @maria, build`, in quotes, as they are others' names. */
function named(verdict: Verdict | undefined): string {
  const missing = (verdict?.missing ?? []).slice(0, 10).map((one) => `\`${one.replaceAll('`', "'").slice(0, 80)}\``);
  return missing.length === 0 ? '' : `, missing: ${missing.join(', ')}`;
}

function needsGoodPull(verb: Verb): boolean {
  return changes(verb) && !isEmergency(verb);
}

/** A branch that anybody may push to could bring a file of targets of its own. */
export function baseRefusal(
  { base, isDefaultBase }: Pick<PullRequestFacts, 'base' | 'isDefaultBase'>,
  bases: Policy['bases'],
): Refusal | undefined {
  if (isDefaultBase || bases.some((pattern) => matchesGlob(base, pattern))) return undefined;
  return refusal(
    'base-not-allowed',
    `this pull request goes into \`${base}\`, which is not the default branch`,
    'use one that goes into the default branch, or name this one in `allow-bases`',
  );
}

/** The SeldonDeployment's name, once known: one that the model's name alone chose must be allowed, too. */
export function objectRefusal(
  name: string,
  { given, chosen, names }: Pick<AdmissionFacts, 'chosen' | 'given'> & { readonly names: readonly string[] },
): Refusal | undefined {
  const uri = chosen.get('model-uri') ?? '';
  const isGiven = (chosen.get('name') ?? given('name')).trim() !== '';
  if (isGiven || uri === '' || uri === given('model-uri').trim()) return undefined;
  if (names.some((pattern) => matchesGlob(name, pattern))) return undefined;
  const [own, asked] = [registeredName(given('model-uri')), registeredName(uri)];
  if (names.length === 0 && asked !== undefined && (asked === own || asked === name)) return undefined;
  return refusal(
    'argument-not-allowed',
    `the model \`${uri}\` would go to the SeldonDeployment \`${name}\`, which is not allowed here`,
    'add that name to the input `allow-names`, or give the input `name`',
  );
}

function sameLogin(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function roleRefusal(
  reason: 'not-permitted' | 'rerun-not-permitted',
  verb: Verb,
  { login, role }: Person,
  { roles }: Policy,
): Refusal | undefined {
  const needed = roles.get(verb) ?? 'admin';
  const isEnough = role !== 'unknown' && ROLES.indexOf(role) >= ROLES.indexOf(needed);
  if (isEnough) return undefined;
  const who = reason === 'not-permitted' ? login : `${login}, who started this run again,`;
  const sentence = `${who} has the role \`${role}\`, and \`${verb}\` needs \`${needed}\``;
  return refusal(reason, sentence, 'ask a user with that role; the input `command-roles` sets the required roles');
}

/** A command may use the value of the workflow's input, or a value that the list allows. */
function choiceRefusal(
  name: 'name' | 'namespace',
  list: InputName,
  { chosen, given, allowed }: Pick<AdmissionFacts, 'chosen' | 'given'> & { readonly allowed: readonly string[] },
): Refusal | undefined {
  const value = chosen.get(name);
  if (value === undefined || value === given(name).trim()) return undefined;
  if (allowed.some((pattern) => matchesGlob(value, pattern))) return undefined;
  return refusal(
    'argument-not-allowed',
    `\`${name}=${value}\` is not allowed here`,
    `add the value to the input \`${list}\`, or remove the argument`,
  );
}

/**
 * Checks a model that a command or an event chose: it must match the list, or be another version of the registered model
 * in the workflow.
 */
export function modelRefusal(asked: string | undefined, own: string, models: readonly string[]): Refusal | undefined {
  if (asked === undefined || asked === '' || asked === own.trim()) return undefined;
  // A path with `..` could leave the folder of a pattern.
  const climbs = /(?:^|[/\\])\.\.(?:[/\\]|$)|%2e|%2f|%5c/i.test(asked);
  if (!climbs && models.some((pattern) => matchesModel(asked, pattern))) return undefined;
  const name = registeredName(own);
  if (models.length === 0 && name !== undefined && registeredName(asked) === name) return undefined;
  const allowed =
    models.length > 0 ? models.join(', ') : name === undefined ? 'none' : `versions and aliases of ${name}`;
  return refusal(
    'model-not-allowed',
    `the model \`${asked}\` is not allowed here`,
    `allowed: ${allowed}; choose one of these, or add the model to the input \`allow-models\``,
  );
}

function registeredName(uri: string): string | undefined {
  try {
    const parsed = parseModelUri(uri.trim());
    return 'name' in parsed ? parsed.name : undefined;
  } catch {
    return undefined;
  }
}
