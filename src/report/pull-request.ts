import { isJsonObject } from '../base/json-value.ts';

/** How to find the pull request of a run: by its number, or by a commit that it contains. */
export type PullRequestHint = { readonly number: number } | { readonly commit: string };

/** From the input, else from the event's payload. Undefined if there is no pull request. */
export function pullRequestHint(
  given: number | undefined,
  event: { readonly name: string; readonly payload: unknown },
): PullRequestHint | undefined {
  if (given !== undefined) return { number: given };
  const payload = isJsonObject(event.payload) ? event.payload : {};
  const number = numberOf(payload['pull_request']) ?? numberOfIssue(payload['issue']);
  if (number !== undefined) return { number };
  const commit = payload['after'];
  return event.name === 'push' && typeof commit === 'string' && /^[0-9a-f]{40}$/.test(commit) ? { commit } : undefined;
}

function numberOf(value: unknown): number | undefined {
  const number = isJsonObject(value) ? value['number'] : undefined;
  return typeof number === 'number' && Number.isInteger(number) ? number : undefined;
}

/** In the payload of a comment, a pull request is an issue that has a `pull_request`. */
function numberOfIssue(issue: unknown): number | undefined {
  return isJsonObject(issue) && isJsonObject(issue['pull_request']) ? numberOf(issue) : undefined;
}
