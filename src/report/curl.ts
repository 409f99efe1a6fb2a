/** What the guide sends when nothing better is known. */
const ANY_REQUEST = '{"data":{"ndarray":[[0]]}}';

/** Characters of a body that still fit a line to paste; a longer one is given as a file. */
const LONGEST_PASTE = 4_000;

/** A curl line that a person can paste into a POSIX shell, whatever the body holds. */
export function curlLine(url: string, body: string | undefined): string {
  const isLong = body !== undefined && body.length > LONGEST_PASTE;
  const payload = isLong ? '@request.json' : quote(body ?? ANY_REQUEST);
  return `curl -sS ${quote(url)} -H 'Content-Type: application/json' -d ${payload}`;
}

/** Single quotes hold everything but themselves. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
