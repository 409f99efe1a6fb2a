import type { Peer, RequestName } from './fault.ts';

export interface RawRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly body: string;
}

/** The peer and the kind of a request, without what differs from run to run: hosts, numbers, hashes. */
export function kindOf(
  asked: 'kubernetes' | Exclude<Peer, 'model'>,
  request: RawRequest,
): Omit<RequestName, 'ordinal'> {
  const url = new URL(request.path, 'http://peer');
  if (asked === 'kubernetes') return kubernetesKind(request.method, url);
  if (asked === 'github' && url.pathname.endsWith('/graphql'))
    return {
      peer: asked,
      kind: `QUERY ${/viewer|reviewDecision|statusCheckRollup/.exec(request.body)?.[0] ?? 'other'}`,
    };
  return { peer: asked, kind: `${request.method} ${withoutNumbers(url.pathname)}` };
}

function kubernetesKind(method: string, { pathname, searchParams }: URL): Omit<RequestName, 'ordinal'> {
  const path = withoutNumbers(pathname.replace(/^\/apis?\//, '').replace(/^.*\/namespaces\/[^/]+\//, ''));
  if (path.includes('/proxy/')) return { peer: 'model', kind: `${method} ${path}` };
  if (searchParams.get('watch') === 'true') return { peer: 'kubernetes', kind: `WATCH ${path}` };
  const dry = searchParams.get('dryRun') === null ? '' : ' (dry run)';
  return { peer: 'kubernetes', kind: `${method} ${path}${dry}` };
}

/** Ids, commits, and the suffixes of pods. */
function withoutNumbers(path: string): string {
  return path
    .replace(/m-[0-9a-f]{32}/g, 'm-ID')
    .replace(/\b[0-9a-f]{32,40}\b/g, 'SHA')
    .replace(/-[0-9a-z]{8,10}-[a-z0-9]{5}\b/g, '-POD')
    .replace(/\/\d+(?=\/|$)/g, '/N');
}
