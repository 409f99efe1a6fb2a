import type { KubernetesObject } from './kubernetes-object.ts';

/** The cached objects of one kind. */
export class Collection<T extends KubernetesObject> {
  readonly #onChange: (object: T) => void;
  #objects = new Map<string, T>();

  constructor(onChange: (object: T) => void) {
    this.#onChange = onChange;
  }

  get(namespace: string | undefined, name: string): T | undefined {
    return this.#objects.get(`${namespace}/${name}`);
  }

  list(): readonly T[] {
    return [...this.#objects.values()];
  }

  reset(objects: readonly T[]): void {
    const before = [...this.#objects.values()];
    this.#objects = new Map(objects.map((object) => [keyOf(object), object]));
    for (const object of [...before, ...objects]) this.#onChange(object);
  }

  /** Stores an object unless a newer one of that name is stored. */
  put(object: T): void {
    const known = this.#objects.get(keyOf(object));
    if (known !== undefined && versionOf(known) >= versionOf(object)) return;
    this.#objects.set(keyOf(object), object);
    this.#onChange(object);
  }

  drop(object: T): void {
    if (this.#objects.get(keyOf(object))?.metadata.uid !== object.metadata.uid) return;
    this.#objects.delete(keyOf(object));
    this.#onChange(object);
  }
}

function keyOf({ metadata }: KubernetesObject): string {
  return `${metadata.namespace}/${metadata.name}`;
}

function versionOf({ metadata }: KubernetesObject): number {
  return Number(metadata.resourceVersion ?? 0);
}
