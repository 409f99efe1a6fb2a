/**
 * Removes secrets from text for logs, comments, summaries and outputs. GitHub masks only logs, and only registered
 * values. Two methods: known values, and patterns of secrets. All patterns are linear, because logs are untrusted.
 */

import { formsOf, SHORTEST_PART } from './secret-forms.ts';

const HIDDEN = '***';

/** Spaces, controls and characters of no width beyond Latin. */
const UNSEEN = /[\s\p{Cc}\p{Cf}]/u;

/** Base64 in lines, as between the two marks of a key; a log that is cut may show only one of them. */
const KEY_LINES = String.raw`(?:[A-Za-z0-9+/=]|\s|\\[nr]){0,8192}`;

/** Names of variables, fields and flags whose value is a secret; `secretName` and `secretRef` are only references. */
const NAME = String.raw`\b[A-Za-z0-9_-]{0,64}(?:secret|token(?!s\b|iz)|password|passwd|credential|access_?key|account_?key|api_?key|private_?key)(?![A-Za-z0-9_-]{0,64}(?:name|ref)\b)[A-Za-z0-9_-]{0,64}["']?\s{0,4}[=:]\s{0,4}`;

/** Patterns that match a whole secret. */
const WHOLE: readonly RegExp[] = [
  new RegExp(`-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----${KEY_LINES}(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?`, 'g'),
  /\b(?:gh[opsur]_[A-Za-z0-9]{20,255}|github_pat_[A-Za-z0-9_]{20,255}|hf_[A-Za-z0-9]{30,64})\b/g,
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g,
  /\beyJ[A-Za-z0-9_-]{8,4096}\.[A-Za-z0-9_-]{8,4096}\.[A-Za-z0-9_-]{8,4096}/g,
  /\bdapi[0-9a-f]{32}\b/g,
];

/** The name of a secret, and its value in the same quotes. */
const QUOTED = new RegExp(`(${NAME}(["']))(?!\\*\\*\\*)[^"'\\\\\\n]{1,4096}(?=\\2)`, 'gi');

