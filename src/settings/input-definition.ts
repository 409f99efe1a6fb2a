/** Every input of the action: `action.yml` and the README's table are made from this list. */
export interface InputDefinition {
  readonly name: string;
  readonly description: string;
  readonly required?: true;
  readonly default?: string;
  /** All values there are, where they are few. */
  readonly choices?: readonly string[];
  /** Only for the step itself: a file of targets must not hold it, as a secret or as something of the one run. */
  readonly isOfStep?: true;
}
