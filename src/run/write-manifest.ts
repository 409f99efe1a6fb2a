import { equal } from '../base/json-value.ts';
import type { Outcome, Reason } from '../base/outcome.ts';
import { withoutEnvironmentValues } from '../plan/environment-values.ts';
import { predictorLines } from '../plan/live-state.ts';
import { readableYaml } from '../plan/manifest-file.ts';
import type { PreparedRollout, Run } from './run-state.ts';

export interface Ending {
  readonly outcome: Outcome;
  readonly reason: Reason;
}

/** For GitOps: writes the final state of all stages to the file. Nothing is applied or proven. */
export function writeManifest(
  { config, peers, control, journal, draft }: Run,
  { proof, live }: Pick<PreparedRollout, 'proof' | 'live'>,
  path: string,
): Promise<Ending> {
  const { plan } = proof;
  return journal.step('write', async (conclude) => {
    const manifest = await peers.cluster.apply(plan.manifest, { dryRun: true });
    draft.manifest = readableYaml(withoutEnvironmentValues(manifest));
    // No prediction is sent in this mode.
    draft.predictionSkipped = undefined;
    if (config.dryRun) {
      conclude(`dry run: ${path} is unchanged`);
      return { outcome: 'planned', reason: 'dry-run' };
    }
    Object.assign(draft, { manifestPath: path, predictors: predictorLines(manifest) });
    if (equal(live, manifest)) {
      conclude(`${path} already contains this manifest`);
      return { outcome: 'unchanged', reason: 'rendered' };
    }
    await control.confirm();
    await peers.cluster.apply(plan.manifest, { dryRun: false });
    conclude(`${path} is written`);
    return { outcome: 'rendered', reason: 'rendered' };
  });
}
