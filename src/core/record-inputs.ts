import type { InputReader } from './input-reader.ts';

/** What is noted in the registry once a model is live. */
export interface WriteBack {
  readonly aliases: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}

/** GitHub's own record of deployments. */
export interface RecordConfig {
  /** Undefined: none is kept. */
  readonly environment: string | undefined;
  readonly isProduction: boolean;
}

/** Seconds; a rollout of one replica may take eleven minutes. */
const LOCK_PATIENCE = 900;

/** @returns seconds to wait for others; undefined when nobody is looked for */
export function readLock(read: InputReader): number | undefined {
  const patience = read.seconds('lock-timeout', { least: 0 }) ?? LOCK_PATIENCE;
  return read.flag('lock', true) ? patience : undefined;
}

export function readRecord(read: InputReader): RecordConfig {
  const environment = read.text('environment');
  if (environment !== undefined && read.text('github-token', 'GITHUB_TOKEN') === undefined)
    read.fault('environment', 'needs `github-token`, with `deployments: write`');
  return { environment, isProduction: isProduction(read) };
}

/** Is the environment one that users see? */
export function isProduction(read: InputReader): boolean {
  return read.flag('production', read.text('environment') === 'production');
}

export function readPlan(read: InputReader): string | undefined {
  const plan = read.text('plan');
  if (plan === undefined || /^[0-9a-f]+(?:-[0-9a-f]+)*$/.test(plan)) return plan;
  return read.fault('plan', 'must be as the comment of a plan says it, such as `1f0c2a99ab-…`');
}

/** MLflow's own rule for aliases: letters, digits, `_` and `-`; `latest` and `v7` mean something else. */
const ALIAS = /^(?!latest$|v\d+$)[\w-]{1,255}$/i;
const TAG = /^tag\.([\w.\-/ ]{1,250})=(.*)$/;

export function readWriteBack(read: InputReader): WriteBack {
  const aliases: string[] = [];
  const tags: Record<string, string> = {};
  for (const line of (read.text('write-back') ?? '').split(/[\n,]/).map((one) => one.trim())) {
    const alias = /^alias=(.*)$/.exec(line)?.[1];
    const [, tag, value] = TAG.exec(line) ?? [];
    if (line === '') continue;
    if (alias !== undefined && ALIAS.test(alias)) aliases.push(alias);
    else if (tag !== undefined && value !== undefined) tags[tag] = value;
    else read.fault('write-back', `has \`${line.slice(0, 40)}\`: write \`alias=champion\` or \`tag.seldon=live\``);
  }
  return { aliases, tags };
}
