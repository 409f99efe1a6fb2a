import type { Reason } from './outcome.ts';

/** One cause of a failure, most telling first: a sentence, the pod's own words, the cure. */
export interface Finding {
  readonly reason: Reason;
  /** One sentence: what failed, and where. */
  readonly title: string;
  /** What to do. */
  readonly cure: string | undefined;
  /** Verbatim text of pods, events and logs; hostile until escaped. */
  readonly quotes: readonly { readonly label: string; readonly text: string }[];
}
