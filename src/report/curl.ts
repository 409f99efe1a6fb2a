/** Longest body, in characters, for a line to paste. A longer body is passed as a file. */
const LONGEST_PASTE = 4_000;

/**
 * A curl line that a person can paste into a POSIX shell. The body can contain any characters.
 * @param body undefined if no request is known that fits the model: people write one into a file
 */
export function curlLine(url: string, body: string | undefined): string {
  // A request that does not fit the model would only be refused.
  const payload = body === undefined || body.length > LONGEST_PASTE ? '@request.json' : quote(body);
  return `curl -sS ${quote(url)} -H 'Content-Type: application/json' -d ${payload}`;
}

/** Single quotes protect all characters except the single quote itself. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
