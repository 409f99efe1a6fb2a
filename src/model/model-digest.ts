/** One file of a model, as its store lists it. */
export interface ListedFile {
  readonly path: string;
  /** Bytes; undefined for folders, and where the store does not say. */
  readonly size: number | undefined;
  readonly isFolder?: boolean;
}

/** Are these the digests of different files? Only what both tell of is compared. */
export function differ(before: string | undefined, now: string | undefined): boolean {
  if (before === undefined || now === undefined) return false;
  const [old, fresh] = [before.split('-'), now.split('-')];
  return old.some((part, at) => fresh[at] !== undefined && fresh[at] !== part);
}
