/** What the steps may ask of GitHub. */

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
