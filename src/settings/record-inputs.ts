import type { WriteBack } from '../model/registry.ts';
import type { RecordConfig } from './config.ts';
import { type InputReader, quoted } from './input-reader.ts';
import type { Mode } from './modes.ts';
import { isPreviewName } from './preview-name.ts';

/** The environment of one SeldonDeployment. Each preview has its own environment. */
export function environmentOf({ environment, isPreview }: RecordConfig, name: string | undefined): string | undefined {
  return environment !== undefined && isPreview ? `${environment}/${name}` : environment;
}

/** Seconds; a rollout of one replica may take eleven minutes. */
const LOCK_TIMEOUT_S = 900;

/** @returns seconds to wait for the lease; undefined if no lease is used */
export function readLock(read: InputReader): number | undefined {
  const patience = read.seconds('lock-timeout', { least: 0 }) ?? LOCK_TIMEOUT_S;
  return read.flag('lock', true) ? patience : undefined;
}

export function readRecord(read: InputReader, mode: Mode): RecordConfig {
  const environment = read.text('environment');
  if (environment !== undefined && read.text('github-token', 'GITHUB_TOKEN') === undefined)
    read.fault('environment', 'needs `github-token`, with `deployments: write`');
  return { environment, isProduction: isProduction(read), isPreview: mode === 'sweep' || isPreview(read) };
}

/** Whether the environment is a production environment. */
export function isProduction(read: InputReader): boolean {
  const isOne = read.flag('production', read.text('environment') === 'production');
  return isOne && !isPreview(read);
}

function isPreview(read: InputReader): boolean {
  return read.flag('preview', false) && isPreviewName(read.text('name') ?? '');
}

const HOUR = 3_600_000;

/** @returns seconds */
export function readExpiry(read: InputReader): number | undefined {
  const given = read.text('lock-expiry');
  if (given === undefined) return undefined;
  const [, amount = '', unit = ''] = /^(\d{1,4})\s*([mhd])$/.exec(given) ?? [];
  const seconds = Number(amount) * (unit === 'd' ? 86_400 : unit === 'h' ? 3_600 : 60);
  if (seconds >= 60) return seconds;
  return read.fault(
    'lock-expiry',
    `is ${quoted(given)}, but must be minutes, hours or days, such as \`90m\`, \`2h\` or \`3d\``,
  );
}

const PREVIEW_AGE = 14 * 24 * HOUR;

/** @returns milliseconds */
export function readPreviewAge(read: InputReader): number {
  const given = read.text('preview-age');
  if (given === undefined) return PREVIEW_AGE;
  const [, amount = '', unit = ''] = /^(\d{1,4})\s*([hd])$/.exec(given) ?? [];
  const age = Number(amount) * (unit === 'd' ? 24 * HOUR : HOUR);
  if (age >= HOUR) return age;
  read.fault('preview-age', `is ${quoted(given)}, but must be hours or days, such as \`36h\` or \`14d\``);
  return PREVIEW_AGE;
}

export function readPlan(read: InputReader): string | undefined {
  const plan = read.text('plan');
  if (plan === undefined || /^[0-9a-f]{16}(?:-[0-9a-f]{16}){4}$/.test(plan)) return plan;
  return read.fault(
    'plan',
    `is ${quoted(plan)}, but must be copied whole from the comment of a plan, such as \`1f0c2a99ab-…\``,
  );
}

/** MLflow's own rule for aliases: letters, digits, `_` and `-`; `latest` and `v7` have another meaning. */
const ALIAS = /^(?!latest$|v\d+$)[\w-]{1,255}$/i;
const TAG = /^tag\.([\w.\-/ ]{1,250})=(.*)$/;

export function readWriteBack(read: InputReader): WriteBack {
  const aliases: string[] = [];
  const tags = new Map<string, string>();
  for (const line of (read.text('write-back') ?? '').split(/[\n,]/).map((one) => one.trim())) {
    const alias = /^alias=(.*)$/.exec(line)?.[1];
    const [, tag, value] = TAG.exec(line) ?? [];
    if (line === '') continue;
    if (alias !== undefined && ALIAS.test(alias)) aliases.push(alias);
    else if (tag !== undefined && value !== undefined) tags.set(tag, value);
    else read.fault('write-back', `has \`${line.slice(0, 40)}\`: write \`alias=champion\` or \`tag.seldon=live\``);
  }
  return { aliases, tags: Object.fromEntries(tags) };
}
