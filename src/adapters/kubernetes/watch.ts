import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../base/errors.ts';
import type { ObjectMeta } from '../../seldon/seldon-deployment.ts';
import { isTransient } from '../http/client.ts';
import { type Asked, failureOf, readJson } from './api-status.ts';
import type { ApiConnection } from './connection.ts';
import { doubtSilence } from './watching/silence.ts';
import { linesOf } from './watching/stream-lines.ts';

export interface WatchTarget {
  /** Path of the collection below the server's URL. */
  readonly path: string;
  readonly labelSelector: string;
  /** The collection in words, for messages. */
  readonly asked: Omit<Asked, 'verb'>;
  /** Milliseconds without data after which the stream counts as dead. The server sends bookmarks every minute. */
  readonly quiet?: number;
  /** Milliseconds without data after which the collection is listed beside the stream; doubled each time. */
  readonly silence?: number;
  /** Milliseconds between two lists where streams show nothing. */
  readonly poll?: number;
}

export interface WatchListener {
  /** Called after every change. */
  onChange(): void;
  /** Called when the watch has failed for good. The known objects are no longer updated. */
  onFailure(error: unknown): void;
}

/** Why a stream was ended that did not show what a list shows. */
const MISSED = new Error('the stream is held back');

interface WatchedObject {
  readonly metadata: ObjectMeta;
}

interface ListAnswer<T> {
  readonly metadata?: { readonly resourceVersion?: string };
  readonly items?: readonly T[] | null;
}

type WatchEvent<T> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'; readonly object: T }
  | { readonly type: 'ERROR'; readonly object: { readonly code?: number; readonly message?: string } };

/** How a stream ended: normally, without what a list showed, with an expired resourceVersion, or interrupted. */
type StreamEnd =
  | { readonly kind: 'over' }
  | { readonly kind: 'missed' }
  | { readonly kind: 'expired' }
  | { readonly kind: 'cut'; readonly cause: unknown };

/** Seconds after which the server ends a stream. With jitter, so that not all watches reconnect at the same time. */
const LIFETIME = 290;
const JITTER = 20;
const QUIET = 150_000;
const SILENCE = 10_000;
const POLL = 2_000;
/** Changes in a row that a list showed and the stream did not. A single one may have been on its way. */
const MOST_MISSED = 2;
const SLOWEST = 10_000;
/** Minimum duration in milliseconds of a stream that counts as a success. */
const WORTHWHILE = 1_000;

/**
 * The objects of one collection with a label, kept up to date: a list, then a watch. The watch is resumed after
 * an interruption, and the collection is listed again if the resourceVersion has expired (HTTP 410). Behind a proxy that
 * holds bodies back a watch shows nothing: while it is silent the collection is listed, and then polled.
 */
export class WatchedCollection<T extends WatchedObject> {
  readonly #connection: ApiConnection;
  readonly #target: WatchTarget;
  readonly #listener: WatchListener;
  readonly #closing = new AbortController();
  readonly #objects = new Map<string, T>();
  #version = '';
  /** Number of consecutive streams without data. */
  #failures = 0;
  #brokenSince: number | undefined;
  #missed = 0;

  constructor(connection: ApiConnection, target: WatchTarget, listener: WatchListener) {
    this.#connection = connection;
    this.#target = target;
    this.#listener = listener;
  }

  get objects(): readonly T[] {
    return [...this.#objects.values()];
  }

  /** Resolves with the first list; then the watch continues in the background. @throws UserError cluster-* */
  async start(): Promise<void> {
    await this.#list();
    this.#follow().catch((error: unknown) => {
      if (!this.#closing.signal.aborted) this.#listener.onFailure(error);
    });
  }

  close(): void {
    this.#closing.abort();
  }