/** Patterns whose first group stays; the secret follows it. */
const AFTER: readonly RegExp[] = [
  /(\b(?:Bearer|Basic)\s{1,4})[A-Za-z0-9+/._~=-]{6,4096}/gi,
  /(\b[a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/@:'"]{1,256}:[^\s/@'"]{1,512}(?=@)/gi,
  /(\bhttps?:\/\/)[^\s/@:'"]{1,256}(?=@)/gi,
  /((?:[?&;](?:Signature|sig|token|access_token)|\bX-(?:Amz|Goog)-(?:Signature|Security-Token|Credential))=)[^\s&"'<>]{1,4096}/gi,
  QUOTED,
  new RegExp(`(${NAME}["']?)(?!\\*\\*\\*)[^\\s"',;}\\\\]{4,4096}`, 'gi'),
  /(\b[A-Z][A-Z0-9_]{0,64}_KEY=["']?)(?!\*\*\*)[^\s"',;}\\]{4,4096}/g,
  /(\bRCLONE_CONFIG_[A-Z0-9_]{1,64}_(?:KEY|PASS|PASSWORD|SAS_URL|SERVICE_ACCOUNT_CREDENTIALS)["']?\s{0,4}[=:]\s{0,4}["']?)[^\s"',;}\\]{1,4096}/g,
];

/** @param secrets known values, such as the tokens of this run; values shorter than four characters are ignored */
export function redact(text: string, secrets: readonly string[]): string {
  let clean = withoutKnown(text, secrets);
  clean = withoutKeyEnds(clean);
  for (const pattern of WHOLE) clean = clean.replace(pattern, HIDDEN);
  for (const pattern of AFTER) clean = clean.replace(pattern, `$1${HIDDEN}`);
  return clean;
}

/**
 * The same for a JSON text, which stays valid JSON: only its strings are redacted, and numbers keep their literals. Text
 * that is not JSON is redacted as plain text.
 */
export function redactJson(text: string, secrets: readonly string[]): string {
  if (!isJson(text)) return redact(text, secrets);
  let clean = withoutKnown(text, secrets);
  clean = clean.replace(QUOTED, `$1${HIDDEN}`).replace(/"(?:[^"\\]|\\.)*"/g, (literal) => redact(literal, []));
  return isJson(clean) ? clean : redact(text, secrets);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Characters that a key may have before its last line. */
const LONGEST_KEY = 20_000;

/** A log that is cut may show only the end of a key: what looks like its lines goes with it. */
function withoutKeyEnds(text: string): string {
  const parts: string[] = [];
  let done = 0;
  for (const mark of text.matchAll(/-----END [A-Z ]{0,30}PRIVATE KEY-----/g)) {
    let start = mark.index;
    while (start > Math.max(done, mark.index - LONGEST_KEY) && /[A-Za-z0-9+/=\s]/.test(text.charAt(start - 1))) start--;
    // A word of a sentence is no line of a key.
    const first = /[A-Za-z0-9+/=]{16}/.exec(text.slice(start, mark.index))?.index;
    if (first === undefined) continue;
    parts.push(text.slice(done, start + first), HIDDEN);
    done = mark.index + mark[0].length;
  }
  return [...parts, text.slice(done)].join('');
}

/** Without the secrets that are known, in all their forms, also where a text was cut or something stands between letters. */
function withoutKnown(text: string, secrets: readonly string[]): string {
  const forms = formsOf(secrets);
  let clean = text;
  for (const form of forms) clean = clean.replaceAll(form, HIDDEN);
  for (const form of forms) if (form.length > SHORTEST_PART) clean = withoutParts(clean, form);
  return withoutBroken(clean, forms);
}

/** A text that was cut holds the beginning of a secret, or its end. */
function withoutParts(text: string, form: string): string {
  const [head, tail] = [form.slice(0, SHORTEST_PART), form.slice(-SHORTEST_PART)];
  if (!text.includes(head) && !text.includes(tail)) return text;
  const parts: string[] = [];
  let done = 0;
  for (let at = text.indexOf(head); at >= 0; at = text.indexOf(head, done)) {
    let length = SHORTEST_PART;
    while (length < form.length && text[at + length] === form[length]) length++;
    parts.push(text.slice(done, at), HIDDEN);
    done = at + length;
  }
  const rest = [...parts, text.slice(done)].join('');
  if (!rest.includes(tail)) return rest;
  const ends: string[] = [];
  done = 0;
  for (let at = rest.indexOf(tail); at >= 0; at = rest.indexOf(tail, done)) {
    let start = at;
    while (
      start > done &&
      at - start < form.length - SHORTEST_PART &&
      rest[start - 1] === form.at(start - 1 - at - SHORTEST_PART)
    )
      start--;
    ends.push(rest.slice(done, start), HIDDEN);
    done = at + SHORTEST_PART;
  }
  return [...ends, rest.slice(done)].join('');
}

/** A secret that something unseen interrupts is still one that can be read. */
function withoutBroken(text: string, forms: readonly string[]): string {
  const { solid, places } = solidOf(text);
  if (solid.length === text.length) return text;
  const found = forms.map((form) => solidOf(form).solid).filter((form) => form.length >= 8 && solid.includes(form));
  const hidden = found.flatMap((form) => rangesOf(solid, form)).sort(([a], [b]) => a - b);
  const parts: string[] = [];
  let done = 0;
  for (const [from, to] of hidden) {
    const [start, end] = [places[from] ?? 0, (places[to - 1] ?? 0) + 1];
    if (end <= done) continue;
    parts.push(text.slice(done, Math.max(start, done)), HIDDEN);
    done = end;
  }
  return [...parts, text.slice(done)].join('');
}

/** A text without what is read over, and where each character that is left stood before. */
function solidOf(text: string): { readonly solid: string; readonly places: Uint32Array } {
  const places = new Uint32Array(text.length);
  const parts: string[] = [];
  let count = 0;
  let from = 0;
  for (let at = 0; at < text.length; ) {
    const gap = gapAt(text, at);
    if (gap === 0) {
      places[count++] = at++;
      continue;
    }
    if (at > from) parts.push(text.slice(from, at));
    at += gap;
    from = at;
  }
  return { solid: [...parts, text.slice(from)].join(''), places };
}

/** Length of a colour, or of a character that is not seen; 0 for any other. */
function gapAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code === 27 && text[at + 1] === '[')
    return (/^\[[0-9;?]{0,64}[ -/]{0,8}[@-~]?/.exec(text.slice(at + 1, at + 80))?.[0].length ?? 0) + 1;
  if (code < 256) return code <= 32 || (code >= 127 && code <= 160) || code === 173 ? 1 : 0;
  return UNSEEN.test(text.charAt(at)) ? 1 : 0;
}

function rangesOf(text: string, part: string): readonly (readonly [number, number])[] {
  const ranges: (readonly [number, number])[] = [];
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length))
    ranges.push([at, at + part.length]);
  return ranges;
}
