import type { ProofFailureReason } from '../base/outcome.ts';
import type { Column, Schema, Signature, Tensor } from '../model/model.ts';
import type { Protocol } from '../seldon/protocol.ts';
import { type AnswerExpectation, unmet } from '../settings/smoke-expect.ts';
import { errorOf, refusalOf } from './answer-error.ts';
import { type Output, readPrediction } from './prediction.ts';

export interface AnswerToJudge {
  readonly answer: { readonly status: number; readonly body: string };
  readonly protocol: Protocol;
  readonly signature: Signature | undefined;
  /** Number of rows in the request; undefined if not known. */
  readonly rows: number | undefined;
  readonly expect: AnswerExpectation | undefined;
}

export type AnswerVerdict =
  | { readonly ok: true; readonly summary: string }
  | {
      readonly ok: false;
      readonly reason: Extract<ProofFailureReason, `prediction-${string}`>;
      /** One sentence without the body. */
      readonly message: string;
    };

/** Judges the answer to the smoke prediction: valid, refused, malformed or unexpected. */
export function judgeAnswer({ answer, protocol, signature, rows, expect }: AnswerToJudge): AnswerVerdict {
  const { status, body } = answer;
  const fail = (reason: 'failed' | 'invalid' | 'unexpected', message: string): AnswerVerdict => ({
    ok: false,
    reason: `prediction-${reason}`,
    message,
  });
  const { json, odd } = parseAnswer(body);
  if (status !== 200) return fail('failed', `HTTP ${status}: ${refusalOf(body, json) || 'with an empty body'}`);
  if (odd !== undefined) return fail('invalid', `the model predicted ${odd}, which is not a number and not valid JSON`);
  if (json === undefined) return fail('invalid', body.trim() === '' ? 'the answer is empty' : 'the answer is not JSON');
  const error = errorOf(json);
  if (error !== undefined) return fail('failed', `HTTP 200 with an error in the body: ${error}`);
  const prediction = readPrediction(protocol, json);
  if (typeof prediction === 'string') return fail('invalid', prediction);
  const outputs = prediction.kind === 'outputs' ? prediction.outputs : [];
  const flaw = outputs.map((output) => flawOf(output, rows, signature?.outputs)).find((found) => found !== undefined);
  const lack = flaw ?? missingNames(outputs, signature?.outputs);
  if (lack !== undefined) return fail('invalid', lack);
  const surprise = expect && unmet(expect, json);
  if (surprise !== undefined) return fail('unexpected', `the answer does not match \`smoke-expect\`: ${surprise}`);
  return { ok: true, summary: summaryOf(prediction.kind === 'outputs' ? outputs : [], prediction) };
}

/** Python writes NaN and Infinity unquoted, which is invalid JSON. They are detected and named in the message. */
function parseAnswer(body: string): { readonly json?: unknown; readonly odd?: string } {
  try {
    return { json: JSON.parse(body) };
  } catch {
    let odd: string | undefined;
    const tamed = body.replace(/"(?:[^"\\]|\\.)*"|-?Infinity\b|\bNaN\b/g, (token) => {
      if (token.startsWith('"')) return token;
      odd ??= token;
      return 'null';
    });
    try {
      JSON.parse(tamed);
      return odd === undefined ? {} : { odd };
    } catch {
      return {};
    }
  }
}

function flawOf(output: Output, rows: number | undefined, schema: Schema | undefined): string | undefined {
  const { path, shape, values } = output;
  const hole = values.findIndex((value) => value === null || (typeof value === 'number' && !Number.isFinite(value)));
  if (hole >= 0) return `\`${path}\` has ${values[hole] === null ? 'null' : values[hole]} instead of a prediction`;
  if (shape === undefined) return `\`${path}\` has rows of different lengths`;
  if (values.length === 0) return `\`${path}\` is empty`;
  const expected = schema?.kind === 'tensors' && schema.tensors.length === 1 ? schema.tensors[0] : undefined;
  const fixed = expected?.shape[0] ?? -1;
  const wanted = fixed < 0 ? rows : fixed;
  if (wanted !== undefined && shape[0] !== wanted) {
    return `\`${path}\` has ${shape[0]} answers to ${wanted} ${wanted === 1 ? 'row' : 'rows'}`;
  }
  return (expected && misshapen(output, shape, expected)) ?? wrongKind(output, schema);
}

/** Servers add and remove dimensions of size one: for (-1) in a signature, Seldon answers (2) and V2 answers (2, 1). */
function misshapen({ path }: Output, shape: readonly number[], expected: Tensor): string | undefined {
  const wide = (sizes: readonly number[]) => sizes.slice(1).filter((size) => size !== 1);
  const [got, want] = [wide(shape), wide(expected.shape)];
  const fits = got.length === want.length && want.every((size, at) => size < 0 || size === got[at]);
  const free = expected.shape.slice(1).includes(-1);
  if (fits || free) return undefined;
  return `\`${path}\` has shape (${shape.join(', ')}) but the signature says (${expected.shape.join(', ')})`;
}

/** Checks numbers or text against the signature. If it has both, servers mix them in different ways, so nothing is checked. */
function wrongKind({ path, values }: Output, schema: Schema | undefined): string | undefined {
  const types = schema?.kind === 'columns' ? schema.columns.map((column) => column.type) : tensorTypes(schema);
  const [kind, ...others] = new Set(types.map(kindOf));
  if (kind === undefined || kind === 'any' || others.length > 0) return undefined;
  const stray = values.find((value) => (typeof value === 'string' ? 'text' : 'numbers') !== kind);
  if (stray === undefined) return undefined;
  const found = typeof stray === 'string' ? 'text' : typeof stray;
  return `\`${path}\` has ${found} but the signature says ${kind}`;
}

function tensorTypes(schema: Schema | undefined): readonly string[] {
  return schema?.kind === 'tensors' ? schema.tensors.map((tensor) => tensor.dtype) : [];
}

function kindOf(type: string): 'numbers' | 'text' | 'any' {
  if (/^(boolean|bool|integer|long|float\d*|double|u?int\d+)$/.test(type)) return 'numbers';
  return /^(string|str)$/.test(type) ? 'text' : 'any';
}

/** Named columns must be in the answer. Unnamed columns do not define the width, because MLflow does not enforce outputs. */
function missingNames(outputs: readonly Output[], schema: Schema | undefined): string | undefined {
  const answered = new Set(outputs.flatMap((output) => output.names));
  if (schema?.kind !== 'columns' || answered.size === 0) return undefined;
  const named = schema.columns.filter((column): column is Column & { name: string } => column.name !== undefined);
  const missing = named.find((column) => column.required && !answered.has(column.name));
  // A model that answers with an array loses the names, and servers generate their own.
  const own = [...answered].every((name) => /^(t:\d+|output-\d+)$/.test(name));
  return missing === undefined || own ? undefined : `column \`${missing.name}\` of the signature is not in the answer`;
}

function summaryOf(outputs: readonly Output[], { kind }: { readonly kind: string }): string {
  const [output] = outputs;
  if (output === undefined) return `${kind} answer`;
  const shown = output.values.slice(0, 4).map((value) => JSON.stringify(value).slice(0, 40));
  return `${shown.join(', ')}${output.values.length > shown.length ? ', ...' : ''}`;
}
