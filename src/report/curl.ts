/** The request of Seldon's guide; used when no better request is known. */
const ANY_REQUEST = '{"data":{"ndarray":[[0]]}}';

/** Longest body, in characters, for a line to paste. A longer body is passed as a file. */
const LONGEST_PASTE = 4_000;

/** A curl line that a person can paste into a POSIX shell. The body can contain any characters. */
export function curlLine(url: string, body: string | undefined): string {
  const isLong = body !== undefined && body.length > LONGEST_PASTE;
  const payload = isLong ? '@request.json' : quote(body ?? ANY_REQUEST);
  return `curl -sS ${quote(url)} -H 'Content-Type: application/json' -d ${payload}`;
}

/** Single quotes protect all characters except the single quote itself. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
