import { UserError } from '../base/errors.ts';
import type { Workspace } from '../base/ports.ts';
import type { Model } from '../model/model.ts';
import { mlserverWarnings } from '../seldon/mlserver-limits.ts';
import type { Protocol } from '../seldon/protocol.ts';
import type { Config } from '../settings/config.ts';
import { type AnswerExpectation, parseExpectation } from '../settings/smoke-expect.ts';
import { MOST_COMPARED, parseComparing } from './comparison-requests.ts';
import { fromMlflowForm } from './mlflow-form.ts';
import { REQUEST_CURE, rowsOf, type SmokeRequest, smokeRequestsOf } from './smoke-request.ts';

export interface SmokePlan {
  /** The one to send first, or the one that was answered. */
  readonly request: SmokeRequest | undefined;
  /** What to send where the server refuses all before it and they were made up. */
  readonly alternatives: readonly SmokeRequest[];
  /** Why no prediction will be sent, where none will. */
  readonly skipped: string | undefined;
  readonly expect: AnswerExpectation | undefined;
  /** Request bodies for the comparison of two models. */
  readonly comparing: readonly string[];
  readonly warnings: readonly string[];
}

export interface SmokeSettings {
  readonly config: Pick<Config, 'proof' | 'compare' | 'manifestFile'>;
  readonly model: Model;
  readonly protocol: Protocol;
  /** Other nodes of the graph may want another request than the model. */
  readonly isForGraph?: boolean;
}

/** Prepares the smoke prediction before any change: from `smoke-request`, or from the model. */
export async function prepareSmoke(workspace: Workspace, order: SmokeSettings): Promise<SmokePlan> {
  const single = await singleRequest(workspace, order);
  requireOne(order, single);
  const { requests: path } = order.config.compare;
  const limits = order.protocol === 'v2' ? mlserverWarnings(order.model.signature) : [];
  if (path === undefined)
    return {
      ...single,
      comparing: single.request ? [single.request.body] : [],
      warnings: [...limits, ...single.warnings],
    };
  const all = parseComparing(await workspace.read(path, 'compare-requests'), path);
  const tooMany = `${path} (input \`compare-requests\`) has ${all.length} requests: the first ${MOST_COMPARED} are sent`;
  return {
    ...single,
    comparing: all.slice(0, MOST_COMPARED),
    warnings: [...limits, ...single.warnings, ...(all.length > MOST_COMPARED ? [tooMany] : [])],
  };
}

async function singleRequest(
  workspace: Workspace,
  { config, model, protocol, isForGraph = false }: SmokeSettings,
): Promise<Omit<SmokePlan, 'comparing'>> {
  const { smokeRequest, smokeExpect } = config.proof;
  const expect = smokeExpect === undefined ? undefined : parseExpectation(smokeExpect);
  if (smokeRequest !== 'auto') {
    const { body, warning } = fromMlflowForm(await ownRequest(workspace, smokeRequest), protocol, isForGraph);
    const warnings = warning === undefined ? [] : [warning];
    const request = { body, origin: 'input', rows: rowsOf(protocol, body), isMadeUp: false } as const;
    return { request, alternatives: [], skipped: undefined, expect, warnings };
  }
  const made = smokeRequestsOf({ model, protocol });
  if ('skipped' in made) {
    const skipped = model.isDescribed ? made.skipped : UNKNOWN;
    return { request: undefined, alternatives: [], skipped, expect, warnings: [] };
  }
  const [request, ...alternatives] = made.map((one) => (isForGraph ? { ...one, isMadeUp: true } : one));
  return { request, alternatives, skipped: undefined, expect, warnings: [] };
}

/** @throws UserError bad-input where a prediction is required and none can be asked for */
function requireOne({ config }: SmokeSettings, { skipped }: Pick<SmokePlan, 'skipped'>): void {
  const isProven = config.manifestFile === undefined;
  if (skipped === undefined || config.proof.smokeRequired !== 'always' || !isProven) return;
  const message = `\`smoke-required\` is \`always\`, and there is no request: ${skipped}`;
  throw new UserError('bad-input', message, { hint: `${REQUEST_CURE}, or set \`smoke-required: when-possible\`` });
}

/** The plan for what follows the proof: only what was answered is sent again. */
export function afterAnswer(plan: SmokePlan, answered: SmokeRequest | undefined): SmokePlan {
  const isOwn = plan.comparing.length === 1 && plan.comparing[0] === plan.request?.body;
  const comparing = answered === undefined ? [] : [answered.body];
  return { ...plan, request: answered, alternatives: [], ...(isOwn && { comparing }) };
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
    const why = cause instanceof Error ? cause.message : '';
    const hint = 'correct the JSON, or leave `smoke-request` out: the request is then made from the model';
    throw new UserError('bad-input', `${where} is not JSON: ${why}`, { hint, cause });
  }
  return body.trim();
}
