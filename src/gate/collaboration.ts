import type { Answer, PullRequestFacts, Role, Verdict } from './admission.ts';

export type Reaction = 'eyes' | 'rocket' | '-1';

/** Roles, pull request state and files of the repository. */
export interface Collaboration {
  /** The role of a person in the repository. */
  roleOf(login: string): Promise<Role | 'unknown'>;
  pullRequest(number: number): Promise<PullRequestFacts>;
  /** Does GitHub call it approved? */
  isApproved(pullRequest: number): Promise<Verdict>;
  /** Did all checks of that commit pass? */
  checksPass(commit: string): Promise<Verdict>;
  /** Texts of our own comments on a pull request. */
  ownComments(pullRequest: number): Promise<readonly string[]>;
  /** @param team `org/team` */
  isMember(team: string, login: string): Promise<Answer>;
  /**
   * A text file of the repository at a commit.
   * @param ref branch, tag or commit
   * @throws UserError github-failed if it is missing, not a file, or not readable
   */
  readFile(path: string, ref: string): Promise<{ readonly text: string; readonly commit: string }>;
  /** Adds a reaction to a comment. */
  react(comment: number, reaction: Reaction): Promise<void>;
}
