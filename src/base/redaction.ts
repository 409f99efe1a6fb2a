/**
 * Takes secrets out of text on its way to a log, comment, summary or output. GitHub masks logs only, and only what it was
 * told. Two nets: values we know, and shapes that secrets have. All patterns are linear: logs may be hostile.
 */

import { formsOf, SHORTEST_PART } from './secret-forms.ts';

const HIDDEN = '***';

/** What a person does not see, or reads over: colours, controls, characters of no width, line breaks. */
const READ_OVER = /\u001b\[[0-9;?]{0,64}[ -/]{0,8}[@-~]|[\s\p{Cc}\p{Cf}]/gu;

/** Base64 in lines, as between the two marks of a key; a log that is cut may show only one of them. */
const KEY_LINES = String.raw`(?:[A-Za-z0-9+/=]|\s|\\[nr]){0,8192}`;

/** Names of variables, fields and flags whose value is a secret; `secretName` and `secretRef` only say where it is. */
const NAME = String.raw`\b[A-Za-z0-9_-]{0,64}(?:secret|token(?!s\b|iz)|password|passwd|credential|access_?key|account_?key|api_?key|private_?key)(?![A-Za-z0-9_-]{0,64}(?:name|ref)\b)[A-Za-z0-9_-]{0,64}["']?\s{0,4}[=:]\s{0,4}`;

/** Shapes that are a secret as a whole. */
const WHOLE: readonly RegExp[] = [
  new RegExp(`-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----${KEY_LINES}(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?`, 'g'),
  /(?:[A-Za-z0-9+/=]{16,100}\s{1,4}){1,200}-----END [A-Z ]{0,30}PRIVATE KEY-----/g,
  /\b(?:gh[opsur]_[A-Za-z0-9]{20,255}|github_pat_[A-Za-z0-9_]{20,255}|hf_[A-Za-z0-9]{30,64})\b/g,
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g,
  /\beyJ[A-Za-z0-9_-]{8,4096}\.[A-Za-z0-9_-]{8,4096}\.[A-Za-z0-9_-]{8,4096}/g,
  /\bdapi[0-9a-f]{32}\b/g,
];

/** A name of a secret, and its value in the same quotes. */
const QUOTED = new RegExp(`(${NAME}(["']))(?!\\*\\*\\*)[^"'\\\\\\n]{1,4096}(?=\\2)`, 'gi');

/** Shapes whose first group stays, and what follows is the secret. */
const AFTER: readonly RegExp[] = [
  /(\b(?:Bearer|Basic)\s{1,4})[A-Za-z0-9+/._~=-]{6,4096}/gi,
  /(\b[a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/@:'"]{1,256}:[^\s/@'"]{1,512}(?=@)/gi,
  /(\bhttps?:\/\/)[^\s/@:'"]{1,256}(?=@)/gi,
  /([?&](?:X-Amz-Signature|X-Amz-Security-Token|X-Amz-Credential|X-Goog-Signature|Signature|sig|token|access_token)=)[^\s&"'<>]{1,4096}/gi,
  QUOTED,
  new RegExp(`(${NAME}["']?)(?!\\*\\*\\*)[^\\s"',;}\\\\]{4,4096}`, 'gi'),
  /(\b[A-Z][A-Z0-9_]{0,64}_KEY=["']?)(?!\*\*\*)[^\s"',;}\\]{4,4096}/g,
  /(\bRCLONE_CONFIG_[A-Z0-9_]{1,64}_(?:KEY|PASS|PASSWORD|SAS_URL|SERVICE_ACCOUNT_CREDENTIALS)["']?\s{0,4}[=:]\s{0,4}["']?)[^\s"',;}\\]{1,4096}/g,
];

/** @param secrets values that are known, such as the tokens given to this run; shorter than four characters they are words */
export function redact(text: string, secrets: readonly string[]): string {
  let clean = withoutKnown(text, secrets);
  for (const pattern of WHOLE) clean = clean.replace(pattern, HIDDEN);
  for (const pattern of AFTER) clean = clean.replace(pattern, `$1${HIDDEN}`);
  return clean;
}

/**
 * The same for a JSON text, which stays JSON: only texts inside it can be secrets, and numbers keep their literals. What
 * is not JSON is redacted as text.
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
  const gaps = [...text.matchAll(READ_OVER)];
  if (gaps.length === 0) return text;
  const solid = text.replace(READ_OVER, '');
  const found = forms
    .filter((form) => form.length >= 8)
    .map((form) => form.replace(READ_OVER, ''))
    .filter((form) => form.length >= 8 && solid.includes(form));
  if (found.length === 0) return text;
  const places = placesOf(text, gaps);
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

/** Where each character that is left stood before. */
function placesOf(text: string, gaps: readonly RegExpExecArray[]): readonly number[] {
  const places: number[] = [];
  let at = 0;
  for (const gap of [...gaps, undefined]) {
    for (; at < (gap?.index ?? text.length); at++) places.push(at);
    at += gap?.[0].length ?? 0;
  }
  return places;
}

function rangesOf(text: string, part: string): readonly (readonly [number, number])[] {
  const ranges: (readonly [number, number])[] = [];
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length))
    ranges.push([at, at + part.length]);
  return ranges;
}
