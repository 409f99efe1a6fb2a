/** Parts of a repository that `permissions:` of a job names. */
export type TokenArea = 'contents' | 'pull-requests' | 'deployments';

/** What the token of a run may read. GitHub does not report what it may write. */
export interface TokenAccess {
  /** @throws UserError github-failed if GitHub does not accept the token or does not answer */
  mayRead(area: TokenArea): Promise<boolean>;
}
