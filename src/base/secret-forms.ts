/** How a secret looks once it was encoded. */

/** Characters of which a part of a secret is recognised where a text was cut. */
export const SHORTEST_PART = 12;

const known = new Map<string, readonly string[]>();

/** All forms of all secrets, longest first, so that no piece is left. Shorter than four characters they are words. */
export function formsOf(secrets: readonly string[]): readonly string[] {
  const forms = secrets.filter((secret) => secret.length >= 4).flatMap(formsOfOne);
  return [...new Set(forms)].sort((a, b) => b.length - a.length);
}

function formsOfOne(secret: string): readonly string[] {
  const before = known.get(secret);
  if (before !== undefined) return before;
  const bytes = Buffer.from(secret);
  const json = JSON.stringify(secret).slice(1, -1);
  const forms = [
    secret,
    ...bothCases(encodeURIComponent(secret)),
    encodeURIComponent(secret).replaceAll('%20', '+'),
    ...bothCases(everyByte(bytes, (hex) => `%${hex}`)),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    ...htmlForms(secret),
    json,
    json.replaceAll('/', '\\/'),
    // Go and some JavaScript write these so.
    json.replace(/[<>&']/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`),
    ...[0, 1, 2].flatMap((offset) => base64Forms(bytes, offset)),
  ].filter((form) => form.length >= 4);
  known.set(secret, forms);
  return forms;
}

function bothCases(encoded: string): readonly string[] {
  return [encoded, encoded.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())];
}

function everyByte(bytes: Buffer, write: (hex: string) => string): string {
  return [...bytes].map((byte) => write(byte.toString(16).padStart(2, '0').toUpperCase())).join('');
}

function htmlForms(secret: string): readonly string[] {
  const named: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  const escaped = secret.replace(/[&<>"']/g, (char) => named[char] ?? char);
  return [
    escaped,
    escaped.replaceAll('&#39;', '&#x27;').replaceAll('&quot;', '&#34;'),
    escaped.replaceAll('&#39;', "'").replaceAll('&quot;', '"'),
  ];
}

/** Inside a longer text, such as `Bearer …`, the same bytes have one of three forms; its ends depend on the neighbours. */
function base64Forms(bytes: Buffer, offset: number): readonly string[] {
  const whole = Buffer.concat([Buffer.alloc(offset), bytes]);
  const text = whole.toString('base64').replaceAll('=', '');
  const end = whole.length % 3 === 0 ? text.length : text.length - 1;
  const inner = text.slice([0, 2, 3][offset], end);
  const forms = inner.length >= 8 ? [inner] : [];
  if (offset === 0) forms.push(text);
  return forms.flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')]);
}
