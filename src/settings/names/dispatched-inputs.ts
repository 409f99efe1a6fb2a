import { INPUTS, type InputName } from '../inputs.ts';
import { nearestInput } from './nearest-input.ts';

/** What a person typed for a run by hand (`workflow_dispatch`), and what this step was given. */
export interface TypedInputs {
  readonly typed: Readonly<Record<string, unknown>>;
  readonly given: (name: InputName) => string;
}

/** Typed values that do not reach this step. */
export interface UnpassedInputs {
  /** The step has nothing in their place: the run would do something else than was typed. */
  readonly faults: readonly string[];
  /** The step has another value, which an earlier step may have made of the typed one. */
  readonly warnings: readonly string[];
}

/** GitHub allows 25. */
const MOST = 25;

/**
 * Inputs of a run by hand whose name is almost that of an input of this action (`model_uri`, `dryRun`), and whose value does
 * not reach it: their line in `with:` is missing.
 */
export function unpassedInputs({ typed, given }: TypedInputs): UnpassedInputs {
  const faults: string[] = [];
  const warnings: string[] = [];
  for (const [name, value] of Object.entries(typed).slice(0, MOST)) {
    const text = typeof value === 'string' || typeof value === 'boolean' ? String(value).trim() : '';
    const meant = INPUTS.some((one) => one.name === name) ? undefined : nearestInput(name);
    if (meant === undefined || text === '') continue;
    const own = given(meant).trim();
    const usual = defaultOf(meant);
    if (own.includes(text) || text === 'false' || (own === '' && text === usual)) continue;
    const shown = name.slice(0, 60).replaceAll('`', "'");
    const what = `\`${shown}\` of this run by hand does not reach the input \`${meant}\``;
    const cure = `write \`${meant}: \${{ inputs.${shown} }}\` in the \`with:\` of this step`;
    if (own === '' || own === usual) faults.push(`${what}: ${cure}`);
    else warnings.push(`${what}, which has another value; if it is meant, ${cure}`);
  }
  return { faults, warnings };
}

function defaultOf(name: InputName): string | undefined {
  const found = INPUTS.find((one) => one.name === name);
  return found !== undefined && 'default' in found ? found.default : undefined;
}
