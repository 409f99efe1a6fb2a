import type { RolloutFailureReason } from '../../base/outcome.ts';
import type { Protocol } from '../../seldon/protocol.ts';

/** What is known about where a failure happened, for sentences that name things. */
export interface FailureContext {
  readonly modelUri: string;
  /** Name of the Secret that the storage initializer gets, as the live object says. */
  readonly secret: string | undefined;
  /** The SeldonDeployment. */
  readonly object?: { readonly namespace: string; readonly name: string };
  /** Services in its status that belong to no predictor. */
  readonly staleServices?: readonly string[];
  /** What the live object speaks; undefined where it does not say. */
  readonly protocol?: Protocol | undefined;
}

/** Who says it: the storage initializer's log, the log of another container, or Kubernetes in messages and events. */
export type Source = 'initializer' | 'server' | 'kubernetes';

/** Where a person sees the failure; a heading of docs/troubleshooting.md. */
export type Place =
  | 'rclone'
  | 'conda and pip'
  | 'Python'
  | 'model server'
  | 'container runtime'
  | 'image registry'
  | 'scheduler'
  | 'quota and admission'
  | 'volume'
  | 'network'
  | 'webhook'
  | 'probe'
  | 'ingress'
  | 'operator';

/** One known failure: what proves it, the sentence that names it, and the cure in terms of our inputs. */
export interface FailureRow {
  /** Anchor in docs/troubleshooting.md. It is stable: comments link to it. */
  readonly id: string;
  /** The `reason` output under which docs/troubleshooting.md lists it. */
  readonly reason: RolloutFailureReason;
  readonly place: Place;
  /** Quantifiers are bounded, so that hostile text costs linear time. */
  readonly pattern: RegExp;
  /** Real words that the pattern finds, for docs/troubleshooting.md and the test of the table. */
  readonly example: string;
  readonly title: (at: FailureContext, match: RegExpMatchArray) => string;
  readonly cure: (at: FailureContext, match: RegExpMatchArray) => string;
  /** Reasons that this text explains; undefined: every reason. A probe that fails does not explain a crash. */
  readonly explains?: readonly RolloutFailureReason[];
}

/** The Secret of the storage initializer, in words. */
export function secretInWords({ secret }: FailureContext): string {
  return secret === undefined ? 'a Secret named by `env-secret`' : `Secret \`${secret}\` (\`env-secret\`)`;
}

/** The rclone variables of the model's remote: `RCLONE_CONFIG_S3_*`. */
export function remoteVariable({ modelUri }: FailureContext, key = '*'): string {
  const remote = /^([\w-]{1,60}):/.exec(modelUri)?.[1] ?? 's3';
  return `\`RCLONE_CONFIG_${remote.toUpperCase()}_${key}\``;
}
