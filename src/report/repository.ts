/** What the steps may ask of GitHub. */

import type { ObjectRef } from '../base/ports.ts';
import type { PullRequestFacts, Role, Verdict } from '../gate/admission.ts';

export type Reaction = 'eyes' | 'rocket' | '-1';

/** The pull request's side of GitHub. */
export interface Repository {
  /** The pull request a commit was merged or pushed with; undefined when there is none. */
  pullRequestOf(commit: string): Promise<number | undefined>;
  /**
   * Edits the comment that is ours and begins with one of `markers`, or creates it.
   * @param body from what the comment says now, where there is one
   * @returns its URL
   * @throws UserError github-failed naming the permission that lacks
   */
  upsertComment(
    pullRequest: number,
    markers: readonly string[],
    body: (previous: string | undefined) => string,
  ): Promise<string>;
}

/** Who works on the repository, how far a pull request is, and what is in the files. */
export interface Collaboration {
  /** The role of a person in the repository. */
  roleOf(login: string): Promise<Role | 'unknown'>;
  pullRequest(number: number): Promise<PullRequestFacts>;
  /** Does GitHub call it approved? */
  isApproved(pullRequest: number): Promise<Verdict>;
  /** Did all checks of that commit pass? */
  checksPass(commit: string): Promise<Verdict>;
  /** @param team `org/team` */
  isMember(team: string, login: string): Promise<Verdict>;
  /**
   * A text file of the repository as a commit has it.
   * @param ref branch, tag or commit
   * @throws UserError github-failed when it is not there, no file, or not ours to read
   */
  readFile(path: string, ref: string): Promise<{ readonly text: string; readonly commit: string }>;
  /** Puts a reaction of ours under a comment. */
  react(comment: number, reaction: Reaction): Promise<void>;
}

/** What GitHub's record of deployments says of one. */
export type DeploymentState = 'in_progress' | 'success' | 'failure' | 'error' | 'inactive';

/** GitHub's record of deployments. */
export interface Deployments {
  /** @returns its id */
  open(deployment: DeploymentDraft): Promise<number>;
  /** Ids of those of an environment that are about one SeldonDeployment. */
  of(environment: string, ref: ObjectRef): Promise<readonly number[]>;
  mark(id: number, state: DeploymentState, told: DeploymentNews): Promise<void>;
}

export interface DeploymentDraft {
  /** Commit or branch it belongs to. */
  readonly ref: string;
  readonly environment: string;
  readonly isProduction: boolean;
  readonly isTransient: boolean;
  readonly description: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

export interface DeploymentNews {
  readonly environmentUrl: string | undefined;
  readonly logUrl: string | undefined;
  readonly description: string;
}
