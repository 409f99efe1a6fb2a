import { leastOf, mostOf } from '../base/numbers/extremes.ts';
import { userQuestions } from '../proof/evidence/user-queries.ts';
import { nameWinners } from '../proof/evidence/winner.ts';
import type { ObjectRef } from '../seldon/cluster.ts';
import { deploymentLabelsOf, versionLabelOf } from '../seldon/created-objects.ts';
import type { Predictor, SeldonDeployment } from '../seldon/seldon-deployment.ts';
import type { Pod } from '../seldon/snapshot.ts';
import type { Run } from './run-state.ts';

/** Says which of two predictors that share the requests is better, where the user gave questions. Changes nothing. */
export async function reportWinner({ config, peers, journal }: Run, ref: ObjectRef): Promise<void> {
  const { metrics, cluster, clock } = peers;
  const { queries } = config.gate;
  if (metrics === undefined || queries.length === 0) return;
  await journal.step('gate', async (conclude) => {
    const live = await cluster.read(ref);
    const sharing = (live?.spec.predictors ?? []).filter((one) => one.shadow !== true && one.traffic !== 0);
    const [first, second] = sharing;
    if (live === undefined || first === undefined || second === undefined || sharing.length > 2)
      return conclude(`no winner is named: ${sharing.length} predictors get requests, and two are compared`);
    const window = await secondsTogether({ live, pair: [first, second], now: clock.now() }, (labels) =>
      cluster.observe(ref, labels),
    );
    if (window === undefined) return conclude('no winner is named: one of both has no pods');
    const scope = { deployment: ref.name, namespace: ref.namespace, window };
    const names = [first.name, second.name] as const;
    const questions = await userQuestions(metrics, queries, { scope, names });
    const winners = nameWinners(questions, names, window);
    return conclude(winners.map(({ sentence }) => sentence).join('. '));
  });
}

/** Whole seconds for which both have had pods; undefined where one has none. */
async function secondsTogether(
  { live, pair, now }: { readonly live: SeldonDeployment; readonly pair: readonly Predictor[]; readonly now: number },
  observe: (labels: readonly string[]) => Promise<{ readonly pods: readonly Pod[]; close(): void }>,
): Promise<number | undefined> {
  const observation = await observe(deploymentLabelsOf(live));
  const { pods } = observation;
  observation.close();
  const starts = pair.map((predictor) => {
    const own = pods.filter(({ metadata }) => metadata.labels?.['version'] === versionLabelOf(predictor));
    return leastOf(own.map(({ metadata }) => Date.parse(metadata.creationTimestamp ?? '') || now));
  });
  const since = mostOf(starts);
  return Number.isFinite(since) ? Math.max(1, Math.ceil((now - since) / 1000)) : undefined;
}
