import { UserError } from '../base/errors.ts';
import { mostOf } from '../base/numbers/extremes.ts';
import { acquireLease } from '../record/acquire-lease.ts';
import { deactivateRecords } from '../record/github-deployment.ts';
import type { PreviewLine, Report } from '../report/report.ts';
import { removeObject } from '../rollout/remove-object.ts';
import type { HeldLeaseRecord } from '../seldon/lease.ts';
import { ageInWords, type PreviewFound, previewsAmong } from './previews.ts';
import type { Run } from './run-state.ts';

/** Deletes previews that are older than `preview-age`. A preview that cannot be deleted now is left and reported. */
export async function sweepPreviews(self: Run): Promise<Pick<Report, 'outcome' | 'reason' | 'previews'>> {
  const { config, peers, journal } = self;
  const { name = '', namespace = '' } = self.draft;
  const found = await journal.step('look', async (conclude) => {
    const objects = await peers.cluster.list(namespace);
    const previews = previewsAmong(objects, { name, now: peers.clock.now() });
    conclude(`${previews.length} of ${objects.length} SeldonDeployments in ${namespace} are previews of ${name}`);
    return previews;
  });
  const isDue = ({ age }: PreviewFound) => age >= config.previewAge;
  const dead = config.dryRun ? new Map() : await deadLeases(self, found.filter(isDue));
  const previews: PreviewLine[] = [];
  for (const one of found) {
    const line = { name: one.object.metadata.name, age: ageInWords(one.age) };
    if (!isDue(one)) previews.push({ ...line, fate: 'kept' });
    else if (config.dryRun) previews.push({ ...line, fate: 'would be removed' });
    else previews.push({ ...line, ...(await removeOne(self, one, dead.get(line.name))) });
  }
  const went = previews.filter(({ fate }) => fate !== 'kept').length;
  if (went === 0) return { outcome: 'unchanged', reason: 'nothing-stale', previews };
  return config.dryRun
    ? { outcome: 'planned', reason: 'dry-run', previews }
    : { outcome: 'removed', reason: 'ok', previews };
}

/**
 * Leases that a run left which was killed, by name of the SeldonDeployment. One whose renewal is overdue is looked at
 * again once it has expired by our own clock: the clock of a run that lives may be wrong.
 */
async function deadLeases(
  { config, peers, journal }: Run,
  previews: readonly PreviewFound[],
): Promise<ReadonlyMap<string, HeldLeaseRecord>> {
  const { cluster, clock } = peers;
  if (config.lockTimeout === undefined) return new Map();
  const overdue = new Map<string, HeldLeaseRecord>();
  for (const { object } of previews) {
    const { name, namespace = '' } = object.metadata;
    const lease = await cluster.leases.look({ namespace, name });
    const renewed = Date.parse(lease?.renewed ?? '');
    if (lease !== undefined && !(renewed + lease.seconds * 1000 > clock.now())) overdue.set(name, lease);
  }
  const seconds = mostOf([...overdue.values()].map((lease) => lease.seconds));
  if (overdue.size > 0)
    await journal.step('turn', async (conclude) => {
      await clock.sleep(seconds * 1000 + 1_000);
      conclude(`${overdue.size} leases were not renewed: runs that were killed left them`);
    });
  return overdue;
}

async function removeOne(
  { config, peers, control, context, journal }: Run,
  { object }: PreviewFound,
  dead: HeldLeaseRecord | undefined,
): Promise<Pick<PreviewLine, 'fate' | 'why'>> {
  const ref = { namespace: object.metadata.namespace ?? '', name: object.metadata.name };
  try {
    await journal.step(
      'remove',
      async (conclude) => {
        const { cluster, clock, runner } = peers;
        const claim = { holder: control.holder, run: context.runUrl };
        const turn = { cluster, clock, runner, ref, claim, timeout: 0 };
        // It is only taken if it is still as it was seen.
        const order = dead === undefined ? turn : { ...turn, over: dead };
        const lease = config.lockTimeout === undefined ? undefined : await acquireLease(order, () => {});
        try {
          await removeObject({ cluster, clock, ref, isDry: false }, conclude);
        } finally {
          await lease?.release();
        }
      },
      ref.name,
    );
  } catch (error) {
    // Another run holds the lease, or the object has changed: the preview is in use.
    if (!(error instanceof UserError) || !['rollout-under-way', 'object-changed'].includes(error.code)) throw error;
    return { fate: 'kept', why: error.message };
  }
  await deactivateRecords({ deployments: peers.deployments, runner: peers.runner, config: config.record }, ref);
  return { fate: 'removed' };
}
