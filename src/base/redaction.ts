/**
 * Removes secrets from text for logs, comments, summaries and outputs. GitHub masks only logs, and only registered
 * values. Two methods: known values, and patterns of secrets. All patterns are linear, because logs are untrusted.
 */

const HIDDEN = '***';

/** Lines of base64, as between BEGIN and END of a key. A truncated log may contain only one of the two. */
const KEY_LINES = String.raw`(?:[A-Za-z0-9+/=]|\s|\\[nr]){0,8192}`;

/** Names of variables, fields and flags whose value is a secret; `secretName` and `secretRef` are only references. */
const NAME = String.raw`\b[A-Za-z0-9_-]{0,64}(?:secret|token(?!s\b|iz)|password|passwd|credential|access_?key|account_?key|api_?key|private_?key)(?![A-Za-z0-9_-]{0,64}(?:name|ref)\b)[A-Za-z0-9_-]{0,64}["']?\s{0,4}[=:]\s{0,4}`;

/** Patterns that match a whole secret. */
const WHOLE: readonly RegExp[] = [
  new RegExp(`-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----${KEY_LINES}(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?`, 'g'),
  /(?:[A-Za-z0-9+/=]{16,100}\s{1,4}){1,200}-----END [A-Z ]{0,30}PRIVATE KEY-----/g,
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
  /([?&](?:X-Amz-Signature|X-Amz-Security-Token|X-Amz-Credential|X-Goog-Signature|Signature|sig|token|access_token)=)[^\s&"'<>]{1,4096}/gi,
  QUOTED,
  new RegExp(`(${NAME}["']?)(?!\\*\\*\\*)[^\\s"',;}\\\\]{4,4096}`, 'gi'),
  /(\b[A-Z][A-Z0-9_]{0,64}_KEY=["']?)(?!\*\*\*)[^\s"',;}\\]{4,4096}/g,
  /(\bRCLONE_CONFIG_[A-Z0-9_]{1,64}_(?:KEY|PASS|PASSWORD|SAS_URL|SERVICE_ACCOUNT_CREDENTIALS)["']?\s{0,4}[=:]\s{0,4}["']?)[^\s"',;}\\]{1,4096}/g,
];

/** @param secrets known values, such as the tokens of this run; values shorter than four characters are ignored */
export function redact(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const form of formsOf(secrets)) clean = clean.replaceAll(form, HIDDEN);
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
  let clean = text;
  for (const form of formsOf(secrets)) clean = clean.replaceAll(form, HIDDEN);
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

/** A secret may also be encoded: in a URL, in base64, in JSON. The longest form comes first, so that no part is left. */
function formsOf(secrets: readonly string[]): readonly string[] {
  const forms = secrets
    .filter((secret) => secret.length >= 4)
    .flatMap((secret) => [secret, encodeURIComponent(secret), base64(secret), JSON.stringify(secret).slice(1, -1)]);
  return [...new Set(forms)].sort((a, b) => b.length - a.length);
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64').replace(/=+$/, '');
}
