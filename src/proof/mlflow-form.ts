import { UserError } from '../base/errors.ts';
import { isJsonObject } from '../base/json-value.ts';
import type { Protocol } from '../seldon/protocol.ts';

/** A request in the form of the protocol, and what was done to it. */
export interface Converted {
  readonly body: string;
  readonly warning: string | undefined;
}

const V2_FORM = '`{"inputs": [{"name": "x", "shape": [1, 2], "datatype": "FP64", "data": [1.0, 2.0]}]}`';

/**
 * MLflow's own scoring form (`dataframe_split`, `dataframe_records`, `instances`, `inputs`), which Seldon does not take,
 * in the form of protocol `seldon`. Any other request stays as it is.
 * @throws UserError bad-input for protocol `v2`, whose data types MLflow's form does not say
 */
export function fromMlflowForm(body: string, protocol: Protocol): Converted {
  const unchanged = { body, warning: undefined };
  const request: unknown = JSON.parse(body);
  if (!isJsonObject(request)) return unchanged;
  const form = ['dataframe_split', 'dataframe_records', 'instances', 'inputs'].find((key) => key in request);
  if (form === undefined || isV2(request)) return unchanged;
  if (protocol === 'v2')
    throw new UserError(
      'bad-input',
      `\`smoke-request\` is in MLflow's own form (\`${form}\`), which protocol v2 does not take`,
      {
        hint: `write ${V2_FORM}, or leave the input out: the request is then made from the model`,
      },
    );
  const data = dataOf(form, request[form]);
  if (data === undefined)
    throw new UserError('bad-input', `\`smoke-request\` is in MLflow's own form, but its \`${form}\` cannot be read`, {
      hint: 'write `{"data": {"names": ["a", "b"], "ndarray": [[1, 2]]}}`',
    });
  return {
    body: JSON.stringify({ data }),
    warning: `\`smoke-request\` is in MLflow's own form (\`${form}\`): it was sent in the form of protocol seldon`,
  };
}

/** Its `inputs` are tensors with a name and a shape. */
function isV2({ inputs }: Readonly<Record<string, unknown>>): boolean {
  return Array.isArray(inputs) && inputs.every((one) => isJsonObject(one) && 'shape' in one);
}

function dataOf(form: string, value: unknown): object | undefined {
  if (form === 'dataframe_split') {
    if (!isJsonObject(value) || !Array.isArray(value.data)) return undefined;
    return { ...(Array.isArray(value.columns) && { names: value.columns.map(String) }), ndarray: value.data };
  }
  if (!Array.isArray(value) || value.length === 0) return undefined;
  if (!value.every(isJsonObject)) return { ndarray: value };
  const names = [...new Set(value.flatMap(Object.keys))];
  return { names, ndarray: value.map((row) => names.map((name) => row[name] ?? null)) };
}
