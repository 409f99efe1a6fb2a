/** `seldonio/mlserver`: MLServer 1.7.1 with its MLflow runtime, the V2 protocol over REST. */
import { randomUUID } from 'node:crypto';
import { isList, isNumber, isRecord, type Json, parseJson } from '../../src/base/json/json-literal.ts';
import { flatten } from '../../src/proof/request/input-batch.ts';
import type { ContainerContext, ContainerImage } from '../container.ts';
import { type Frame, type ModelInput, PythonError, reshaped, type Series } from './arrays.ts';
import { loadModel, type PythonModel } from './pyfunc.ts';
import { type Answered, type Asked, logLines, pause, serve, startUp, timestamp } from './server-life.ts';

/** If a model does not load, the server reports that it is ready, and ends a moment later with exit code 0. */
export function mlserverImage(): ContainerImage {
  return async (context) => {
    const port = Number(context.env.MLSERVER_HTTP_PORT ?? context.env.PREDICTIVE_UNIT_HTTP_SERVICE_PORT ?? 9000);
    const name = context.env.MLSERVER_MODEL_NAME ?? 'model';
    const exit = await startUp(context);
    if (exit !== undefined) return exit;
    context.log(`${timestamp()} [mlserver.rest] INFO - HTTP server running on http://0.0.0.0:${port}`);
    const model = loaded(context, name);
    const end = model === undefined ? [pause(context.second / 5, context.signal).then(() => ({ exitCode: 0 }))] : [];
    return serve(context, port, { answer: (asked) => answer(asked, name, model), end });
  };
}

function loaded(context: ContainerContext, name: string): PythonModel | undefined {
  try {
    const fatal = context.models.get('FAIL_START');
    if (fatal !== undefined) throw new PythonError(fatal, '');
    const model = loadModel(context.models);
    context.log(`${timestamp()} [mlserver][${name}] INFO - Loaded model '${name}' successfully.`);
    return model;
  } catch (error) {
    if (!(error instanceof PythonError)) throw error;
    context.log(
      `${timestamp()} [mlserver][${name}] INFO - Couldn't load model '${name}'. Model will be removed from registry.`,
    );
    context.log(`${timestamp()} [mlserver] ERROR - Some of the models failed to load during startup!`);
    logLines(context, error.name === '' ? error.message : tracebackOf(error));
    return undefined;
  }
}

function answer({ method, path, body }: Asked, name: string, model: PythonModel | undefined): Answered {
  if (/^\/v2\/health\/(live|ready)$/.test(path)) return { status: 200, body: '' };
  const match = /^\/v2\/models\/([^/]+)(?:\/versions\/[^/]+)?\/(ready|infer)$/.exec(path);
  const asked = decodeURIComponent(match?.[1] ?? '');
  if (match === null) return json(404, { detail: 'Not Found' });
  if (match[2] === 'infer' && method !== 'POST') return json(405, { detail: 'Method Not Allowed' });
  if (match[2] === 'ready') return model && asked === name ? { status: 200, body: '' } : notFound(asked);
  const request = validated(body);
  if ('status' in request) return request;
  return model && asked === name ? infer(request, name, model) : notFound(asked);
}

interface Input {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly data: readonly Json[];
}

interface InferenceRequest {
  readonly inputs: readonly Input[];
  readonly contentType: string | undefined;
}

const DTYPES: Readonly<Record<string, string>> = {
  BOOL: 'bool',
  UINT8: 'uint8',
  UINT16: 'uint16',
  UINT32: 'uint32',
  UINT64: 'uint64',
  INT8: 'int8',
  INT16: 'int16',
  INT32: 'int32',
  INT64: 'int64',
  FP16: 'float16',
  FP32: 'float32',
  FP64: 'float64',
  BYTES: 'object',
};
const DATATYPES = Object.keys(DTYPES).map((one) => `'${one}'`);
const EXPECTED = `${DATATYPES.slice(0, -1).join(', ')} or ${DATATYPES.at(-1)}`;

