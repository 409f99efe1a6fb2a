import { predictorLines } from '../core/live-state.ts';
import { fileText } from '../core/manifest-text.ts';
import type { Report } from '../core/report.ts';
import type { Workspace } from '../ports.ts';
import type { Conclude } from './journal.ts';
import type { Shipment } from './run-state.ts';

interface Writing {
  readonly workspace: Workspace;
  /** In the workspace. */
  readonly path: string;
}

/** Writes what Argo CD or Flux will apply. A file that says it all already is not touched: no run makes a commit of nothing. */
export async function writeManifest(
  { plan, live, workspace, path }: Pick<Shipment, 'plan' | 'live'> & Writing,
  conclude: Conclude,
): Promise<Pick<Report, 'outcome' | 'reason' | 'predictors' | 'manifestPath'>> {
  const told = { manifestPath: path, predictors: predictorLines(plan.manifest) };
  if (plan.unchanged) {
    conclude(`${path} says all of this already`);
    return { outcome: 'unchanged', reason: 'already-written', ...told };
  }
  await workspace.replace(path, 'manifest-file', fileText(plan.manifest, live));
  conclude(`${path} is written: commit it, and what applies it does the rest`);
  return { outcome: 'rendered', reason: 'rendered', ...told };
}
