import type { FailureRow } from '../failure-row.ts';
import { isCertificateRefused } from './log-words.ts';

const BUILT = { reason: 'crash-loop', place: 'conda and pip' } as const;

/** Seldon's MLflow server builds the conda environment of the model when the pod starts. */
export const CONDA_FAILURES: readonly FailureRow[] = [
  {
    ...BUILT,
    id: 'conda-terms',
    pattern: /CondaToSNonInteractiveError|Terms of Service have not been accepted/,
    example: 'CondaToSNonInteractiveError: Terms of Service have not been accepted for the following channels.',
    title: () => "Conda does not use a channel of the model's conda.yaml, because nobody accepted its terms of service",
    cure: () =>
      'log the model with `conda-forge` as the only channel (no `defaults`) in conda.yaml, or set `CONDA_PLUGINS_AUTO_ACCEPT_TOS=yes` in `env` of the container in `manifest`',
  },
  {
    ...BUILT,
    id: 'conda-version-missing',
    pattern:
      /ResolvePackageNotFound|PackagesNotFoundError|LibMambaUnsatisfiableError|UnsatisfiableError|nothing provides|NoPackagesFoundError|Could not solve for environment specs|perhaps a typo or a missing channel/,
    example: 'ResolvePackageNotFound: \n  - python=3.7.15',
    title: (_, match) => {
      const wanted = unsolvedIn(match);
      return `Conda cannot build the model's environment: a version it pins cannot be found${wanted === undefined ? '' : `, ${wanted}`}, or conflicts with another`;
    },
    cure: (_, match) => {
      const wanted = unsolvedIn(match);
      return wanted === undefined || wanted.startsWith('python')
        ? "loosen the pins in the model's conda.yaml (often the patch version of Python) and log it again"
        : `remove or loosen ${wanted} in the model's conda.yaml, or move it to \`pip_requirements\`, and log it again; a package of your own goes into \`code_paths\``;
    },
  },
  {
    ...BUILT,
    id: 'conda-channel-unreachable',
    pattern:
      /CondaHTTPError|CondaSSLError|ProxyError: Conda|did not match Content-Length|Could not resolve host(?:name)?[^\n]{0,160}|UnavailableInvalidChannel|ChannelNotAllowed|HTTP 000 CONNECTION FAILED/,
    example: 'CondaHTTPError: HTTP 000 CONNECTION FAILED for url <https://conda.anaconda.org/conda-forge>',
    title: (_, [words]) => `The server cannot reach a conda channel that it needs to load the model (${words})`,
    cure: (_, { input = '' }) =>
      isCertificateRefused(input)
        ? 'mount the certificate of the proxy or mirror in `manifest`, and set `CONDA_SSL_VERIFY` and `REQUESTS_CA_BUNDLE` of the container to it'
        : "check the pods' way out: network policies, proxy variables in `manifest`, the channels in conda.yaml",
  },
  {
    ...BUILT,
    id: 'conda-environment-invalid',
    pattern:
      /EnvironmentFileNotFound|EnvironmentSectionNotValid|InvalidVersionSpec|CondaValueError|SpecNotFound|yaml\.\w{1,20}\.\w{1,20}Error[^\n]{0,200}(?:\n[^\n]{0,200}){0,3}conda\.yaml|CondaEnvException(?!: Pip failed)|conda: command not found|No such file or directory: 'conda'|EnvironmentLocationNotFound/,
    example: 'CondaValueError: invalid package specification: numpy=>1',
    title: (_, [words]) => `Conda cannot use the model's conda.yaml (${words})`,
    cure: () => 'correct conda.yaml and log the model again; if you can, let MLflow write conda.yaml',
  },
  {
    ...BUILT,
    id: 'conda-package-corrupt',
    pattern: /(?:CondaVerificationError|ChecksumMismatchError|InvalidArchiveError)[^\n]{0,200}/,
    example:
      'CondaVerificationError: The package for numpy located at /opt/conda/pkgs/numpy-1.21.2 appears to be corrupted.',
    title: (_, [words]) => `A package that conda downloaded is corrupt (${words})`,
    cure: () =>
      'run this workflow again; if the error stays, check the proxy or mirror of the channel, and the disk space of the pod (`ephemeral-storage` in `manifest`)',
  },
  {
    ...BUILT,
    id: 'conda-lock',
    pattern: /LockError[^\n]{0,160}/,
    example: 'LockError: Failed to acquire lock.',
    title: (_, [words]) => `Another conda holds the lock of the package cache (${words})`,
    cure: () =>
      'give each pod a cache of its own in `manifest` (no shared volume at the folder of conda), and delete the pod',
  },
  {
    ...BUILT,
    id: 'conda-killed',
    pattern:
      /CalledProcessError: Command 'conda[^\n]{0,300}died with <?Signals?\.SIGKILL|CondaMemoryError|\bMemoryError\b|^Killed$|line \d{1,5}: {1,9}\d{1,8} Killed|std::bad_alloc|Cannot allocate memory|DefaultCPUAllocator: can't allocate memory|Unable to allocate [\d.]{1,10} [KMGT]iB/m,
    example: 'numpy.core._exceptions._ArrayMemoryError: Unable to allocate 7.45 GiB for an array',
    title: () => 'The server has too little memory to build the environment or to load the model',
    cure: () =>
      'give the container more memory in `manifest`: spec.predictors[].componentSpecs[].spec.containers[].resources.limits.memory',
  },
];

/** What conda could not find, in the words of conda, mamba and libmamba. */
const UNSOLVED: readonly RegExp[] = [
  /nothing provides (?:requested )?([\w.-]{1,60}(?: ?[=<>!~]{0,2} ?[\w.*]{1,40})?)/,
  /─ ([\w.-]{1,60}(?: [\w.*=<>|,]{1,40})?) {1,3}(?:does not exist|is not installable)/,
  /(?:NotFound|NotFoundError|FoundError)[^\n]{0,200}\n\s{0,20}- ([\w.-]{1,60}(?: ?[=<>!~]{1,2} ?[\w.*]{1,40})?)/,
];

function unsolvedIn({ input = '' }: RegExpMatchArray): string | undefined {
  for (const pattern of UNSOLVED) {
    const [, wanted] = pattern.exec(input) ?? [];
    if (wanted !== undefined) return wanted;
  }
  return undefined;
}
