/**
 * Milliseconds of processor time that this thread has used so far. Limits for pure code are measured with it, because
 * it does not count the time that other processes of a busy machine take.
 */
export function cpuTime(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
