import { isJsonObject, jsonOf } from '../base/json-value.ts';
import type { LeaseRecord } from '../seldon/lease.ts';
import { isLabel } from '../seldon/naming.ts';
import type { DeploymentState } from './deployments.ts';
import type { RecordEnding } from './github-deployment.ts';
import { readMemory, type UndoMemory } from './undo-memory.ts';

/** What a killed run left open. The run saved it while it was in progress. */
export interface Unfinished {
  /** The SeldonDeployment of the run; undefined if the run ended before it was known. */
  readonly ref: { readonly namespace: string; readonly name: string } | undefined;
  readonly mode: string;
  /** Its target, and the context of the kubeconfig if the target sets one. */
  readonly target: string | undefined;
  readonly context: string | undefined;
  /** A lease that was not released. */
  readonly lease:
    | { readonly ref: { readonly namespace: string; readonly name: string }; readonly claim: LeaseRecord }
    | undefined;
  /** A GitHub deployment that is still in progress. */
  readonly deployment: number | undefined;
  /** How the run ended, if it ended and only that deployment could not be closed. */
  readonly ending: RecordEnding | undefined;
  /** What the run changed and has to restore; undefined where it leaves its changes. */
  readonly undo: UndoMemory | 'lost' | undefined;
}

/** @param left saved values by name, empty if none was saved. @returns undefined if nothing is left open */
export function readUnfinished(left: (name: string) => string): Unfinished | undefined {
  const told = jsonOf(left('unfinished'));
  const lease = jsonOf(left('lease'));
  const deployment = Number(left('deployment') || Number.NaN);
  const isOpen = isJsonObject(told) || isJsonObject(lease) || Number.isInteger(deployment);
  if (!isOpen) return undefined;
  return {
    ref: refOf(isJsonObject(told) ? told['ref'] : undefined),
    mode: textOf(told, 'mode') ?? 'direct',
    target: textOf(told, 'target'),
    context: textOf(told, 'context'),
    lease: leaseOf(lease),
    deployment: Number.isInteger(deployment) ? deployment : undefined,
    ending: endingOf(jsonOf(left('ending'))),
    undo: readMemory(left('undo')),
  };
}

const STATES: readonly string[] = ['success', 'failure', 'error'] satisfies readonly DeploymentState[];

function endingOf(told: unknown): RecordEnding | undefined {
  const state = textOf(told, 'state');
  if (state === undefined || !STATES.includes(state)) return undefined;
  return {
    state: state as DeploymentState,
    description: textOf(told, 'description') ?? '',
    environmentUrl: textOf(told, 'environmentUrl'),
    logUrl: textOf(told, 'logUrl'),
  };
}

function textOf(told: unknown, key: string): string | undefined {
  const value = isJsonObject(told) ? told[key] : undefined;
  return typeof value === 'string' ? value : undefined;
}

function leaseOf(value: unknown): Unfinished['lease'] {
  const ref = isJsonObject(value) ? refOf(value['ref']) : undefined;
  const claim = isJsonObject(value) ? value['claim'] : undefined;
  if (ref === undefined || !isJsonObject(claim) || typeof claim['holder'] !== 'string') return undefined;
  return { ref, claim: { holder: claim['holder'], run: undefined, seconds: 0 } };
}

function refOf(value: unknown): Unfinished['ref'] {
  if (!isJsonObject(value)) return undefined;
  const { namespace, name } = value;
  const isOne = typeof namespace === 'string' && typeof name === 'string' && isLabel(namespace) && isLabel(name);
  return isOne ? { namespace, name } : undefined;
}
