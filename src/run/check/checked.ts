import type { Reason } from '../../base/outcome.ts';
import { findingOf } from '../../report/draft.ts';
import type { CheckLine } from '../../report/report.ts';

/** One part of the setup, and how to correct it. */
export interface Checked extends CheckLine {
  /** What to change; undefined where nothing is wrong. */
  readonly cure?: string | undefined;
  /** The code of the failure that a deployment would have; only of what is missing. */
  readonly reason?: Reason;
}

/** Something that is as it should be. */
export function fine(what: string, found: string): Checked {
  return { what, state: 'ok', found };
}

/** Something without which a deployment fails. */
export function missing(what: string, found: string, { reason, cure }: Pick<Checked, 'reason' | 'cure'>): Checked {
  return { what, state: 'missing', found, cure, ...(reason !== undefined && { reason }) };
}

/** Something that does no harm by itself, or that this user may not see. */
export function noted(what: string, state: 'warning' | 'unknown', { found, cure }: Pick<Checked, 'found' | 'cure'>) {
  return { what, state, found, cure } satisfies Checked;
}

/** A check that ends with an error is something that is missing: the error has the cure. */
export async function attempted(what: string, check: () => Promise<Checked>): Promise<Checked> {
  try {
    return await check();
  } catch (error) {
    const { title, reason, cure } = findingOf(error, 'no');
    return missing(what, title, { reason, cure });
  }
}
