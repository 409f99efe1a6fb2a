/** How a rollout in steps goes on. */
export interface Pace {
  /** Titles of the steps that are watched, in order. */
  readonly steps: readonly string[];
  /** Index of the step in progress. */
  readonly at: number;
  /** Seconds that each step lasts at least. */
  readonly interval: number;
  /** Seconds after which a step ends whatever its requests say; undefined where they are not judged. */
  readonly limit: number | undefined;
  /** When the step in progress ends if nothing holds it, in milliseconds since 1970. */
  readonly end: number;
}
