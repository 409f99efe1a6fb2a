import type { Answer, PullRequestFacts, Role, Verdict } from './admission.ts';

export type Reaction = 'eyes' | 'rocket' | '-1';

/** Who works on the repository, how far a pull request is, and what is in the files. */
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
   * A text file of the repository as a commit has it.
   * @param ref branch, tag or commit
   * @throws UserError github-failed when it is not there, no file, or not ours to read
   */
  readFile(path: string, ref: string): Promise<{ readonly text: string; readonly commit: string }>;
  /** Puts a reaction of ours under a comment. */
  react(comment: number, reaction: Reaction): Promise<void>;
}
