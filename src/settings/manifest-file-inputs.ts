import type { Mode } from './config.ts';
import type { InputReader } from './input-reader.ts';
import type { InputName } from './inputs.ts';

/** Modes that are about nothing but a cluster, and what to do with a file instead. */
const CLUSTER_MODES: Partial<Record<Mode, string>> = {
  status: 'read the file, or leave `apply` out',
  remove: 'delete the file',
  sweep: 'delete the files',
  abort: 'no run waits for a file: leave `apply` out',
  lock: 'protect the branch',
  unlock: 'protect the branch',
};

/** Inputs that promise what only a cluster can keep, and what to do with a file instead. */
const CLUSTER_INPUTS: Partial<Record<InputName, string>> = {
  steps: 'give `traffic`, and a commit for each step',
  'prometheus-url': 'look at the figures before you commit the next share',
  to: 'the history of a file is in git: revert the commit',
  'compare-requests': 'nothing is asked: leave it out',
  'compare-tolerance': 'nothing is asked: leave it out',
  'smoke-expect': 'nothing is asked: leave it out',
  'write-back': 'nothing is proven that could be noted: leave it out',
  environment: 'the record of deployments is that of Argo CD or Flux: leave it out',
};

/** @returns the path of the file that is written in place of an apply; undefined where a cluster is changed */
export function readManifestFile(read: InputReader, mode: Mode): string | undefined {
  const path = read.text('manifest-file');
  if (read.flag('apply', true)) {
    if (path === undefined) return undefined;
    return read.fault('manifest-file', 'is written with `apply: false` alone: give that, or leave it out');
  }
  checkPath(read, path);
  const cure = CLUSTER_MODES[mode];
  if (cure !== undefined)
    read.fault('mode', `is \`${mode}\`, which needs a cluster, but \`apply\` is \`false\`: ${cure}`);
  for (const [name, instead] of Object.entries(CLUSTER_INPUTS) as [InputName, string][])
    if (read.text(name) !== undefined) read.fault(name, `needs a cluster, but \`apply\` is \`false\`: ${instead}`);
  if (read.text('routing') === 'ambassador-annotations')
    read.fault('routing', 'is `ambassador-annotations`, which asks the cluster how it routes, but `apply` is `false`');
  if (read.flag('preview', false))
    read.fault('preview', 'needs a cluster, but `apply` is `false`: leave one of them out');
  return path;
}

function checkPath(read: InputReader, path: string | undefined): void {
  if (path === undefined) {
    read.fault('manifest-file', 'is required with `apply: false`: the file that Argo CD or Flux applies');
    return;
  }
  if (!/[^/]\.ya?ml$/.test(path))
    read.fault('manifest-file', 'must be the path of a YAML file, such as `deploy/wine.yaml`');
  // Laid over itself, our own notes in it would count as the user's.
  const plain = (one: string | undefined) => one?.replace(/^(?:\.\/)+/, '');
  if (plain(path) === plain(read.text('manifest')))
    read.fault('manifest', 'is the same file as `manifest-file`, whose content is kept anyway: leave it out');
}
