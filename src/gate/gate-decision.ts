import { UserError } from '../base/errors.ts';
import type { Finding } from '../base/finding.ts';
import type { Outcome, Reason } from '../base/outcome.ts';
import type { Runner } from '../base/ports.ts';
import type { InputName } from '../settings/inputs.ts';
import { isPreviewName, previewName } from '../settings/preview-name.ts';
import type { PullRequestFacts, Refusal } from './admission.ts';
import type { Collaboration } from './collaboration.ts';
import type { Trigger } from './event.ts';
import type { UnplannedTarget } from './merge/targets-after-merge.ts';
import type { TargetsRequest } from './read-target-inputs.ts';
import type { RunInputs, TargetInputs } from './run-inputs.ts';

export interface GateRequest extends TargetsRequest {
  readonly trigger: Trigger;
  readonly prefix: string;
  /** Who started this run. */
  readonly actor: string;
  /** The commit that the merge would bring, where the event has one. */
  readonly mergeCommit?: string | undefined;
  /** Branch or commit whose files are trusted, if the event is not a comment. */
  readonly ref: string | undefined;
  readonly repository: Collaboration | undefined;
  readonly runner: Pick<Runner, 'info' | 'warning'>;
}

/** The result of the gate for one event. */
export type GateDecision =
  | { readonly kind: 'end'; readonly end: EarlyEnd }
  | {
      readonly kind: 'run';
      /** At least one run. Without targets there is one. */
      readonly orders: readonly RunInputs[];
      /** Called right before the first change. @throws UserError if the admission is no longer valid */
      readonly confirm: () => Promise<void>;
      /** SHA of the pull request's newest commit, if the event is about a pull request. */
      readonly head: string | undefined;
      /** The pull request on which comments may give the next command; undefined if the event is about none. */
      readonly pull: PullRequestFacts | undefined;
      /** Targets of which there is no plan. */
      readonly unplanned: readonly UnplannedTarget[];
    };

/** Inputs for the SeldonDeployment of one pull request. Modes that need a live model cannot be used there. */
export function previewOf({ raw }: TargetInputs, number: number): ReadonlyMap<InputName, string> {
  const name = raw.input('name').trim();
  // A command that names a preview is about that preview.
  if (isPreviewName(name)) return new Map([['name', name]]);
  if (name === '') {
    throw new UserError('bad-input', 'the input `preview` needs `name`; the action adds `-pr-<number>` to it', {
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
  {
    pull,
    head = pull?.head,
    confirm = async () => {},
    unplanned = [],
  }: Partial<Pick<Extract<GateDecision, { kind: 'run' }>, 'head' | 'confirm' | 'pull' | 'unplanned'>> = {},
): GateDecision {
  return { kind: 'run', orders, confirm, head, pull, unplanned };
}

export function ignore(why: string, reason: Extract<Trigger, { kind: 'ignored' }>['reason']): GateDecision {
  return end('ignored', reason, why, undefined);
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

/** The result of an event that starts no run and is not an error. */
export interface EarlyEnd {
  readonly outcome: Extract<Outcome, 'ignored' | 'refused' | 'reported'>;
  readonly reason: Reason;
  readonly finding: Finding;
}
