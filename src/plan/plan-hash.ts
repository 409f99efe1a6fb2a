import { createHash } from 'node:crypto';
import { UserError } from '../base/errors.ts';
import { canonicalJson } from '../base/json-value.ts';
import { withoutReplicas } from '../seldon/replicas.ts';
import type { SeldonDeployment } from '../seldon/seldon-deployment.ts';
import { withoutNotes } from './given/own-notes.ts';
import type { Plan } from './plan.ts';

/** Inputs and result of a plan. If one of them differs, the plan is no longer valid. */
export interface PlanBasis {
  /** The storage URI of the model that is deployed or proven. */
  readonly model: string;
  /** Of its files; undefined if they are not known. */
  readonly digest: string | undefined;
  readonly live: SeldonDeployment | undefined;
  readonly plan: Pick<Plan, 'stages'>;
  /** The input of that name. What is live may be scaled at any time, and a plan stays valid. */
  readonly replicas: number | undefined;
  /** What the files say that inputs name, and that is no part of the manifest: requests, expectations. */
  readonly files: readonly (string | undefined)[];
  /** The cluster, and the target where there are several. */
  readonly place: { readonly server: string; readonly target: string | undefined };
}

/** Hex digits of each part. Whoever may write files of a model could try out 2^40 of them, but not 2^64. */
const DIGITS = 16;

/** Names of the parts, in their order. */
const PARTS = ['model', 'object', 'outcome', 'files', 'place'] as const;

/** `1f0c2a99ab-…`: one part for each thing that may change, so that a later run can say which did. */
export function planHash({ model, digest, live, plan, files, place, replicas }: PlanBasis): string {
  const parts: readonly unknown[] = [
    digest === undefined ? model : { model, digest },
    live === undefined ? 'none' : { uid: live.metadata.uid, spec: withoutReplicas(live.spec) },
    plan.stages.map(({ manifest: { apiVersion, metadata, spec } }) => {
      const { name, namespace, labels } = metadata;
      const annotations = withoutNotes(metadata.annotations);
      return {
        apiVersion,
        name,
        namespace,
        labels,
        ...(annotations && { annotations }),
        spec: withoutReplicas(spec),
        ...(replicas && { replicas }),
      };
    }),
    files.map((text) => text ?? 'none'),
    place,
  ];
  return parts.map((part) => createHash('sha256').update(canonicalJson(part)).digest('hex').slice(0, DIGITS)).join('-');
}

/** Differences between a plan and the current one, in words; undefined if there are none. */
function planDifference(planned: string, now: string): string | undefined {
  if (planned === now) return undefined;
  const [before, after] = [planned.split('-'), now.split('-')];
  if (before.length !== after.length) return 'it is not a plan of this action';
  const changed = PARTS.filter((_, at) => before[at] !== after[at]);
  // Other differences also change the outcome: then the outcome is not listed.
  const causes = changed.filter((part) => part !== 'outcome' || changed.length === 1);
  const words = causes.map((part) => CHANGED[part]);
  return words.join(', and ');
}

const CHANGED: Readonly<Record<(typeof PARTS)[number], string>> = {
  model: 'the model URI now resolves to another model, or the files of the model have changed',
  object: 'the SeldonDeployment was changed',
  outcome: 'the inputs are other ones',
  files: 'files that the inputs name have changed',
  place: 'it was made for another cluster or another target',
};

/** @throws UserError plan-changed if the agreed plan differs from the current one */
export function checkPlan(agreed: string | undefined, now: string): void {
  const difference = agreed === undefined ? undefined : planDifference(agreed, now);
  if (difference === undefined) return;
  throw new UserError('plan-changed', `the plan is no longer valid: ${difference}`, { hint: 'make a new plan' });
}

/** @throws UserError plan-changed when none of the plans that a pull request showed holds any more */
export function checkShownPlans(shown: readonly string[], now: string): void {
  if (shown.length === 0 || shown.includes(now)) return;
  checkPlan(shown.at(-1), now);
}
