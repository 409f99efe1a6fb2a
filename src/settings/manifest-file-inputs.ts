import { type InputReader, quoted } from './input-reader.ts';
import type { InputName } from './inputs.ts';
import type { Mode } from './modes.ts';

/** Modes that need a cluster, and the alternative for a file. */
const CLUSTER_MODES: Partial<Record<Mode, string>> = {
  status: 'read the file, or remove `apply`',
  remove: 'delete the file',
  sweep: 'delete the files',
  abort: 'no run waits for a file: leave `apply` out',
  lock: 'protect the branch',
  unlock: 'protect the branch',
  check: 'a file needs no cluster: leave `apply` and `manifest-file` out to check one',
};

/** Inputs that need a cluster, and the alternative for a file. */
const CLUSTER_INPUTS: Partial<Record<InputName, string>> = {
  steps: 'set `traffic`, and make a commit for each step',
  'prove-first': 'no model is proven: remove the input',
  'prometheus-url': 'check the metrics before you commit the next traffic percentage',
  to: 'the history of a file is in git: revert the commit',
  'compare-requests': 'no prediction is sent: remove the input',
  'compare-tolerance': 'no prediction is sent: remove the input',
  evaluate: 'no prediction is sent: remove the input',
  'smoke-expect': 'no prediction is sent: remove the input',
  'write-back': 'no model is proven: remove the input',
  environment: 'Argo CD or Flux records the deployments: remove the input',
};

/** @returns the path of the manifest file; undefined if the cluster is changed */
export function readManifestFile(read: InputReader, mode: Mode): string | undefined {
  const path = read.text('manifest-file');
  if (read.flag('apply', true)) {
    if (path === undefined) return undefined;
    return read.fault('manifest-file', 'is only written with `apply: false`: set that, or remove the input');
  }
  checkPath(read, path);
  const cure = CLUSTER_MODES[mode];
  if (cure !== undefined)
    read.fault('mode', `is \`${mode}\`, which needs a cluster, but \`apply\` is \`false\`: ${cure}`);
  for (const [name, instead] of Object.entries(CLUSTER_INPUTS) as [InputName, string][])
    if (read.text(name) !== undefined) read.fault(name, `needs a cluster, but \`apply\` is \`false\`: ${instead}`);
  if (read.text('routing') === 'ambassador-annotations')
    read.fault(
      'routing',
      'is `ambassador-annotations`, which needs a cluster to read its routes, but `apply` is `false`',
    );
  if (read.flag('preview', false)) read.fault('preview', 'needs a cluster, but `apply` is `false`: remove one of them');
  return path;
}

function checkPath(read: InputReader, path: string | undefined): void {
  if (path === undefined) {
    read.fault('manifest-file', 'is required with `apply: false`: the file that Argo CD or Flux applies');
    return;
  }
  if (!/[^/]\.ya?ml$/.test(path))
    read.fault(
      'manifest-file',
      `is ${quoted(path)}, but must be the path of a YAML file, such as \`deploy/wine.yaml\``,
    );
  // Merged with itself, our own annotations in it would count as the user's.
  const plain = (one: string | undefined) => one?.replace(/^(?:\.\/)+/, '');
  if (plain(path) === plain(read.text('manifest')))
    read.fault('manifest', 'is the same file as `manifest-file`, whose content is kept in any case: remove the input');
}
