import type { Finding } from '../base/finding.ts';
import type { HttpAnswer } from '../base/ports.ts';
import type { Stage } from '../plan/plan.ts';
import { stageLabel } from '../plan/plan.ts';
import type { Predictor } from '../seldon/seldon-deployment.ts';
import { type Comparison, compare, describeComparison, type Exchange, type ModelAnswer } from './comparison.ts';
import type { ProofContext } from './proof-context.ts';
import { predictTarget } from './proof-targets.ts';
import { isNoPrediction, sendUntilOpen } from './send-until-open.ts';

/** Timeout of one request, in milliseconds. */
const ONE_EXCHANGE = 60_000;

/**
 * Sends the same requests to the Services of the old and the new predictor, and compares the answers.
 * @returns why the difference is too large; undefined if it is not, or if no tolerance is set
 */
export async function compareModels(context: ProofContext, stage: Stage): Promise<readonly Finding[] | undefined> {
  const { peers, protocol, config, notes, plan } = context;
  const { smoke } = context.requests;
  if (stage.compare === undefined || smoke.comparing.length === 0) return undefined;
  const [old, fresh] = stage.compare;
  const comparison = await peers.journal.step(
    'compare',
    async (conclude): Promise<Comparison> => {
      const exchanges: Exchange[] = [];
      for (const [at, body] of smoke.comparing.entries()) exchanges.push(await askBoth(context, stage, body, at));
      const made = compare({ old, new: fresh, protocol, exchanges, tolerance: config.compare.tolerance });
      conclude(describeComparison(made), made.objection === undefined ? 'ok' : 'failed');
      return made;
    },
    stageLabel(plan, stage),
  );
  notes.comparison = comparison;
  const { objection } = comparison;
  if (objection === undefined) return undefined;
  const cure = 'check the table of answers: if the new answers are correct, raise `compare-tolerance`';
  return [{ reason: 'answers-differ', title: objection, cure, quotes: [] }];
}

/** Alternates which model gets the request first, because caches may help the second one. */
async function askBoth(context: ProofContext, stage: Stage, body: string, at: number): Promise<Exchange> {
  const [oldName, newName] = stage.compare ?? ['', ''];
  const ask = (name: string) => askOne(context, stage.manifest.spec.predictors, { name, body });
  if (at % 2 === 0) {
    const old = await ask(oldName);
    return { old, new: await ask(newName) };
  }
  const fresh = await ask(newName);
  return { old: await ask(oldName), new: fresh };
}

async function askOne(
  context: ProofContext,
  predictors: readonly Predictor[],
  { name, body }: { readonly name: string; readonly body: string },
): Promise<ModelAnswer> {
  const predictor = predictors.find((one) => one.name === name);
  if (predictor === undefined) throw new Error(`no predictor to compare with: ${name}`);
  // A pod that is drained meanwhile is no difference between two models.
  const target = predictTarget(context, predictor, 'api-server');
  const { answer } = await sendUntilOpen(context.peers, target, {
    exchange: { method: 'POST', path: target.path, body, timeout: ONE_EXCHANGE },
    isFailure: isNoPrediction,
  });
  return modelAnswerOf(answer);
}

function modelAnswerOf(answer: HttpAnswer): ModelAnswer {
  const { latency } = answer;
  if (answer.kind === 'unreachable') return { status: undefined, body: answer.message, latency };
  return { status: answer.status, body: answer.body, latency };
}
