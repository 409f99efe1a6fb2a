import type { Finding } from '../../base/finding.ts';
import { type Stage, stageLabel } from '../../plan/plan.ts';
import type { Predictor } from '../../seldon/seldon-deployment.ts';
import { failedProof } from '../failed-proof.ts';
import type { ProofContext } from '../proof-context.ts';
import { askRows, type Unanswered } from './ask-rows.ts';
import { type Evaluation, evaluate } from './evaluation.ts';
import { concernOf, describeEvaluation } from './evaluation-words.ts';
import type { EvaluationPlan } from './prepare-evaluation.ts';

/**
 * Sends the labelled rows to the new predictor and to main, once in a run: in the first stage that proves the new one.
 * @returns why the model is not accepted; undefined if it is, or if there are no labelled rows
 */
export async function evaluateStage(context: ProofContext, stage: Stage): Promise<readonly Finding[] | undefined> {
  const { notes, peers, plan: rollout } = context;
  const { evaluation: plan } = context.requests;
  if (plan === undefined || notes.evaluation !== undefined || !stage.prove.includes(rollout.predictor.name))
    return undefined;
  return peers.journal.step(
    'evaluate',
    async (conclude) => {
      const made = await evaluateRows(context, stage, plan);
      if ('findings' in made) {
        conclude(made.findings[0]?.title ?? 'no answers', 'failed');
        return made.findings;
      }
      notes.evaluation = made.evaluation;
      const objection = objectionTo(made.evaluation, context.config.gate.policy === 'strict');
      conclude(describeEvaluation(made.evaluation), objection === undefined ? 'ok' : 'failed');
      const concern = objection === undefined ? warningOf(made.evaluation) : undefined;
      const warnings = [made.warning, concern].filter((one) => one !== undefined);
      notes.warnings = [...notes.warnings, ...warnings];
      return objection;
    },
    stageLabel(rollout, stage),
  );
}

type Evaluated =
  | { readonly evaluation: Evaluation; readonly warning: string | undefined }
  | { readonly findings: readonly Finding[] };

async function evaluateRows(context: ProofContext, stage: Stage, plan: EvaluationPlan): Promise<Evaluated> {
  const { predictors } = stage.manifest.spec;
  const candidate = predictors.find(({ name }) => name === context.plan.predictor.name);
  if (candidate === undefined) throw new Error('a stage without the predictor that it proves');
  const { signature } = context;
  const served = await askRows(context, { plan, predictor: candidate, signature });
  if (served.kind === 'none') return { findings: await unansweredFindings(context, candidate, served) };
  const main = predictors.find(({ name, shadow }) => name !== candidate.name && shadow !== true);
  // The model of main may take other columns and answer in another form.
  const other = main && (await askRows(context, { plan, predictor: main, signature: undefined }));
  const { config, label, labels, logged } = plan;
  const evaluation = evaluate({
    ...{ file: config.file, label, labels, logged, metric: config.metric, margin: config.margin },
    candidate: { name: candidate.name, answers: served.answers },
    main: main && other?.kind === 'answers' ? { name: main.name, answers: other.answers } : undefined,
  });
  if (typeof evaluation === 'string') return { findings: [unmeasured(evaluation)] };
  const warning =
    main !== undefined && evaluation.main === undefined
      ? `The labelled rows are not compared with ${main.name}: ${other?.kind === 'none' ? other.message : 'its answers are of another kind'}.`
      : undefined;
  return { evaluation, warning };
}

async function unansweredFindings(
  context: ProofContext,
  predictor: Predictor,
  { reason, message, batch, answer }: Unanswered,
): Promise<readonly Finding[]> {
  const { from, count, body } = batch;
  const rows = `rows ${from + 1} to ${from + count} of ${context.requests.evaluation?.config.file} (input \`evaluate\`)`;
  const prediction = {
    origin: 'input',
    request: body,
    response: answer.kind === 'answer' ? answer.body.slice(0, LONGEST_QUOTE) : undefined,
    status: answer.kind === 'answer' ? answer.status : undefined,
    latency: answer.latency,
  } as const;
  const failure = { reason, message: `${predictor.name} does not answer ${rows}: ${message}` };
  const { findings = [] } = await failedProof(context, predictor, { failure, prediction });
  const cure =
    'send these rows to the model by hand; if it does not take one of them, correct it or remove it from the file';
  return findings.map((finding) => (finding.row === undefined ? { ...finding, cure } : finding));
}

const LONGEST_QUOTE = 4_000;

function unmeasured(title: string): Finding {
  const cure = 'give `evaluate-metric: accuracy` or `f1`, or correct `evaluate-label`';
  return { reason: 'prediction-invalid', title, cure, quotes: [] };
}

/** Worse is always an objection; what is not sure, only where the gate is strict. */
function objectionTo(evaluation: Evaluation, isStrict: boolean): readonly Finding[] | undefined {
  const concern = concernOf(evaluation);
  const { verdict, against } = evaluation.metrics[0];
  if (concern === undefined || (verdict !== 'worse' && !isStrict)) return undefined;
  if (verdict !== 'worse') {
    const cure = 'give more labelled rows, or a larger `evaluate-margin`, or `gate: auto`';
    return [{ reason: 'evaluation-undecided', title: concern, cure, quotes: [] }];
  }
  return [{ reason: 'evaluation-failed', title: concern, cure: CURES[against ?? 'main'], quotes: [] }];
}

const CURES = {
  logged:
    'compare what the server does with the rows (preprocessing, package versions, order of columns) with what the training did; if the metric was logged for other rows, raise `evaluate-margin`',
  main: 'keep main; if the new model is better for other reasons, raise `evaluate-margin`',
};

function warningOf(evaluation: Evaluation): string | undefined {
  const concern = concernOf(evaluation);
  if (concern !== undefined) return `${concern.charAt(0).toUpperCase()}${concern.slice(1)}.`;
  const [line] = evaluation.metrics;
  if (line.logged !== undefined) return undefined;
  return `No ${line.title} was found among the metrics of the model's run, so the served model is not compared with what was logged.`;
}
