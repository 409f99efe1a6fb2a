import type { Reason } from './outcome.ts';

/** One cause of a failure: a sentence, the quoted output of the pod, the cure. The most specific cause comes first. */
export interface Finding {
  readonly reason: Reason;
  /** One sentence: what failed, and where. */
  readonly title: string;
  /** What to do. */
  readonly cure: string | undefined;
  /** Anchor in docs/troubleshooting.md where this cause is explained; undefined: that of the reason. */
  readonly row?: string;
  /** Verbatim text of pods, events and logs; hostile until escaped. */
  readonly quotes: readonly { readonly label: string; readonly text: string }[];
}
