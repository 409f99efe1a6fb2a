import { UserError } from '../base/errors.ts';
import type { Runner } from '../base/ports.ts';
import { quoted, type RawInputs } from '../settings/input-reader.ts';
import type { Collaboration } from './collaboration.ts';
import { type ManifestNames, namedByManifest } from './manifest-names.ts';
import { inputsOfStep, inputsOfTarget, type TargetInputs } from './run-inputs.ts';
import { listOfNames, parseTargets, pickTargets } from './targets.ts';

export interface TargetsRequest {
  readonly raw: RawInputs;
  /** Undefined without a token. */
  readonly repository: Pick<Collaboration, 'readFile'> | undefined;
  readonly runner: Pick<Runner, 'info'>;
  /** Name and namespace of the SeldonDeployment in a base manifest. @throws UserError if it cannot be read */
  readonly readManifestNames: (path: string) => Promise<ManifestNames>;
  /** Whether the workflow may choose the commit. Not allowed if secrets meet commits of other users. */
  readonly mayChooseRef: boolean;
}

/**
 * Inputs of this step, with the names that a base manifest gives. From here on, the gate, the lease and the previews see
 * them like inputs.
 * @throws UserError bad-input, manifest-invalid, targets-invalid, github-failed
 */
export async function readTargetInputs(
  request: TargetsRequest,
  ref: string | undefined,
): Promise<readonly TargetInputs[]> {
  const places = await placesOf(request, ref);
  return Promise.all(places.map((place) => namedByManifest(place, request.readManifestNames)));
}

/**
 * Inputs of this step: the targets of the file in `config` at that commit, or the step's own inputs.
 * @param ref `heads/…` of a branch, or a commit, that is trusted: by a bare name GitHub may find a tag
 * @throws UserError bad-input, targets-invalid, github-failed
 */
async function placesOf(request: TargetsRequest, ref: string | undefined): Promise<readonly TargetInputs[]> {
  const { raw, repository, runner } = request;
  const [path, names, chosenRef] = [targetsPath(raw), listOfNames(raw.input('targets')), refOf(request)];
  if (path === '') {
    if (names.length === 0) return [inputsOfStep(raw)];
    throw new UserError('bad-input', 'the input `targets` needs `config`, the file that defines them', {
      hint: 'for example `config: .github/seldon.yml`',
    });
  }
  if (/^\/|\\|(?:^|\/)\.\.(?:\/|$)/.test(path))
    throw new UserError('bad-input', 'the input `config` must be a path inside the repository', {
      hint: 'for example `.github/seldon.yml`',
    });
  const from = chosenRef ?? ref;
  if (repository === undefined || from === undefined) {
    const [what, hint] =
      repository === undefined
        ? ['`github-token` is missing', 'set `github-token`, with `permissions: contents: read`']
        : ['the commit of this run is unknown', 'set `config-ref` to the branch, tag or commit with the file'];
    throw new UserError('bad-input', `${path}, the input \`config\`, cannot be read from GitHub: ${what}`, { hint });
  }
  const { text, commit } = await repository.readFile(path, from);
  const targets = parseTargets(text, path);
  const picked = pickTargets(targets, names.length === 0 ? targets.map(({ name }) => name) : names);
  if ('unknown' in picked)
    throw new UserError(
      'bad-input',
      `the input \`targets\` has ${quoted(picked.unknown)}, which ${path} does not have`,
      {
        hint: `use some of ${targets.map(({ name }) => name).join(', ')}`,
      },
    );
  runner.info(`targets of ${path} at ${commit.slice(0, 7)}: ${picked.map(({ name }) => name).join(', ')}`);
  return picked.map((target) => inputsOfTarget(target, raw, path));
}

/** Path of the file of targets; empty without one. */
export function targetsPath(raw: RawInputs): string {
  return raw
    .input('config')
    .trim()
    .replace(/^(?:\.\/)+/, '');
}

function refOf({ raw, mayChooseRef }: TargetsRequest): string | undefined {
  // GitHub knows branches as `heads/…` and tags as `tags/…`.
  const ref = raw
    .input('config-ref')
    .trim()
    .replace(/^refs\//, '');
  if (ref === '') return undefined;
  if (mayChooseRef) return ref;
  throw new UserError('bad-input', 'the input `config-ref` is not allowed for this event', {
    hint: "remove it: in a run with secrets, targets are read only from the base branch, never from a pull request's commits",
  });
}
