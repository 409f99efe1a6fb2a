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
 * in the form of protocol `seldon`. A request of the protocol stays as it is, and so does any that the first node of a graph may read.
 * @throws UserError bad-input for protocol `v2`, whose data types MLflow's form does not say, and for a form of neither
 */
export function fromMlflowForm(body: string, protocol: Protocol, isForGraph = false): Converted {
  const unchanged = { body, warning: undefined };
  if (isForGraph) return unchanged;
  const parsed: unknown = JSON.parse(body);
  const request = asForm(parsed);
  if (request === undefined) throw notOf(protocol, 'is neither an object nor a list of rows');
  const form = FORMS.find((key) => key in request);
  if (isV2(request)) {
    if (protocol === 'seldon') throw notOf(protocol, 'is in the form of protocol v2');
    return unchanged;
  }
  if (form === undefined) {
    if (SELDON_KEYS.some((key) => key in request) === (protocol === 'seldon')) return unchanged;
    const what = protocol === 'v2' ? 'has no `inputs`' : `has none of the keys ${SELDON_KEYS.join(', ')}`;
    throw notOf(protocol, what);
  }
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

const FORMS = ['dataframe_split', 'dataframe_records', 'instances', 'inputs'];

/** What Seldon's wrapper reads of a request. */
const SELDON_KEYS = ['data', 'strData', 'binData', 'jsonData', 'customData'];

/** A bare list of rows, and what pandas calls `split`, are MLflow's forms without their names. */
function asForm(request: unknown): Readonly<Record<string, unknown>> | undefined {
  if (Array.isArray(request)) return { instances: request };
  if (!isJsonObject(request)) return undefined;
  const isSplit = Array.isArray(request['columns']) && Array.isArray(request['data']);
  return isSplit ? { dataframe_split: request } : request;
}

function notOf(protocol: Protocol, what: string): UserError {
  const form = protocol === 'v2' ? V2_FORM : '`{"data": {"names": ["a", "b"], "ndarray": [[1, 2]]}}`';
  return new UserError('bad-input', `\`smoke-request\` ${what}, which protocol ${protocol} does not take`, {
    hint: `write ${form}, or leave the input out: the request is then made from the model`,
  });
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
