import { UserError } from '../base/errors.ts';
import { isList, parseJson } from '../base/json/json-literal.ts';

/** Maximum number of requests for a comparison: it is not a load test. */
export const MOST_COMPARED = 100;

/**
 * The requests in a file: a JSON list of request bodies, or one body on each line. Numbers keep their spelling.
 * @throws UserError bad-input
 */
export function parseComparing(text: string, path: string): readonly string[] {
  const bodies = listOf(text) ?? linesOf(text, path);
  if (bodies.length > 0) return bodies;
  throw new UserError('bad-input', `${path} (input \`compare-requests\`) contains no request`, {
    hint: 'write a JSON list of request bodies, or one JSON body on each line; or leave `compare-requests` out',
  });
}

function listOf(text: string): readonly string[] | undefined {
  try {
    const whole = parseJson(text);
    return isList(whole) ? whole.map((one) => JSON.stringify(one)) : [JSON.stringify(whole)];
  } catch {
    return undefined;
  }
}

function linesOf(text: string, path: string): readonly string[] {
  const lines = text.split('\n').map((line, at) => ({ text: line.trim(), number: at + 1 }));
  return lines
    .filter((line) => line.text !== '')
    .map((line) => {
      try {
        return JSON.stringify(parseJson(line.text));
      } catch (cause) {
        const where = `line ${line.number} of ${path} (input \`compare-requests\`)`;
        const hint = 'give a JSON list of request bodies, or one JSON body on each line';
        throw new UserError('bad-input', `${where} is not JSON`, { hint, cause });
      }
    });
}
