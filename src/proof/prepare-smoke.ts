import { UserError } from '../base/errors.ts';
import type { Workspace } from '../base/ports.ts';
import type { Model } from '../model/model.ts';
import type { Protocol } from '../seldon/protocol.ts';
import type { Config } from '../settings/config.ts';
import { type AnswerExpectation, parseExpectation } from '../settings/smoke-expect.ts';
import { MOST_COMPARED, parseComparing } from './comparison-requests.ts';
import { rowsOf, type SmokeRequest, smokeRequestOf } from './smoke-request.ts';

export interface SmokePlan {
  readonly request: SmokeRequest | undefined;
  /** Why no prediction will be sent; undefined if one will be sent. */
  readonly skipped: string | undefined;
  readonly expect: AnswerExpectation | undefined;
  /** Request bodies for the comparison of two models. */
  readonly comparing: readonly string[];
  readonly warnings: readonly string[];
}

export interface SmokeSettings {
  readonly config: Pick<Config, 'proof' | 'compare'>;
  readonly model: Model;
  readonly protocol: Protocol;
}

/** Prepares the smoke prediction before any change: from `smoke-request`, or from the model. */
export async function prepareSmoke(workspace: Workspace, order: SmokeSettings): Promise<SmokePlan> {
  const single = await singleRequest(workspace, order);
  const { requests: path } = order.config.compare;
  if (path === undefined) return { ...single, comparing: single.request ? [single.request.body] : [], warnings: [] };
  const all = parseComparing(await workspace.read(path, 'compare-requests'), path);
  const tooMany = `${path} (input \`compare-requests\`) has ${all.length} requests: the first ${MOST_COMPARED} are sent`;
  return { ...single, comparing: all.slice(0, MOST_COMPARED), warnings: all.length > MOST_COMPARED ? [tooMany] : [] };
}

async function singleRequest(
  workspace: Workspace,
  { config, model, protocol }: SmokeSettings,
): Promise<Omit<SmokePlan, 'comparing' | 'warnings'>> {
  const { smokeRequest, smokeExpect } = config.proof;
  const expect = smokeExpect === undefined ? undefined : parseExpectation(smokeExpect);
  if (smokeRequest !== 'auto') {
    const body = await ownRequest(workspace, smokeRequest);
    return { request: { body, origin: 'input', rows: rowsOf(protocol, body) }, skipped: undefined, expect };
  }
  const made = smokeRequestOf({ model, protocol });
  if ('skipped' in made) return { request: undefined, skipped: model.isDescribed ? made.skipped : UNKNOWN, expect };
  return { request: made, skipped: undefined, expect };
}

const UNKNOWN =
  'No prediction was sent: without an MLflow server the input format of the model is unknown. Set `smoke-request`.';

async function ownRequest(workspace: Workspace, input: string): Promise<string> {
  const isJson = /^\s*[[{]/.test(input);
  const body = isJson ? input : await workspace.read(input, 'smoke-request');
  try {
    JSON.parse(body);
  } catch (cause) {
    const where = isJson ? 'the input `smoke-request`' : `${input} (input \`smoke-request\`)`;
    throw new UserError('bad-input', `${where} is not JSON: ${cause instanceof Error ? cause.message : ''}`, { cause });
  }
  return body.trim();
}
