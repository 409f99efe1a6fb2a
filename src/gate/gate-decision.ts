import { UserError } from '../base/errors.ts';
import type { Finding } from '../base/finding.ts';
import type { Outcome, Reason } from '../base/outcome.ts';
import type { Runner } from '../base/ports.ts';
import type { InputName } from '../settings/inputs.ts';
import { previewName } from '../settings/preview-name.ts';
import type { Refusal } from './admission.ts';
import type { Collaboration } from './collaboration.ts';
import type { Trigger } from './event.ts';
import type { TargetsRequest } from './read-target-inputs.ts';
import type { RunInputs, TargetInputs } from './run-inputs.ts';

export interface GateRequest extends TargetsRequest {
  readonly trigger: Trigger;
  readonly prefix: string;
  /** Who started this run. */
  readonly actor: string;
  /** Branch or commit whose files are trusted, where the event is no comment. */
  readonly ref: string | undefined;
  readonly repository: Collaboration | undefined;
  readonly runner: Pick<Runner, 'info' | 'warning'>;
}

/** What an event leads to. */
export type GateDecision =
  | { readonly kind: 'end'; readonly end: EarlyEnd }
  | {
      readonly kind: 'run';
      /** At least one. Without targets there is one. */
      readonly orders: readonly RunInputs[];
      /** Asked right before the first change. @throws UserError when what was admitted is no longer so */
      readonly confirm: () => Promise<void>;
      /** SHA of the pull request's newest commit, where the event is about one. */
      readonly head: string | undefined;
    };

/** The SeldonDeployment of one pull request: a mode for several models has nothing to stand beside there. */
export function previewOf({ raw }: TargetInputs, number: number): ReadonlyMap<InputName, string> {
  const name = raw.input('name').trim();
  if (name === '') {
    throw new UserError('bad-input', 'the input `preview` needs `name`, to which `-pr-<number>` is added', {
      hint: 'for example `name: wine`',
    });
  }
  return new Map([
    ['name', previewName(name, number)],
    ['mode', 'direct'],
  ]);
}

export function proceed(
  orders: readonly RunInputs[],
  { head, confirm = async () => {} }: Partial<Pick<Extract<GateDecision, { kind: 'run' }>, 'head' | 'confirm'>> = {},
): GateDecision {
  return { kind: 'run', orders, confirm, head };
}

export function ignore(why: string): GateDecision {
  return end('ignored', 'not-a-command', why, undefined);
}

export function refuse({ reason, sentence, cure }: Refusal): GateDecision {
  return end('refused', reason, sentence, cure);
}

export function end(
  outcome: EarlyEnd['outcome'],
  reason: Reason,
  title: string,
  cure: string | undefined,
): GateDecision {
  return { kind: 'end', end: { outcome, reason, finding: { reason, title, cure, quotes: [] } } };
}

/** What a run ends with before it began, where that is no error. */
export interface EarlyEnd {
  readonly outcome: Extract<Outcome, 'ignored' | 'refused' | 'reported'>;
  readonly reason: Reason;
  readonly finding: Finding;
}
