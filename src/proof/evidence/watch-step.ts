import { UserError } from '../../base/errors.ts';
import type { Stage } from '../../plan/plan.ts';
import { deploymentLabelsOf, hasOrchestrator } from '../../seldon/created-objects.ts';
import type { ProofContext } from '../proof-context.ts';
import type { CounterSource } from './counters.ts';
import { addReading, beginBake, beginStep, type Evidence, noEvidence, questionsOf } from './evidence.ts';
import { executorCounters } from './executor-counters.ts';
import type { GateRecord } from './gate-record.ts';
import { prometheusCounters } from './prometheus-counters.ts';
import { answersTo, type Question, type Verdict } from './questions.ts';
import { decideStep, type StepDecision } from './step-decision.ts';
import { userQuestions } from './user-queries.ts';

/** A step whose requests are counted. */
export interface StepWatch {
  /**
   * Counts and decides.
   * @param elapsed seconds since the step began
   */
  look(elapsed: number): Promise<StepDecision>;
  /** The newest verdicts. */
  record(decision: GateRecord['decision']): GateRecord;
}

/** Begins to count the requests of a step. Undefined with `gate: off`. */
export async function watchStep(context: ProofContext, stage: Stage, interval: number): Promise<StepWatch | undefined> {
  const { config, plan, peers } = context;
  if (config.gate.policy === 'off') return undefined;
  const uncounted = whyUncounted(context);
  if (uncounted !== undefined) return silentWatch(context, { stage, interval, problem: uncounted });
  const source = sourceOf(context);
  const main = stage.manifest.spec.predictors[0];
  const before = context.counted.evidence ?? noEvidence(main?.name ?? '', plan.predictor.name);
  const first = await tryTo(() => source.read());
  // A baked model is compared with what the old one did before.
  const asksMain = stage.observed === true && main?.traffic !== 0;
  context.counted.evidence = beginStep(before, first.value, { rules: config.gate, asksMain });
  let at = peers.clock.now();
  let verdicts: readonly Verdict[] = [];
  let problem = first.problem;
  const answers = (): readonly Verdict['answer'][] =>
    problem === undefined ? verdicts.map(({ answer }) => answer) : ['no-data'];
  return {
    async look(elapsed) {
      const looked = await tryTo(async () => {
        const reading = await source.read();
        const now = peers.clock.now();
        const evidence = context.counted.evidence ?? before;
        const next = addReading(evidence, reading, { source, seconds: (now - at) / 1000 });
        at = now;
        context.counted.evidence = next;
        return answersTo(await allQuestions(context, next), next.elapsed);
      });
      problem = looked.problem;
      verdicts = looked.value ?? verdicts;
      // A baked model has all requests: holding it would change nothing.
      const speaksAgainst = stage.observed === true && verdicts.some((verdict) => verdict.speaksAgainst);
      return decide(context, answers(), { elapsed, interval, speaksAgainst });
    },
    record: (decision) => ({ stage: stage.title, decision, source: source.name, verdicts, problem }),
  };
}

function decide(
  { config }: ProofContext,
  answers: readonly Verdict['answer'][],
  {
    elapsed,
    interval,
    speaksAgainst,
  }: { readonly elapsed: number; readonly interval: number; readonly speaksAgainst: boolean },
): StepDecision {
  const { policy, noData, limit } = config.gate;
  if (policy === 'off') return elapsed < interval ? 'hold' : 'advance';
  return decideStep(answers, elapsed, { policy, noData, interval, limit: Math.max(limit, interval), speaksAgainst });
}

/** Remembers what main did before a model takes over all requests, where the input `bake` wants it compared. */
export async function rememberHistory(context: ProofContext, old: string | undefined): Promise<void> {
  const { config, plan, counted, notes, peers } = context;
  if (config.gate.bake === undefined || config.gate.policy === 'off') return;
  const warn = (why: string) => {
    notes.warnings = [...notes.warnings, `The requests are not compared during \`bake\`: ${why}.`];
  };
  if (old === undefined) return warn('it is the first model');
  const { value: reading, problem } = await tryTo(() => sourceOf(context).read());
  if (reading === undefined) return warn(problem ?? 'no request count was available before');
  const candidate = plan.predictor.name;
  counted.evidence = beginBake(reading, { old, candidate, rules: config.gate });
  peers.runner.info(`requests counted before: ${Math.round(counted.evidence.steps[0]?.main.requests ?? 0)}`);
}

async function allQuestions(context: ProofContext, evidence: Evidence): Promise<readonly Question[]> {
  const { config, peers, objects } = context;
  const own = questionsOf(evidence, config.gate);
  if (peers.metrics === undefined) return own;
  const scope = {
    deployment: objects.ref.name,
    namespace: objects.ref.namespace,
    window: Math.max(1, Math.ceil(evidence.elapsed)),
  };
  const names = [evidence.main, evidence.canary] as const;
  return [...own, ...(await userQuestions(peers.metrics, config.gate.queries, { scope, names }))];
}

function sourceOf({ peers, objects, plan }: ProofContext): CounterSource {
  return peers.metrics === undefined
    ? executorCounters(peers.cluster, objects.ref, deploymentLabelsOf(plan.manifest))
    : prometheusCounters(peers.metrics, objects.ref);
}

function whyUncounted({ plan }: ProofContext): string | undefined {
  const { predictor } = plan;
  return hasOrchestrator(predictor)
    ? undefined
    : `${predictor.name} runs without the orchestrator, which counts the requests`;
}

/** A step without counts. */
function silentWatch(
  context: ProofContext,
  { stage, interval, problem }: { readonly stage: Stage; readonly interval: number; readonly problem: string },
): StepWatch {
  return {
    look: async (elapsed) => decide(context, ['no-data'], { elapsed, interval, speaksAgainst: false }),
    record: (decision) => ({ stage: stage.title, decision, source: 'nobody', verdicts: [], problem }),
  };
}

/** A source that does not answer has no data. */
async function tryTo<T>(work: () => Promise<T>): Promise<{ readonly value?: T; readonly problem: string | undefined }> {
  try {
    return { value: await work(), problem: undefined };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { problem: error.message };
  }
}
