import { UserError } from '../../base/errors.ts';
import type { Finding } from '../../base/finding.ts';
import { type Stage, stageLabel } from '../../plan/plan.ts';
import type { ProofContext } from '../../proof/proof-context.ts';
import type { Remember } from '../../record/undo-memory.ts';
import { findingOf } from '../../report/draft.ts';
import { applyManifest, NothingApplied } from '../../rollout/apply-plan.ts';
import { askAgain } from '../../rollout/ask-again.ts';
import { changedMeanwhile } from '../../rollout/others/changed-meanwhile.ts';
import { isAsApplied, uponLive } from '../../rollout/others/upon-live.ts';
import type { SeldonDeployment } from '../../seldon/seldon-deployment.ts';

/** The values that all stages of one rollout need. */
export interface RolloutContext {
  readonly proof: ProofContext;
  /** Called right before the first change. @throws UserError if the change is no longer allowed */
  readonly confirm: () => Promise<void>;
  /** Called around each apply, for a post step that restores the previous state. */
  readonly remember?: Remember | undefined;
}

export interface Sent {
  readonly manifest: SeldonDeployment;
  readonly applied: SeldonDeployment;
}

interface SendOrder {
  /** The object that the stage changes; undefined for a first deployment. */
  readonly before: SeldonDeployment | undefined;
  /** The manifest of the stage before, as it was planned; undefined for the first apply. */
  readonly planned: SeldonDeployment | undefined;
}

type Send = (manifest: SeldonDeployment, before: SeldonDeployment | undefined) => Promise<Sent>;

/** If the first apply is refused, the run ends and nothing was changed. If a later one is refused, the rollout is undone. */
export async function sendStage(
  { proof, confirm, remember }: RolloutContext,
  stage: Stage,
  { before, planned }: SendOrder,
): Promise<Sent | { readonly findings: readonly Finding[] }> {
  const { peers, plan } = proof;
  const { cluster, clock } = peers;
  const isFirst = planned === undefined;
  const checked = isFirst ? plan.stages.map((one) => one.manifest) : [];
  const send: Send = async (manifest, known) => {
    remember?.(manifest);
    const apply = () => applyManifest({ cluster, clock, manifest, checked, before: known });
    // In the middle of a rollout, one odd answer does not end it.
    const applied = await (isFirst ? apply() : askAgain(clock, apply));
    remember?.(manifest, applied);
    return { manifest, applied };
  };
  try {
    return await peers.journal.step(
      'apply',
      async (conclude) => {
        if (isFirst) await beforeAnyChange(confirm);
        const sent =
          isFirst || before === undefined
            ? await send(stage.manifest, before)
            : await sendLater(proof, send, { manifest: stage.manifest, before, planned });
        const { namespace, name, generation } = sent.applied.metadata;
        conclude(`SeldonDeployment ${namespace}/${name} applied, generation ${generation ?? '?'}`);
        return sent;
      },
      stageLabel(plan, stage),
    );
  } catch (error) {
    if (isFirst || !(error instanceof UserError)) throw error;
    const { ref } = proof.objects;
    const isTheirs = error.code === 'object-changed' && before !== undefined;
    const changed = isTheirs ? await changedMeanwhile(peers, ref, before) : undefined;
    return { findings: changed ?? [findingOf(error, 'no')] };
  }
}

/** A refusal here is about a run that has changed nothing. */
async function beforeAnyChange(confirm: RolloutContext['confirm']): Promise<void> {
  try {
    await confirm();
  } catch (error) {
    throw error instanceof UserError ? new NothingApplied(error) : error;
  }
}

interface LaterStage {
  readonly manifest: SeldonDeployment;
  readonly before: SeldonDeployment;
  readonly planned: SeldonDeployment;
}

/** Times that a stage is sent, where others write what is not ours between the look and the apply. */
const MOST_TRIES = 3;

/** People label, annotate and scale the object while a rollout lasts: that is theirs, and no reason to end it. */
async function sendLater(
  { peers, objects }: ProofContext,
  send: Send,
  { manifest, before, planned }: LaterStage,
): Promise<Sent> {
  const { cluster, clock } = peers;
  for (let attempt = 1; ; attempt++) {
    const now = await askAgain(clock, () => cluster.read(objects.ref));
    const known = now !== undefined && isAsApplied(now, before) ? now : before;
    try {
      return await send(uponLive(manifest, planned, known), known);
    } catch (error) {
      const isRace = error instanceof UserError && error.code === 'object-changed' && known !== before;
      if (!isRace || attempt === MOST_TRIES) throw error;
    }
  }
}
