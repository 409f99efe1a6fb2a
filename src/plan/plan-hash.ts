import { createHash } from 'node:crypto';
import { UserError } from '../base/errors.ts';
import { canonicalJson } from '../base/json-value.ts';
import { withoutReplicas } from '../seldon/replicas.ts';
import type { SeldonDeployment } from '../seldon/seldon-deployment.ts';
import type { Plan } from './plan.ts';

/** What a plan was made from, and what it leads to: if one of them differs, so would what happens. */
export interface PlanBasis {
  /** The storage URI of the model that is brought or proven. */
  readonly model: string;
  readonly live: SeldonDeployment | undefined;
  readonly plan: Pick<Plan, 'stages'>;
  /** The input of that name. What is live may be scaled at any time, and a plan stays valid. */
  readonly replicas: number | undefined;
  /** SHA of the pull request's newest commit; undefined where none belongs to the run. */
  readonly head: string | undefined;
}

/** Hex digits of each part: enough that nobody finds another outcome with the same ones while a plan lasts. */
const DIGITS = 10;

/** Names of the parts, in their order. */
const PARTS = ['model', 'object', 'outcome', 'pull request'] as const;

/** `1f0c2a99ab-…`: one part for each thing that may change, so that a later run can say which did. */
export function planHash({ model, live, plan, head, replicas }: PlanBasis): string {
  const parts: readonly unknown[] = [
    model,
    live === undefined ? 'none' : { uid: live.metadata.uid, spec: withoutReplicas(live.spec) },
    plan.stages.map(({ manifest: { apiVersion, metadata, spec } }) => {
      const { name, namespace, labels } = metadata;
      return { apiVersion, name, namespace, labels, spec: withoutReplicas(spec), ...(replicas && { replicas }) };
    }),
    head ?? 'none',
  ];
  return parts.map((part) => createHash('sha256').update(canonicalJson(part)).digest('hex').slice(0, DIGITS)).join('-');
}

/** What differs between a plan and what would happen now, in words; undefined when nothing does. */
function planDifference(planned: string, now: string): string | undefined {
  if (planned === now) return undefined;
  const [before, after] = [planned.split('-'), now.split('-')];
  if (before.length !== after.length) return 'it is no plan of this action';
  const changed = PARTS.filter((_, at) => before[at] !== after[at]);
  // Whatever else changed shows in the outcome too: then it is no news.
  const causes = changed.filter((part) => part !== 'outcome' || changed.length === 1);
  const words = causes.map((part) => CHANGED[part]);
  return words.join(', and ');
}

const CHANGED: Readonly<Record<(typeof PARTS)[number], string>> = {
  model: 'the model URI now leads to another model',
  object: 'somebody changed the SeldonDeployment',
  outcome: 'the inputs are other ones',
  'pull request': 'the pull request has new commits',
};

/** @throws UserError plan-changed when somebody agreed to something else */
export function checkPlan(agreed: string | undefined, now: string): void {
  const difference = agreed === undefined ? undefined : planDifference(agreed, now);
  if (difference === undefined) return;
  throw new UserError('plan-changed', `this is no longer what was planned: ${difference}`, { hint: 'plan it again' });
}
