import type { RefusalReason } from '../base/errors.ts';
import type { InputName } from '../settings/inputs.ts';
import { type Command, VERBS, type Verb } from './command.ts';

/**
 * Who may ask for what. A model is code that runs in the cluster, and anybody may comment on a public pull request; the
 * rules are in `admission-rules.ts`.
 */

/** GitHub's roles, least first (REST `GET /repos/{owner}/{repo}/collaborators/{username}/permission`, `role_name`). */
export const ROLES = ['none', 'read', 'triage', 'write', 'maintain', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export interface Person {
  readonly login: string;
  /** `unknown`: GitHub did not say, or named a role of the organisation's own. */
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
  /** The branch it goes into. */
  readonly base: string;
  /** Does everything go into that branch in the end? */
  readonly isDefaultBase: boolean;
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
  /** Who started this run: somebody else, where a run is started again. */
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
  /** Logins, and teams as `org/team`; empty: everybody whose role is enough. */
  readonly users: readonly string[];
  readonly teams: readonly string[];
  readonly commands: readonly Verb[];
  readonly models: readonly string[];
  readonly names: readonly string[];
  readonly namespaces: readonly string[];
  /** Branches beside the default one; patterns. */
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
  /** What is refused and why, in one sentence. */
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