/** FastAPI's checks before the model is called. */
function validated(body: string): InferenceRequest | Answered {
  if (body === '') return invalid([{ type: 'missing', loc: ['body'], msg: 'Field required', input: null }]);
  let request: Json;
  try {
    request = parseJson(body);
  } catch {
    return invalid([{ type: 'json_invalid', loc: ['body', 1], msg: 'JSON decode error', input: {} }]);
  }
  const inputs = isRecord(request) ? request.inputs : undefined;
  if (!isList(inputs))
    return invalid([{ type: 'missing', loc: ['body', 'inputs'], msg: 'Field required', input: request }]);
  const records = inputs.filter(isRecord);
  const wrong = records.findIndex(({ datatype }) => DTYPES[String(datatype)] === undefined);
  if (wrong >= 0) {
    const loc = ['body', 'inputs', wrong, 'datatype'];
    return invalid([{ type: 'enum', loc, msg: `Input should be ${EXPECTED}`, input: records[wrong]?.datatype }]);
  }
  const parameters = isRecord(request) && isRecord(request.parameters) ? request.parameters : {};
  const type = parameters.content_type;
  return {
    contentType: typeof type === 'string' ? type : undefined,
    inputs: records.map(({ name, datatype, shape, data }) => ({
      name: String(name),
      datatype: String(datatype),
      shape: isList(shape) ? shape.filter(isNumber).map((size) => Number(size.rawJSON)) : [],
      data: flatten(data ?? []),
    })),
  };
}

function infer(request: InferenceRequest, name: string, model: PythonModel): Answered {
  const tensors = model.inputs?.some((input) => 'tensor-spec' in input);
  const known = model.inputs && (tensors ? 'np' : 'pd');
  const codec = request.contentType ?? known;
  if (codec === 'np' && request.inputs.length !== 1) {
    const error = `The 'np' codec only supports a single input tensor (${request.inputs.length} were received)`;
    return json(400, { error: `There was an error encoding / decoding the payload: ${error}` });
  }
  try {
    const values = model.predict(decoded(request.inputs, codec, model));
    return json(200, inferenceOf(name, values));
  } catch (error) {
    if (!(error instanceof PythonError)) throw error;
    if (error.status !== 500) return json(error.status, { error: error.message });
    return { status: 500, body: `${tracebackOf(error)}\n`, contentType: 'text/plain; charset=utf-8' };
  }
}

function decoded(inputs: readonly Input[], codec: string | undefined, model: PythonModel): ModelInput {
  const [first] = inputs;
  if (codec === 'np' && first !== undefined) {
    return { ...reshaped(checkedCells(first), first.shape), dtype: DTYPES[first.datatype] ?? 'object' };
  }
  if (codec === 'pd') return frameOf(inputs, model);
  throw new PythonError('Expected input to be DataFrame. Found: InferenceRequest', 'mlflow.exceptions.MlflowException');
}

/** A known column is decoded by its codec, which needs one cell for each row; an unknown one is kept. */
function frameOf(inputs: readonly Input[], model: PythonModel): Frame {
  const columns = inputs.map((input): Series => {
    const cells = checkedCells(input);
    const known = model.inputs?.some(({ name }) => name === input.name);
    const column = known ? flatten(reshaped(cells, [input.shape[0] ?? 0, 1]).value) : cells;
    return { dtype: DTYPES[input.datatype] ?? 'object', cells: column };
  });
  // Inputs that are named by their position are the unnamed columns of the signature.
  const labels = inputs.map(({ name }, at) => (name === `input-${at}` ? at : name));
  return { kind: 'frame', labels, columns };
}

function checkedCells({ data, datatype }: Input): readonly Json[] {
  const text = datatype === 'BYTES' ? undefined : data.find((cell) => typeof cell === 'string');
  if (text !== undefined) throw new PythonError(`could not convert string to float: '${text}'`);
  return data;
}

/** Every array answer gets a second dimension. NaN becomes null: orjson writes it so. */
function inferenceOf(name: string, values: readonly (number | string)[]): object {
  const text = values.some((value) => typeof value === 'string');
  const datatype = text ? 'BYTES' : values.every(Number.isInteger) ? 'INT64' : 'FP64';
  const parameters = { content_type: 'np' };
  const output = { name: 'output-1', shape: [values.length, 1], datatype, parameters, data: values };
  return { model_name: name, model_version: 'v1', id: randomUUID(), parameters, outputs: [output] };
}

function tracebackOf(error: PythonError): string {
  return `Traceback (most recent call last):\n  ...\n${error.name}: ${error.message}`;
}

function notFound(name: string): Answered {
  return json(404, { error: `Model ${name} not found` });
}

function invalid(detail: readonly object[]): Answered {
  return json(422, { detail });
}

function json(status: number, value: unknown): Answered {
  return { status, body: JSON.stringify(value) };
}
