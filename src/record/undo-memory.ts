import { isJsonObject, jsonOf } from '../base/json-value.ts';
import type { Runner } from '../base/ports.ts';
import type { SeldonDeployment } from '../seldon/seldon-deployment.ts';

/** One manifest that was sent, and the object that the server stored; undefined while there is no answer. */
export interface SentManifest {
  readonly manifest: SeldonDeployment;
  readonly applied: SeldonDeployment | undefined;
}

/** What the post step needs to restore the previous state after this process was killed. */
export interface UndoMemory {
  /** The object before the run; undefined if it did not exist. */
  readonly before: SeldonDeployment | undefined;
  /** The last manifests, newest first: a killed run does not know whether the server stored the newest. */
  readonly sent: readonly SentManifest[];
  /** Seconds. */
  readonly timeout: number;
  readonly ingressLag: number;
}

/** Called before each apply with the manifest, and after it with the stored object as well. */
export type Remember = (manifest: SeldonDeployment, applied?: SeldonDeployment) => void;

/** Saves the memory for the post step before each change. */
export function rememberChanges(
  runner: Pick<Runner, 'saveState'>,
  { before, timeout, ingressLag }: Omit<UndoMemory, 'sent'>,
): Remember {
  let sent: readonly SentManifest[] = [];
  return (manifest, applied) => {
    const older = sent.filter((one) => one.manifest !== manifest).slice(0, 1);
    sent = [{ manifest, applied: applied && bare(applied) }, ...older];
    runner.saveState('undo', JSON.stringify({ before: before && bare(before), sent, timeout, ingressLag }));
  };
}

/** Nothing is left to restore. */
export function forgetChanges(runner: Pick<Runner, 'saveState'>): void {
  runner.saveState('undo', '');
}

/** @returns `lost` if something was saved that cannot be read; undefined if nothing was saved */
export function readMemory(text: string): UndoMemory | 'lost' | undefined {
  if (text === '') return undefined;
  const memory = jsonOf(text);
  if (!isJsonObject(memory) || !Array.isArray(memory['sent'])) return 'lost';
  const { before, timeout, ingressLag } = memory;
  const sent = memory['sent'].filter(isSent);
  const isReadable = (before === undefined || isObject(before)) && sent.length > 0;
  if (!isReadable || typeof timeout !== 'number' || typeof ingressLag !== 'number') return 'lost';
  return { before, sent, timeout, ingressLag };
}

function isSent(value: unknown): value is SentManifest {
  if (!isJsonObject(value)) return false;
  return isObject(value['manifest']) && (value['applied'] === undefined || isObject(value['applied']));
}

function isObject(value: unknown): value is SeldonDeployment {
  return isJsonObject(value) && isJsonObject(value['metadata']) && isJsonObject(value['spec']);
}

/** An undo does not need the status, and the saved state is limited. */
function bare({ status: _, ...object }: SeldonDeployment): SeldonDeployment {
  return object;
}
