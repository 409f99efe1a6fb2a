/** A request as the sandbox's API server remembers it. */
interface Remembered {
  readonly method: string;
  readonly path: string;
}

/**
 * Requests without the further looks at one object that follow on each other: how many of them a wait needs depends on the
 * operator and on the load of the machine, and the number of all others does not.
 */
export function withoutFurtherLooks<T extends Remembered>(requests: readonly T[]): readonly T[] {
  return requests.filter(({ method, path }, at) => {
    const before = requests[at - 1];
    return method !== 'GET' || path !== before?.path || method !== before.method;
  });
}
