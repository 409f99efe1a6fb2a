import { UserError } from '../../base/errors.ts';
import type { HttpFailure } from '../http/client.ts';
import { hintIn } from './refusal-hints.ts';

export interface Refusal {
  readonly url: string;
  readonly what: string;
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, unknown>>;
}

const LONGEST_QUOTE = 200;
/** Characters of an error page that are read. */
const LONGEST_PAGE = 100_000;

/** The error for an unusable answer. Bodies are often HTML or plain text instead of JSON (recorded on MLflow 3.17). */
export function userErrorOf({ url, what, status, body, headers }: Refusal): UserError {
  const asked = `the MLflow server ${url} (request for ${what})`;
  if (status === 401) {
    return new UserError('registry-unauthorized', `${asked} does not accept the credentials (HTTP 401)`, {
      hint: 'set the inputs `mlflow-username` and `mlflow-password`, or `mlflow-token`, from secrets',
    });
  }
  if (status === 403 && body.includes('Invalid Host header')) {
    const { host } = new URL(url);
    return new UserError('registry-forbidden', `the MLflow server does not accept the host name ${host} (HTTP 403)`, {
      hint: `start it with \`--allowed-hosts ${host}\` (or MLFLOW_SERVER_ALLOWED_HOSTS), with the port if the URL has one`,
    });
  }
  const known = hintIn(status, body);
  if (status === 403) {
    // MLflow's own refusal is JSON or one line; a page is one of a proxy before it.
    const said = messageOf(body);
    const isPage = /^\s*</.test(body);
    const who = isPage ? 'the proxy before the server may want other credentials; or ' : '';
    const quote = said === undefined ? '' : `: ${quoteOf(body)}`;
    return new UserError('registry-forbidden', `${asked} denies access to this user (HTTP 403)${quote}`, {
      hint: known ?? `${who}give the user READ permission on the registered model and on its experiment`,
    });
  }
  if (status >= 300 && status < 400) {
    return new UserError('registry-failed', `${asked} redirects to ${originOf(headers?.location, url)}`, {
      hint: isItself(headers?.location, url)
        ? 'it may be a login proxy that wants a cookie: let it pass requests with the credentials of this action'
        : 'set the input `mlflow-tracking-uri` to the URL that it redirects to',
    });
  }
  if (status === 200) {
    return new UserError('registry-failed', `${asked} answers with something that is not JSON`, {
      hint: 'check `mlflow-tracking-uri`: it may be a login page or another server',
    });
  }
  return new UserError('registry-failed', `${asked} fails with HTTP ${status}: ${quoteOf(body)}`, {
    hint: known ?? "check the MLflow server's log; with many storages it also fails like this if a file is missing",
  });
}

/** Does it lead back to the server itself? */
function isItself(location: unknown, base: string): boolean {
  const url = typeof location === 'string' ? URL.parse(location, base) : null;
  return url !== null && url.origin === new URL(base).origin;
}

/** An answer in JSON that is not the one of MLflow. */
export function foreignAnswerOf(url: string, what: string): UserError {
  return new UserError('registry-failed', `the MLflow server ${url} (request for ${what}) answers without it`, {
    hint: 'check `mlflow-tracking-uri`: it may be a login proxy or another server',
  });
}

/** A redirect to another server that does not answer. */
export function deadRedirectOf(url: string, { origin }: URL, cause: HttpFailure): UserError {
  return new UserError('registry-failed', `the MLflow server ${url} redirects to ${origin}: ${cause.message}`, {
    hint:
      'it may be a login page: set the inputs `mlflow-username` and `mlflow-password`, or `mlflow-token`, ' +
      'and let the proxy before the server pass them',
    cause,
  });
}

/** A page in place of a file. */
export function pageOf(url: string, what: string): UserError {
  return new UserError('registry-failed', `the MLflow server ${url}, asked for ${what}, answers with an HTML page`, {
    hint:
      'it may be a login page: set the inputs `mlflow-username` and `mlflow-password`, or `mlflow-token`, ' +
      'and let the proxy before the server pass them on all of its paths',
  });
}

/** A file that is on another server: its content was chosen by the author of the redirect. */
export function elsewhereOf(url: string, what: string, { origin, host }: URL): UserError {
  return new UserError('registry-failed', `the MLflow server ${url}, asked for ${what}, redirects to ${origin}`, {
    hint:
      'it may be a login page: check the credentials. Files are not fetched from another server: let the MLflow server ' +
      `hand them out itself (\`--serve-artifacts\`), give the storage URI as \`model-uri\`, or name the storage that it signs URLs for: \`allow-artifact-hosts: ${host}\``,
  });
}

/** A redirect that is never followed. */
export function strangeRedirectOf(url: string, what: string, fault: string): UserError {
  return new UserError('registry-failed', `the MLflow server ${url}, asked for ${what}, redirects to ${fault}`, {
    hint: 'this is not what an MLflow server does: find out who configured it, or who answers in its place',
  });
}

export function unreachableOf(url: string, cause: HttpFailure): UserError {
  return new UserError('registry-unreachable', `the MLflow server ${url} cannot be reached: ${cause.message}`, {
    hint:
      cause.code === 'ERR_TLS_CERT_ALTNAME_INVALID'
        ? `write a host name into \`mlflow-tracking-uri\` that the certificate has${namesIn(cause.cause)}`
        : cause.isDistrust
          ? "set MLFLOW_TRACKING_SERVER_CERT_PATH to a file with the server's certificate authority"
          : 'check `mlflow-tracking-uri`, and that the runner may reach it',
    cause,
  });
}

/** The host names in a certificate: `: DNS:localhost, IP Address:10.0.0.1`. */
function namesIn(error: unknown): string {
  const names = (error as { readonly cert?: { readonly subjectaltname?: unknown } } | undefined)?.cert?.subjectaltname;
  return typeof names === 'string' && names !== '' ? `: ${names.slice(0, LONGEST_QUOTE)}` : '';
}

/** MLflow's own sentence out of its JSON error, or the text without tags. */
export function quoteOf(body: string): string {
  const message = messageOf(body) ?? body.slice(0, LONGEST_PAGE).replace(/<[^<>]{0,4096}>/g, ' ');
  const line = message.replace(/\s+/g, ' ').trim();
  return line.length > LONGEST_QUOTE ? `${line.slice(0, LONGEST_QUOTE)}…` : line;
}

function messageOf(body: string): string | undefined {
  try {
    const { message, detail } = JSON.parse(body);
    return [message, detail].find((one) => typeof one === 'string');
  } catch {
    return undefined;
  }
}

/** The path and query of a redirect may carry tokens. */
function originOf(location: unknown, base: string): string {
  const url = typeof location === 'string' ? URL.parse(location, base) : null;
  return url === null ? 'nowhere' : `${url.origin}${url.pathname}`;
}
