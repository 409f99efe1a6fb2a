import type { Fault, Peer } from './fault.ts';

export interface Refused {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const HTML = { 'content-type': 'text/html' };
const JSON_TYPE = { 'content-type': 'application/json' };
const TEXT = { 'content-type': 'text/plain' };

/** Words of each status, as the API server has them. */
const REASONS: Readonly<Record<string, readonly [reason: string, message: string]>> = {
  '500': ['InternalError', 'Internal error occurred: etcdserver: request timed out'],
  '503': ['ServiceUnavailable', 'the server is currently unable to handle the request'],
  '429': ['TooManyRequests', 'the server has received too many requests and has asked us to try again later'],
  '401': ['Unauthorized', 'Unauthorized'],
  '403': ['Forbidden', 'forbidden: authorizer is not ready'],
  '409': ['Conflict', 'Operation cannot be fulfilled: the object has been modified'],
};

/** The whole answer of a request that is not carried out; undefined for faults of the connection. */
export function refusalOf(fault: Fault, peer: Peer): Refused | undefined {
  switch (fault) {
    case '502':
      return { status: 502, headers: HTML, body: '<html><h1>502 Bad Gateway</h1><hr>nginx</html>' };
    case 'page':
      return { status: 200, headers: HTML, body: '<!doctype html><html><body>Sign in to continue</body></html>' };
    case 'garbage':
      return { status: 200, headers: JSON_TYPE, body: '}\u0001\u0002{"half' };
    case 'empty':
      return { status: 200, headers: JSON_TYPE, body: '' };
    case 'watch-ends':
      return { status: 200, headers: JSON_TYPE, body: '' };
    case 'watch-410':
      return { status: 410, headers: JSON_TYPE, body: statusBody('410', 'Expired', 'too old resource version') };
    case '500':
    case '503':
    case '429':
    case '401':
    case '403':
    case '404':
    case '409':
      return plainRefusal(fault, peer);
    default:
      return undefined;
  }
}

function plainRefusal(fault: keyof typeof REASONS, peer: Peer): Refused {
  const [reason = '', message = ''] = REASONS[fault] ?? ['NotFound', 'Not Found'];
  const status = Number(fault);
  const again = fault === '429' ? { 'retry-after': '1' } : {};
  switch (peer) {
    case 'kubernetes':
      // The API server's own words for a path that it does not have.
      if (fault === '404') return { status, headers: TEXT, body: '404 page not found\n' };
      return { status, headers: { ...JSON_TYPE, ...again }, body: statusBody(fault, reason, message) };
    case 'github':
      return { status, headers: { ...JSON_TYPE, ...again }, body: JSON.stringify({ message, status: fault }) };
    case 'mlflow':
      return { status, headers: { ...JSON_TYPE, ...again }, body: JSON.stringify({ error_code: reason, message }) };
    case 'ingress':
    case 'model':
      // A gateway or a mesh in front of the model.
      return { status, headers: { ...TEXT, ...again }, body: message };
    default:
      throw new Error(`no such peer: ${peer satisfies never}`);
  }
}

function statusBody(code: string, reason: string, message: string): string {
  const metadata = {};
  return JSON.stringify({
    kind: 'Status',
    apiVersion: 'v1',
    metadata,
    status: 'Failure',
    message,
    reason,
    code: Number(code),
  });
}
