/** `seldonio/mlflowserver`: Seldon's Python wrapper 1.17.1 around one MLflow model, REST only. */
import { isList, isNumber, isRecord, type Json, parseJson } from '../../src/base/json/json-literal.ts';
import type { ContainerContext, ContainerImage } from '../container.ts';
import { arrayOf, frameOf, type ModelInput, PythonError, reshaped } from './arrays.ts';
import { loadModel, type PythonModel } from './pyfunc.ts';
import { type Answered, type Asked, logLines, serve, startUp, timestamp } from './server-life.ts';

/** Unlike the real one it listens only after the model is loaded; the real one lets earlier requests wait. */
export function mlflowServerImage(): ContainerImage {
  return async (context) => {
    const port = Number(context.env.PREDICTIVE_UNIT_HTTP_SERVICE_PORT ?? 9000);
    const log = (line: string) => context.log(`${timestamp()} - seldon_core.microservice:main - INFO:  ${line}`);
    log('Starting microservice.py:main');
    log('Seldon Core version: 1.17.1');
    log(`Annotations: ${JSON.stringify(context.annotations)}`);
    log(`REST gunicorn microservice running on port ${port}`);
    const exit = await startUp(context);
    if (exit !== undefined) return exit;
    const model = bootWorker(context);
    if (model === undefined) return { exitCode: 3 };
    context.log(`[INFO] Listening at: http://0.0.0.0:${port}`);
    const xtype = xtypeOf(context.env.PREDICTIVE_UNIT_PARAMETERS);
    return serve(context, port, { answer: (asked) => answer(asked, model, xtype) });
  };
}

/** Loads the model as a gunicorn worker does; a failure ends the server. */
function bootWorker(context: ContainerContext): PythonModel | undefined {
  try {
    const fatal = context.models.get('FAIL_START');
    if (fatal !== undefined) throw new PythonError(fatal, '');
    return loadModel(context.models);
  } catch (error) {
    if (!(error instanceof PythonError)) throw error;
    context.log('[ERROR] Exception in worker process');
    logLines(
      context,
      error.name === '' ? error.message : `Traceback (most recent call last):\n${error.name}: ${error.message}`,
    );
    context.log('[INFO] Worker exiting');
    context.log('[INFO] Shutting down: Master');
    context.log('[INFO] Reason: Worker failed to boot.');
    return undefined;
  }
}

function xtypeOf(parameters: string | undefined): string {
  const list: readonly { name: string; value: string }[] = JSON.parse(parameters ?? '[]');
  return list.find(({ name }) => name === 'xtype')?.value ?? 'ndarray';
}

const PREDICT_PATHS = ['/predict', '/api/v0.1/predictions', '/api/v1.0/predictions'];
const STATUS_PATHS = ['/health/status', '/api/v0.1/health/status', '/api/v1.0/health/status'];
const METADATA_PATHS = ['/metadata', '/api/v0.1/metadata', '/api/v1.0/metadata'];
const METADATA = { custom: {}, inputs: [], name: '', outputs: [], platform: '', versions: [''] };

function answer({ method, path, body, contentType }: Asked, model: PythonModel, xtype: string): Answered {
  if (method === 'POST' && PREDICT_PATHS.includes(path)) return predict({ body, contentType }, model, xtype);
  if (method === 'GET' && path === '/health/ping')
    return { status: 200, body: 'pong', contentType: 'text/html; charset=utf-8' };
  if (method === 'GET' && STATUS_PATHS.includes(path)) {
    return { status: 200, body: JSON.stringify({ meta: {}, strData: 'not implemented - assuming healthy' }) };
  }
  if (method === 'GET' && METADATA_PATHS.includes(path)) return { status: 200, body: JSON.stringify(METADATA) };
  // The wrapper's handler for unexpected errors also catches Flask's 404 and 405.
  if (method === 'POST')
    return failure(500, '405 Method Not Allowed: The method is not allowed for the requested URL.');
  return failure(
    500,
    '404 Not Found: The requested URL was not found on the server. ' +
      'If you entered the URL manually please check your spelling and try again.',
  );
}

function predict(
  { body, contentType }: Pick<Asked, 'body' | 'contentType'>,
  model: PythonModel,
  xtype: string,
): Answered {
  const message = contentType.startsWith('application/json') ? jsonOf(body) : undefined;
  if (message === undefined) return failure(400, "Can't find JSON in data");
  try {
    const read = readMessage(message);
    if (read === undefined) return failure(400, `Invalid request data type: ${JSON.stringify(message)}`);
    const { input, names, form } = read;
    const given = xtype === 'DataFrame' && input.kind !== 'frame' ? frameOf(input, names) : input;
    return { status: 200, body: answerText(model.predict(given), { form, meta: metaOf(message) }) };
  } catch (error) {
    if (error instanceof PythonError) return failure(error.status, error.message);
    throw error;
  }
}

type Form = 'ndarray' | 'tensor';

interface ReadMessage {
  readonly input: ModelInput;
  readonly names: readonly string[];
  /** The form of a numeric answer. */
  readonly form: Form;
}

/** `extract_request_parts_json`: one of data.ndarray, data.tensor, jsonData, strData. */
function readMessage(message: Json): ReadMessage | undefined {
  if (!isRecord(message)) return undefined;
  const { data, jsonData, strData } = message;
  if (isRecord(data)) {
    const names = isList(data.names) ? data.names.map((name) => (isNumber(name) ? name.rawJSON : String(name))) : [];
    if (data.ndarray !== undefined) return { input: arrayOf(data.ndarray), names, form: 'ndarray' };
    if (!isRecord(data.tensor)) return undefined;
    const { shape, values } = data.tensor;
    const sizes = isList(shape) ? shape.filter(isNumber).map((size) => Number(size.rawJSON)) : [];
    return { input: reshaped(isList(values) ? values : [], sizes), names, form: 'tensor' };
  }
  const plain = jsonData ?? strData;
  return plain === undefined ? undefined : { input: { kind: 'plain', value: plain }, names: [], form: 'tensor' };
}

function metaOf(message: Json): Json {
  return (isRecord(message) ? message.meta : undefined) ?? {};
}

function answerText(
  values: readonly (number | string)[],
  { form, meta }: { readonly form: Form; readonly meta: Json },
): string {
  // Python writes NaN as a literal.
  const list = `[${values.map((value) => (Number.isNaN(value) ? 'NaN' : JSON.stringify(value))).join(', ')}]`;
  const text = values.some((value) => typeof value === 'string');
  const data =
    form === 'ndarray' || text ? `"ndarray": ${list}` : `"tensor": {"shape": [${values.length}], "values": ${list}}`;
  return `{"data": {"names": [], ${data}}, "meta": ${JSON.stringify(meta)}}`;
}

function failure(status: number, info: string): Answered {
  const reason = status < 500 ? 'MICROSERVICE_BAD_DATA' : 'MICROSERVICE_INTERNAL_ERROR';
  return { status, body: JSON.stringify({ status: { code: -1, info, reason, status: 1 } }) };
}

function jsonOf(text: string): Json | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
