import type { RecordConfig } from './config.ts';
import type { InputReader } from './input-reader.ts';

/** Seconds; a rollout of one replica may take eleven minutes. */
const LOCK_PATIENCE = 900;

/** @returns seconds to wait for others; undefined when nobody is looked for */
export function readLock(read: InputReader): number | undefined {
  const patience = read.seconds('lock-timeout', { least: 0 }) ?? LOCK_PATIENCE;
  return read.flag('lock', true) ? patience : undefined;
}

export function readRecord(read: InputReader): RecordConfig {
  const environment = read.text('environment');
  const isProduction = read.flag('production', environment === 'production');
  if (environment !== undefined && read.text('github-token', 'GITHUB_TOKEN') === undefined)
    read.fault('environment', 'needs `github-token`, with `deployments: write`');
  return { environment, isProduction };
}

export function readPlan(read: InputReader): string | undefined {
  const plan = read.text('plan');
  if (plan === undefined || /^[0-9a-f]+(?:-[0-9a-f]+)*$/.test(plan)) return plan;
  return read.fault('plan', 'must be as the comment of a plan says it, such as `1f0c2a99ab-…`');
}
