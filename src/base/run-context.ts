export interface RunContext {
  /** Name of the target in the file of targets; undefined where there is no such file. */
  readonly target?: string | undefined;
  readonly repository: string | undefined;
  readonly runUrl: string | undefined;
  readonly commit: string | undefined;
  readonly actor: string | undefined;
  readonly event: string | undefined;
}
