import type { RefusalReason } from '../base/errors.ts';
import type { InputName } from '../settings/inputs.ts';
import { type Command, VERBS, type Verb } from './command.ts';

/**
 * Facts and policy for commands. A model is code that runs in the cluster, and anyone can comment on a public pull request.
 * The rules are in `admission-rules.ts`.
 */

/** GitHub's roles, lowest first (REST `GET /repos/{owner}/{repo}/collaborators/{username}/permission`, `role_name`). */
export const ROLES = ['none', 'read', 'triage', 'write', 'maintain', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export interface Person {
  readonly login: string;
  /** `unknown`: GitHub did not report it, or it is a custom role of the organisation. */
  readonly role: Role | 'unknown';
  /** Is this person in one of the teams of the allow list? */
  readonly inTeam: Answer;
}

export interface PullRequestFacts {
  readonly isOpen: boolean;
  readonly isFork: boolean;
  readonly isDraft: boolean;
  /** SHA of its newest commit. */
  readonly head: string;
  /** The base branch. */
  readonly base: string;
  /** Whether the base is the default branch. */
  readonly isDefaultBase: boolean;
  /** Only of a merged one: is its merge commit in the base branch? */
  readonly isInBase?: Answer;
}

/** `unknown` counts as no. */
export type Answer = 'yes' | 'no' | 'unknown';

/** An answer, and who or what is missing for a yes, by name. */
export interface Verdict {
  readonly answer: Answer;
  readonly missing: readonly string[];
}

export interface AdmissionFacts {
  readonly command: Command;
  readonly commenter: Person;
  /** Who started this run. After a re-run it may be another user. */
  readonly actor: Person;
  readonly pullRequest: PullRequestFacts;
  /** Undefined where the policy does not ask. */
  readonly isApproved: Verdict | undefined;
  readonly checksPass: Verdict | undefined;
  /** The inputs of the workflow, and those that the command chooses. */
  readonly given: (name: InputName) => string;
  readonly chosen: ReadonlyMap<InputName, string>;
}

export interface Policy {
  readonly roles: ReadonlyMap<Verb, Role>;
  /** Logins, and teams as `org/team`; empty: all users with a sufficient role. */
  readonly users: readonly string[];
  readonly teams: readonly string[];
  readonly commands: readonly Verb[];
  readonly models: readonly string[];
  readonly names: readonly string[];
  readonly namespaces: readonly string[];
  /** Branches in addition to the default branch; patterns. */
  readonly bases: readonly string[];
  readonly maxReplicas: number;
  readonly allowForks: boolean;
  readonly allowDrafts: boolean;
  readonly requireReview: boolean;
  readonly requireChecks: boolean;
  readonly requirePlan: boolean;
}

export interface Refusal {
  readonly reason: RefusalReason;
  /** The refusal and its cause, in one sentence. */
  readonly sentence: string;
  readonly cure: string;
}

/** Commands that change nothing. */
const READING: readonly Verb[] = ['plan', 'status', 'help'];

export function changes(verb: Verb): boolean {
  return !READING.includes(verb);
}

/** Commands that stop harm: what a pull request lacks does not stand in their way. */
const EMERGENCY: readonly Verb[] = ['abort', 'lock', 'unlock'];

export function isEmergency(verb: Verb): boolean {
  return EMERGENCY.includes(verb);
}

/** The role a command needs where the policy does not say. */
export const DEFAULT_ROLES: ReadonlyMap<Verb, Role> = new Map(
  VERBS.map((verb) => [verb, changes(verb) ? 'write' : 'read'] as const),
);
