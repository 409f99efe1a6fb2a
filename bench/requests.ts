/** A request as the sandbox's API server remembers it. */
interface Remembered {
  readonly method: string;
  readonly path: string;
}

/** Every three seconds a run looks at its own Lease, over a connection of its own. */
const OWN_LEASE = /\/leases\/mlflow-to-seldon\./;

/**
 * The requests whose number follows from the work: without further looks at one object that follow on each other, and without
 * looks at the own Lease. How many of those a run needs depends on the operator, and on the load of the machine.
 */
export function requestsOfWork<T extends Remembered>(requests: readonly T[]): readonly T[] {
  const rest = requests.filter(({ method, path }) => method !== 'GET' || !OWN_LEASE.test(path));
  return rest.filter(({ method, path }, at) => {
    const before = rest[at - 1];
    return method !== 'GET' || path !== before?.path || method !== before.method;
  });
}
