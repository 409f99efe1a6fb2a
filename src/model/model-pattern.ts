/** Characters of a model URI that a stranger may choose, and of a pattern. */
const LONGEST = 1_000;

/** What ends the name of a registered model, a bucket or a folder. */
const ENDS_NAME = /[/@]/;

/**
 * Does a model URI match a pattern of `allow-models`, or a storage URI one of `allow-storages`? A `*` behind a name does not leave that name: `models:/wine*` is
 * not `models:/wine-evil/1`. In `models:/` URIs that holds for every `*`. Elsewhere a `*` behind a slash is any folder.
 * Takes steps in the number of characters of both.
 */
export function matchesModel(uri: string, pattern: string): boolean {
  if (uri.length > LONGEST || pattern.length > LONGEST) return false;
  const isOfModels = /^models:/i.test(uri);
  if (isOfModels && ['*', 'models:/*'].includes(pattern)) return true;
  // Which prefixes of the URI the pattern matches so far.
  let reached = [0];
  for (const [at, sign] of [...pattern].entries()) {
    if (sign === '*') {
      const isBound = isOfModels || !/^$|[/:@=]/.test(pattern.charAt(at - 1));
      reached = reachedByStar(uri, reached, isBound);
    } else {
      reached = reached.flatMap((end) => (uri.startsWith(sign, end) ? [end + sign.length] : []));
    }
    if (reached.length === 0) return false;
  }
  return reached.includes(uri.length);
}

function reachedByStar(uri: string, from: readonly number[], isBound: boolean): number[] {
  const starts = new Set(from);
  const all: number[] = [];
  let isOpen = false;
  for (let end = 0; end <= uri.length; end++) {
    if (end > 0 && isBound && ENDS_NAME.test(uri.charAt(end - 1))) isOpen = false;
    if (starts.has(end)) isOpen = true;
    if (isOpen) all.push(end);
  }
  return all;
}

/** Why a pattern allows less or more than it seems to; undefined where it is clear. */
export function patternWarning(pattern: string): string | undefined {
  const [, name] = /^models:\/([^/@*]{1,200})\*$/.exec(pattern.slice(0, LONGEST)) ?? [];
  if (name === undefined) return undefined;
  return `\`allow-models\` has \`${pattern}\`, which matches no model: write \`models:/${name}/*\` and \`models:/${name}@*\``;
}
