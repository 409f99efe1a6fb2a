import { createHash } from 'node:crypto';

/** The branches of a repository, and its API. */
export interface RepositoryFiles {
  /** A commit on a branch that writes one file; a new branch begins with what is on the default one. */
  write(branch: string, path: string, text: string): void;
  /** `GET /commits`, `GET /commits/{ref}` and `GET /contents/{path}?ref=`; undefined for other paths. */
  answer(path: string, query: URLSearchParams): { readonly status: number; readonly body: unknown } | undefined;
}

interface Commit {
  readonly sha: string;
  readonly files: ReadonlyMap<string, string>;
}

export const DEFAULT_BRANCH = 'main';

/** @param merged commits that were merged into the default branch, and so have its files */
export function repositoryFiles(merged: readonly string[]): RepositoryFiles {
  const first: Commit = { sha: 'c'.repeat(40), files: new Map() };
  const heads = new Map([[DEFAULT_BRANCH, first]]);
  const commits = new Map([[first.sha, first]]);
  const find = (ref: string): Commit | undefined => {
    const onDefault = merged.includes(ref) ? heads.get(DEFAULT_BRANCH) : undefined;
    // A tag wins over a branch of that name, unless the ref says which is meant.
    const branch = heads.get(ref.replace(/^heads\//, ''));
    return heads.get(`tags/${ref}`) ?? branch ?? commits.get(ref) ?? (onDefault && { ...onDefault, sha: ref });
  };
  return {
    write(branch, path, text) {
      const before = heads.get(branch) ?? heads.get(DEFAULT_BRANCH) ?? first;
      const files = new Map([...before.files, [path, text]]);
      const sha = createHash('sha1').update(`${branch} ${before.sha} ${path} ${text}`).digest('hex');
      heads.set(branch, { sha, files });
      commits.set(sha, { sha, files });
    },
    answer(path, query) {
      if (path === '/commits') return { status: 200, body: [{ sha: heads.get(DEFAULT_BRANCH)?.sha }] };
      const ref = /^\/commits\/([^/]+)$/.exec(path)?.[1];
      if (ref !== undefined) {
        const found = find(decodeURIComponent(ref));
        // GitHub's message for a ref that does not exist.
        return found === undefined
          ? { status: 422, body: { message: `No commit found for SHA: ${decodeURIComponent(ref)}` } }
          : { status: 200, body: { sha: found.sha } };
      }
      const file = /^\/contents\/(.+)$/.exec(path)?.[1];
      if (file === undefined) return undefined;
      const name = decodeURIComponent(file);
      const text = find(query.get('ref') ?? DEFAULT_BRANCH)?.files.get(name);
      if (text === undefined) return { status: 404, body: { message: 'Not Found' } };
      const content = Buffer.from(text)
        .toString('base64')
        .replace(/.{60}/g, (line) => `${line}\n`);
      return { status: 200, body: { type: 'file', encoding: 'base64', size: text.length, path: name, content } };
    },
  };
}
