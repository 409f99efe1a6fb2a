export interface RunContext {
  /** Name of the target in the file of targets; undefined if there is no such file. */
  readonly target?: string | undefined;
  readonly repository: string | undefined;
  readonly runUrl: string | undefined;
  readonly commit: string | undefined;
  readonly actor: string | undefined;
  readonly event: string | undefined;
  /** ISO 8601, when this run began. */
  readonly time?: string | undefined;
  /** URL of docs/troubleshooting.md of the version that runs; undefined where that is not known. */
  readonly troubleshooting?: string | undefined;
}
