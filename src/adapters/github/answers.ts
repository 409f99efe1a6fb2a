/** The fields of GitHub's answers that we read. */

export interface PullRequest {
  readonly state: string;
  readonly draft?: boolean;
  readonly merged?: boolean;
  readonly merge_commit_sha?: string | null;
  readonly head: { readonly sha: string };
  readonly base: { readonly ref: string; readonly repo?: { readonly default_branch?: string } };
}

export interface RepositoryFile {
  readonly type?: string;
  readonly encoding?: string;
  readonly content?: string;
}

export interface ReviewFacts {
  readonly reviewDecision?: string | null;
  readonly headRefOid?: string;
  readonly reviewRequests?: {
    readonly nodes?: readonly { readonly requestedReviewer?: { readonly login?: string; readonly slug?: string } }[];
  };
  readonly latestOpinionatedReviews?: {
    readonly nodes?: readonly {
      readonly state?: string;
      readonly author?: { readonly login?: string };
      readonly commit?: { readonly oid?: string } | null;
    }[];
  };
}

export interface CheckFacts {
  readonly state?: string;
  readonly contexts?: {
    readonly nodes?: readonly {
      readonly name?: string;
      readonly conclusion?: string | null;
      readonly context?: string;
      readonly state?: string;
    }[];
  };
}
