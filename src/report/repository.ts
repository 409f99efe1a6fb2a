/** The calls to GitHub that the steps may use. */

/** Comments and pull requests on GitHub. */
export interface Repository {
  /** The pull request a commit was merged or pushed with; undefined if there is none. */
  pullRequestOf(commit: string): Promise<number | undefined>;
  /**
   * Edits the comment that is ours and begins with one of `markers`, or creates it.
   * @param body makes the new text from the current text, if the comment exists
   * @returns its URL
   * @throws UserError github-failed, which names the missing permission
   */
  upsertComment(
    pullRequest: number,
    markers: readonly string[],
    body: (previous: string | undefined) => string,
  ): Promise<string>;
}
