import type { Config } from '../core/config.ts';
import { UserError } from '../core/errors.ts';
import type { Model } from '../core/model.ts';
import { type AnswerExpectation, parseExpectation } from '../core/smoke-expect.ts';
import { rowsOf, type SmokeRequest, smokeRequestOf } from '../core/smoke-request.ts';
import type { Workspace } from '../ports.ts';

export interface Smoke {
  readonly request: SmokeRequest | undefined;
  /** Why no prediction will be sent, where none will. */
  readonly skipped: string | undefined;
  readonly expect: AnswerExpectation | undefined;
}

/** The prediction to send, decided before anything is touched: the user's own, or made from the model. */
export async function prepareSmoke(workspace: Workspace, config: Config, model: Model): Promise<Smoke> {
  const { smokeRequest, smokeExpect } = config.proof;
  const { protocol } = config.render;
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
  'No prediction was sent: no MLflow server showed what the model takes. Give a request in `smoke-request`.';

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
