import { isJsonObject } from '../../base/json-value.ts';

/** Maximum length of a server's message inside ours, in characters. */
const LONGEST_SENTENCE = 300;

/**
 * The error in a body, with any HTTP code, including 200; undefined if the body is not an error. Seldon's wrapper and
 * executor nest it (`{"status": {"status": 1 | "FAILURE", "info"}}`), release 0.2.7 does not; MLServer says `error`.
 */
export function errorOf(answer: unknown): string | undefined {
  if (!isJsonObject(answer)) return undefined;
  const status = isJsonObject(answer.status) ? answer.status : answer;
  if (status.status === 1 || status.status === 'FAILURE') {
    return sentence(String(status.info || status.reason || 'no reason given'));
  }
  if (answer.error !== undefined && answer.error !== null) {
    return sentence(typeof answer.error === 'string' ? answer.error : JSON.stringify(answer.error));
  }
  return undefined;
}

/** The message of a refused request: an error body, FastAPI's validation details, the end of a traceback, or plain text. */
export function refusalOf(body: string, answer: unknown): string {
  const error = errorOf(answer);
  if (error !== undefined) return error;
  if (isJsonObject(answer) && Array.isArray(answer.detail)) {
    return sentence(answer.detail.filter(isJsonObject).map(detailOf).join('; '));
  }
  return sentence(body);
}

/** The title of an HTML page from a proxy or ingress contains the error. */
function titleOf(html: string): string {
  const title = /<title>([^<]{1,200})<\/title>/i.exec(html)?.[1];
  return title === undefined ? 'an HTML page' : `an HTML page, "${title.trim()}"`;
}

function detailOf({ loc, msg }: Readonly<Record<string, unknown>>): string {
  return Array.isArray(loc) ? `${loc.join('.')}: ${msg}` : String(msg);
}

/** Characters of an error that are looked at. */
const LOOKED_AT = 20_000;

/** MLflow puts the whole input and schema before its reason, and Python the whole stack. */
function sentence(whole: string): string {
  const text = whole.length <= 2 * LOOKED_AT ? whole : `${whole.slice(0, LOOKED_AT)}\n${whole.slice(-LOOKED_AT)}`;
  if (/^\s*<(?:!doctype|html|head|body)\b/i.test(text)) return titleOf(text);
  const reason = text.lastIndexOf('. Error: ');
  const exception = /^Traceback[\s\S]*\n(\S.*)/.exec(text.trim())?.[1];
  const words = reason < 0 ? (exception ?? text) : text.slice(reason + 9);
  const line = words.replace(/\s+/g, ' ').trim();
  return line.length <= LONGEST_SENTENCE ? line : `${line.slice(0, LONGEST_SENTENCE - 3)}...`;
}
