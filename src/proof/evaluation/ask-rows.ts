import { UserError } from '../../base/errors.ts';
import type { HttpAnswer } from '../../base/ports.ts';
import type { Signature } from '../../model/model.ts';
import type { Predictor } from '../../seldon/seldon-deployment.ts';
import type { ProofContext } from '../proof-context.ts';
import { predictTarget, type Target } from '../proof-targets.ts';
import { isNoPrediction, sendUntilOpen } from '../send-until-open.ts';
import type { Label } from './label-column.ts';
import type { EvaluationPlan } from './prepare-evaluation.ts';
import { rowAnswersOf } from './row-answers.ts';
import type { RowBatch } from './row-batches.ts';

/** Requests that are sent at the same time: the rows are no load test. */
const PARALLEL = 4;
/** Timeout of one request, in milliseconds. */
const ONE_EXCHANGE = 60_000;
/** Milliseconds between two lines of the log. */
const NEWS_EVERY = 10_000;

export interface Asked {
  readonly plan: EvaluationPlan;
  readonly predictor: Predictor;
  /** Undefined if its answers do not have to match a signature. */
  readonly signature: Signature | undefined;
}

/** A request that got no answers for its rows. */
export interface Unanswered {
  readonly kind: 'none';
  readonly reason: 'prediction-failed' | 'prediction-invalid';
  readonly message: string;
  readonly batch: RowBatch;
  readonly answer: HttpAnswer;
}

/** The answers of one predictor to all rows, in their order; or the first request that got none. */
export async function askRows(
  context: ProofContext,
  { plan, predictor, signature }: Asked,
): Promise<{ readonly kind: 'answers'; readonly answers: readonly Label[] } | Unanswered> {
  const { peers, protocol, config } = context;
  const { batches, labels, label } = plan;
  const isOnly = config.proof.access === 'ingress';
  const target = predictTarget(context, predictor, isOnly ? 'ingress' : 'api-server');
  const answers = new Array<Label>(labels.length);
  let unanswered: Unanswered | undefined;
  let [next, done] = [0, 0];
  let toldAt = peers.clock.now();
  const work = async () => {
    // A run that is told to stop ends this step from outside: then nothing more is sent.
    while (unanswered === undefined && peers.journal.current?.name === 'evaluate') {
      const batch = batches[next++];
      if (batch === undefined) return;
      const { answer } = await sendUntilOpen(peers, target, {
        exchange: exchangeOf(target, batch),
        isFailure: isNoPrediction,
      });
      const read =
        answer.kind === 'unreachable'
          ? ({ kind: 'none', reason: 'prediction-failed', message: answer.message } as const)
          : rowAnswersOf({ answer, protocol, signature, rows: batch.count, label });
      if (read.kind === 'none') {
        unanswered ??= { ...read, batch, answer };
        return;
      }
      for (const [at, value] of read.answers.entries()) answers[batch.from + at] = value;
      done += batch.count;
      if (peers.clock.now() - toldAt < NEWS_EVERY) continue;
      toldAt = peers.clock.now();
      peers.runner.info(`${predictor.name}: ${done} of ${labels.length} rows answered`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL, batches.length) }, work));
  if (unanswered === undefined && done < labels.length) throw new UserError('aborted', 'the run was told to stop');
  return unanswered ?? { kind: 'answers', answers };
}

function exchangeOf({ path }: Target, { body }: RowBatch) {
  return { method: 'POST', path, body, timeout: ONE_EXCHANGE } as const;
}
