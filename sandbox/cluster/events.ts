import { EVENT } from './kinds.ts';
import { type KubeObject, timestamp } from './objects.ts';
import type { Store } from './store.ts';

export interface Occurrence {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  /** `kubelet`, `deployment-controller`, … */
  readonly component: string;
  /** `spec.containers{prediction}`. */
  readonly fieldPath?: string;
}

/**
 * Clients stop to report events of one object after this number in a short time (client-go,
 * `EventSourceObjectSpamFilter`).
 */
const BURST = 25;

/** Writes events as Kubernetes' own components do: a repeated event only increments the count. */
export class EventRecorder {
  readonly #store: Store;
  readonly #names = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  constructor(store: Store) {
    this.#store = store;
  }

  record(object: KubeObject, occurrence: Occurrence): void {
    const { uid = '', namespace = '' } = object.metadata;
    const source = `${uid} ${occurrence.component}`;
    const spent = (this.#counts.get(source) ?? 0) + 1;
    if (spent > BURST) return;
    this.#counts.set(source, spent);
    const { type, reason, message, fieldPath = '' } = occurrence;
    const key = JSON.stringify([source, type, reason, message, fieldPath]);
    const known = this.#store.get(EVENT, namespace, this.#names.get(key) ?? '');
    if (known !== undefined) {
      const count = Number(known['count'] ?? 1) + 1;
      this.#store.replace(EVENT, known, { ...known, count, lastTimestamp: timestamp() });
      return;
    }
    const name = `${object.metadata.name}.${(this.#names.size + 0x18ea99d2).toString(16).padStart(16, '0')}`;
    this.#names.set(key, name);
    this.#store.add(EVENT, this.#store.prepare(EVENT, eventOf(object, occurrence, name)));
  }
}

function eventOf(object: KubeObject, occurrence: Occurrence, name: string): KubeObject {
  const { namespace = '', uid, resourceVersion, name: about } = object.metadata;
  const { type, reason, message, component, fieldPath } = occurrence;
  const { apiVersion, kind } = object;
  const head = { apiVersion: 'v1', kind: 'Event', metadata: { name, namespace } };
  const involvedObject = {
    kind,
    namespace,
    name: about,
    uid,
    apiVersion,
    resourceVersion,
    ...(fieldPath && { fieldPath }),
  };
  // The scheduler already writes the newer kind of event, without count and time stamps.
  const times =
    component === 'default-scheduler'
      ? {
          source: {},
          firstTimestamp: null,
          lastTimestamp: null,
          eventTime: new Date().toISOString(),
          action: 'Binding',
        }
      : { source: { component }, firstTimestamp: timestamp(), lastTimestamp: timestamp(), count: 1, eventTime: null };
  return {
    ...head,
    involvedObject,
    reason,
    message,
    type,
    ...times,
    reportingComponent: component,
    reportingInstance: '',
  };
}