  async #list(): Promise<void> {
    this.#adopt(await this.#read());
  }

  async #read(): Promise<ListAnswer<T>> {
    const { path, labelSelector, asked } = this.#target;
    const answer = await this.#connection.request({ method: 'GET', path, query: { labelSelector } });
    return readJson<ListAnswer<T>>(answer, { ...asked, verb: 'list' });
  }

  #adopt(list: ListAnswer<T>): void {
    this.#objects.clear();
    for (const object of list.items ?? []) this.#objects.set(object.metadata.name, object);
    this.#version = list.metadata?.resourceVersion ?? '';
    this.#listener.onChange();
  }

  async #follow(): Promise<never> {
    const { signal } = this.#closing;
    for (;;) {
      if (this.#missed >= MOST_MISSED) {
        await sleep(this.#target.poll ?? POLL, undefined, { signal });
        await this.#list();
        continue;
      }
      const end = await this.#watchOnce();
      signal.throwIfAborted();
      if (end.kind === 'missed') continue;
      if (this.#failures > 0) await sleep(Math.min(100 * 2 ** this.#failures, SLOWEST), undefined, { signal });
      if (end.kind === 'expired') await this.#list();
      if (end.kind === 'cut') this.#givingUp(end.cause);
      else this.#brokenSince = undefined;
    }
  }

  /** A reopened stream resets the count. @throws UserError cluster-unreachable after too many failures */
  #givingUp(cause: unknown): void {
    const now = this.#connection.clock.now();
    this.#brokenSince ??= now;
    if (now - this.#brokenSince > this.#connection.patience) throw this.#connection.unreachable(cause);
  }

  async #watchOnce(): Promise<StreamEnd> {
    const { clock } = this.#connection;
    const stalled = new AbortController();
    const timer = setTimeout(() => stalled.abort(new Error('silence')), this.#target.quiet ?? QUIET);
    const doubt = doubtSilence(this.#target.silence ?? SILENCE, async () => {
      const list = await this.#read();
      return () => this.#takeMissed(list, stalled);
    });
    this.#failures++;
    let began = Number.POSITIVE_INFINITY;
    try {
      const message = await this.#open(AbortSignal.any([this.#closing.signal, stalled.signal]));
      if (message === 'expired') return { kind: 'expired' };
      this.#brokenSince = undefined;
      began = clock.now();
      const heard = () => {
        timer.refresh();
        doubt.heard();
      };
      for await (const line of linesOf(message, heard)) {
        const event = JSON.parse(line) as WatchEvent<T>;
        if (event.type === 'ERROR') return { kind: 'expired' };
        this.#take(event);
        this.#failures = 0;
      }
      return { kind: 'over' };
    } catch (cause) {
      if (cause instanceof UserError) throw cause;
      if (stalled.signal.reason === MISSED) {
        this.#failures = 0;
        return { kind: 'missed' };
      }
      return { kind: 'cut', cause };
    } finally {
      clearTimeout(timer);
      doubt.stop();
      if (clock.now() - began > WORTHWHILE) this.#failures = 0;
    }
  }

  /** Where a list shows more than the stream has, the stream is ended with the reason MISSED. */
  #takeMissed(list: ListAnswer<T>, stream: AbortController): void {
    if (this.#closing.signal.aborted || !this.#differs(list)) return;
    this.#missed++;
    this.#adopt(list);
    stream.abort(MISSED);
  }

  #differs({ items }: ListAnswer<T>): boolean {
    const version = (name: string) => this.#objects.get(name)?.metadata.resourceVersion;
    return (
      (items ?? []).length !== this.#objects.size ||
      (items ?? []).some(({ metadata }) => metadata.resourceVersion !== version(metadata.name))
    );
  }

  async #open(signal: AbortSignal): Promise<IncomingMessage | 'expired'> {
    const { path, labelSelector, asked } = this.#target;
    const query = {
      watch: 'true',
      labelSelector,
      resourceVersion: this.#version,
      allowWatchBookmarks: 'true',
      timeoutSeconds: String(LIFETIME + Math.floor(Math.random() * JITTER)),
    };
    const answer = await this.#connection.stream({ path, query }, signal);
    if (!('body' in answer)) return answer;
    if (answer.status === 410) return 'expired';
    const failure = failureOf(answer, { ...asked, verb: 'watch' });
    throw isTransient(answer.status) ? new Error(failure.message) : failure;
  }

  #take(event: Exclude<WatchEvent<T>, { type: 'ERROR' }>): void {
    const { metadata } = event.object;
    this.#version = metadata.resourceVersion ?? this.#version;
    if (event.type === 'BOOKMARK') return;
    this.#missed = 0;
    if (event.type === 'DELETED') this.#objects.delete(metadata.name);
    else this.#objects.set(metadata.name, event.object);
    this.#listener.onChange();
  }
}
