import { INPUTS } from '../inputs.ts';
import { nearestInput } from './nearest-input.ts';

/** Inputs are names in lower case with dashes; a workflow that is an action itself sets variables of its own kind. */
const INPUT = /^INPUT_([A-Z][A-Z0-9_-]{0,60})$/;

/** Sentences about inputs that the step was given and that this action does not know: GitHub itself only notes them. */
export function unknownInputs(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const known = INPUTS.map(({ name }) => name);
  const given = Object.keys(env).flatMap((variable) => INPUT.exec(variable)?.[1]?.toLowerCase() ?? []);
  return given
    .filter((name) => !known.some((one) => one === name))
    .map((name) => {
      const near = nearestInput(name);
      return `the input \`${name}\` does not exist and does nothing${near === undefined ? '' : `; did you mean \`${near}\`?`}`;
    });
}
