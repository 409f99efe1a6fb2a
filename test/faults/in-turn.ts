/** Runs at a time: more of them would slow down the sandbox's probes on a small machine. */
const AT_A_TIME = 2;

const queues = Array.from({ length: AT_A_TIME }, () => Promise.resolve());
let next = 0;

/** Does some work after that of earlier calls. */
export function inTurn(work: () => Promise<void>): Promise<void> {
  const queue = next++ % AT_A_TIME;
  const done = (queues[queue] ?? Promise.resolve()).then(work);
  queues[queue] = done.catch(() => {});
  return done;
}
