import { ApiError, expired } from './api-error.ts';
import { apiVersionOf, type Kind } from './kinds.ts';
import type { KubeObject } from './objects.ts';
import { asVersion } from './resources.ts';
import { type Matcher, selectorOf } from './selectors.ts';
import type { Change, Store } from './store.ts';

export interface WatchRequest {
  readonly kind: Kind;
  readonly version: string;
  readonly namespace: string | undefined;
  readonly query: URLSearchParams;
}

export interface WatchSink {
  /** One event: a line of JSON. */
  write(line: string): void;
  end(): void;
}

interface WatchEvent {
  readonly type: string;
  readonly object: object;
}

/** Seconds a watch lives when the client does not say; these are real seconds, because the clients' clocks are real. */
const LIFETIME = 1800;

/**
 * Follows a collection from `resourceVersion` on; without one, the existing objects come first. @returns a function
 * that stops it
 * @throws ApiError 400 for an invalid selector
 */
export function openWatch(store: Store, request: WatchRequest, sink: WatchSink, bookmarkEvery: number): () => void {
  const { kind, version, namespace, query } = request;
  const matches = selectorOf(kind, query);
  const isInside = (object: KubeObject) => namespace === undefined || object.metadata.namespace === namespace;
  const send = (event: WatchEvent) => sink.write(`${JSON.stringify(event)}\n`);
  const tell = (change: Change) => {
    if (change.kind !== kind || !isInside(change.object)) return;
    const event = seenThrough(matches, change);
    if (event !== undefined) send({ ...event, object: asVersion(request, event.object as KubeObject) });
  };

  const from = query.get('resourceVersion') ?? '';
  if (from === '' || from === '0') {
    for (const object of store.list(kind, namespace).filter(matches))
      send({ type: 'ADDED', object: asVersion(request, object) });
  } else {
    const missed = store.changesSince(kind, versionNumber(from));
    if (missed === undefined) {
      send({ type: 'ERROR', object: expired(Number(from), store.oldest).status });
      sink.end();
      return () => {};
    }
    missed.forEach(tell);
  }

  const wantsBookmarks = query.get('allowWatchBookmarks') === 'true';
  const bookmark = () => {
    if (!wantsBookmarks) return;
    const metadata = { resourceVersion: String(store.version) };
    send({ type: 'BOOKMARK', object: { kind: kind.kind, apiVersion: apiVersionOf(kind, version), metadata } });
  };
  const stopListening = store.listen(tell);
  const marks = setInterval(bookmark, bookmarkEvery);
  const stop = () => {
    stopListening();
    clearInterval(marks);
    clearTimeout(end);
  };
  const seconds = Number(query.get('timeoutSeconds') ?? LIFETIME);
  const end = setTimeout(() => {
    bookmark();
    stop();
    sink.end();
  }, seconds * 1000);
  return stop;
}

/**
 * With a selector, an object that begins to match is added, and one that stops matching is deleted in its earlier form.
 */
function seenThrough(matches: Matcher, { type, object, previous }: Change): WatchEvent | undefined {
  const did = previous !== undefined && matches(previous);
  const does = type !== 'DELETED' && matches(object);
  if (does) return { type: did ? 'MODIFIED' : 'ADDED', object };
  if (!did) return undefined;
  if (type === 'DELETED') return { type, object };
  const { resourceVersion } = object.metadata;
  return {
    type: 'DELETED',
    object: { ...previous, metadata: { ...previous.metadata, ...(resourceVersion && { resourceVersion }) } },
  };
}

function versionNumber(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  const why = `strconv.ParseUint: parsing "${text}": invalid syntax`;
  throw new ApiError({ code: 500, message: `resourceVersion: Invalid value: "${text}": ${why}` });
}
