import { type Decision, decisionOf } from '../gate/decision.ts';
import { candidateInWords } from '../plan/modes/standing.ts';
import type { SeldonDeployment } from '../seldon/seldon-deployment.ts';
import type { Run } from './run-state.ts';

/** Modes after which a candidate stands beside main. */
const LEAVES_ONE: readonly string[] = ['canary', 'shadow', 'ab', 'blue-green'];

/**
 * The commands that decide about what stands beside main: in a plan, what stands before; otherwise what this run leaves.
 * Undefined if nothing does, or if no command can change it.
 */
export function standingDecision(
  { config, context }: Pick<Run, 'config' | 'context'>,
  object: SeldonDeployment | undefined,
  { isFirst = false }: { readonly isFirst?: boolean } = {},
): Decision | undefined {
  const { target, given, commandPrefix, decisionPrefix } = context;
  const candidates = object?.spec.predictors.slice(1) ?? [];
  const isAsked = isFirst || config.mode === 'status' || LEAVES_ONE.includes(config.mode);
  const isSecond = config.share.routing === 'ambassador-annotations';
  const [first] = candidates;
  if (object === undefined || first === undefined || !isAsked || isSecond || config.manifestFile !== undefined)
    return undefined;
  return decisionOf(config, {
    standing: candidates.map((one) => candidateInWords(object, one)).join(' and '),
    predictor: candidates.length > 1 ? candidates.find((one) => one.shadow !== true)?.name : undefined,
    prefix: decisionPrefix,
    target,
    given,
    isFirst,
    needsWorkflow: commandPrefix === undefined,
  });
}
