/** What a run saves while it has something open that the post step must close: the post step has work where one is set. */
export const OPEN_STATES = ['unfinished', 'lease', 'deployment'] as const;

/** Name of the saved state of the target with this number. The first has the plain name. */
export function stateName(name: string, order: number): string {
  return order === 0 ? name : `${name}-${order}`;
}

/** Did a step save something that is open? The runner hands saved state over as variables of the environment. */
export function leftSomethingOpen(env: Readonly<Record<string, string | undefined>>): boolean {
  const pattern = new RegExp(`^STATE_(?:${OPEN_STATES.join('|')})(?:-\\d+)?$`, 'i');
  return Object.entries(env).some(([name, value]) => pattern.test(name) && value !== '' && value !== undefined);
}
