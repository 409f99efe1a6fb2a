/** Every input of the action: `action.yml` and the README's table are made from this list. */
export interface InputDefinition {
  readonly name: string;
  readonly description: string;
  readonly required?: true;
  readonly default?: string;
  /** All allowed values, if the input has a fixed set. */
  readonly choices?: readonly string[];
  /** Only for the step itself: a file of targets must not set it, because it is a secret or belongs to one run. */
  readonly isOfStep?: true;
}
