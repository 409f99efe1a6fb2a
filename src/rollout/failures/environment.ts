import type { FailureRow } from './failure-row.ts';

const BUILT = { reason: 'crash-loop', place: 'conda and pip' } as const;

/** Seldon's MLflow server builds the conda environment of the model when the pod starts, and pip runs inside it. */
export const ENVIRONMENT_FAILURES: readonly FailureRow[] = [
  {
    ...BUILT,
    id: 'conda-version-missing',
    pattern:
      /(?:ResolvePackageNotFound|PackagesNotFoundError|LibMambaUnsatisfiableError|UnsatisfiableError|nothing provides(?: requested)?|NoPackagesFoundError)(?::?[^\n]{0,200}\n(?:[ \t]{0,8}\n)?[ \t]{0,8}- )?\s{0,4}([\w.-]{1,60}(?: ?[=<>!~]{1,2} ?[\w.*]{1,40})?)?/,
    example: 'ResolvePackageNotFound: \n  - python=3.7.15',
    title: (_, [, wanted]) =>
      `Conda cannot build the model's environment: a version it pins cannot be found${wanted === undefined ? '' : `, ${wanted}`}`,
    cure: (_, [, wanted = '']) =>
      wanted === '' || wanted.startsWith('python')
        ? "loosen the pins in the model's conda.yaml (often the patch version of Python) and log it again"
        : `remove or loosen ${wanted} in the model's conda.yaml, or move it to \`pip_requirements\`, and log it again; a package of your own goes into \`code_paths\``,
  },
  {
    ...BUILT,
    id: 'conda-channel-unreachable',
    pattern:
      /CondaHTTPError|CondaSSLError|ProxyError|UnavailableInvalidChannel|ChannelNotAllowed|HTTP 000 CONNECTION FAILED/,
    example: 'CondaHTTPError: HTTP 000 CONNECTION FAILED for url <https://conda.anaconda.org/conda-forge>',
    title: (_, [words]) => `The server cannot reach a conda channel that it needs to load the model (${words})`,
    cure: () => "check the pods' way out: network policies, proxy variables in `manifest`, the channels in conda.yaml",
  },
  {
    ...BUILT,
    id: 'conda-environment-invalid',
    pattern:
      /EnvironmentFileNotFound|EnvironmentSectionNotValid|InvalidVersionSpec|CondaValueError|CondaEnvException|conda: command not found|No such file or directory: 'conda'|EnvironmentLocationNotFound/,
    example: 'CondaValueError: invalid package specification: numpy=>1',
    title: (_, [words]) => `Conda cannot use the model's conda.yaml (${words})`,
    cure: () => 'correct conda.yaml and log the model again; let MLflow write it where you can',
  },
  {
    ...BUILT,
    id: 'conda-killed',
    pattern:
      /CalledProcessError: Command 'conda[^\n]{0,300}died with <?Signals?\.SIGKILL|CondaMemoryError|\bMemoryError\b|^Killed$|Cannot allocate memory|DefaultCPUAllocator: can't allocate memory|Unable to allocate [\d.]{1,10} [KMGT]iB/m,
    example: 'numpy.core._exceptions._ArrayMemoryError: Unable to allocate 7.45 GiB for an array',
    title: () => 'The server has too little memory to build the environment or to load the model',
    cure: () =>
      'give the container more memory in `manifest`: spec.predictors[].componentSpecs[].spec.containers[].resources.limits.memory',
  },
  {
    ...BUILT,
    id: 'pip-python-too-old',
    pattern:
      /(?:requirement ([^\s(]{1,100}) \(from seldon-core|[Rr]equires a different Python|Requires-Python (\S{1,40})|requires Python '([^']{1,40})')/,
    example:
      'ERROR: Could not find a version that satisfies the requirement werkzeug<2.3,>=2.1.1 (from seldon-core) (from versions: 0.1, 2.0.3)',
    title: (_, [, wanted, range, other]) =>
      `pip cannot build the model's environment: the Python of its conda.yaml does not fit (${wanted ?? range ?? other ?? 'a package requires another Python'})`,
    cure: () =>
      "log the model with a newer Python (`python` in its conda.yaml), as the server's image needs it; 3.8 or later for Seldon Core 1.14 and later",
  },
  {
    ...BUILT,
    id: 'pip-conflict',
    pattern:
      /ResolutionImpossible|conflicting dependencies|resolution-too-deep|The conflict is caused by|Cannot install [^\n]{1,200} because/,
    example: 'ERROR: ResolutionImpossible: for help visit https://pip.pypa.io',
    title: () => "The pins of the model's requirements conflict with each other or with seldon-core of the image",
    cure: () =>
      'loosen the pin that the log names in `pip_requirements` and log the model again, or choose another server image through `manifest`',
  },
  {
    ...BUILT,
    id: 'pip-unreachable',
    pattern:
      /(?:NewConnectionError|ConnectTimeoutError|ReadTimeoutError|SSLError|ProxyError)[^\n]{0,300}(?:pypi|\/simple\/)|Could not fetch URL|Retrying \(Retry\(total=0/,
    example: "WARNING: Retrying (Retry(total=0, connect=None)) after connection broken by 'NewConnectionError'",
    title: () => "pip cannot reach the package index, so the model's environment cannot be built",
    cure: () => "check the pods' way out: network policies, proxy variables and `PIP_INDEX_URL` in `manifest`",
  },
  {
    ...BUILT,
    id: 'pip-version-missing',
    pattern: /No matching distribution found for ([^\s]{1,200})/,
    example: 'ERROR: No matching distribution found for numpy==2.4.6',
    title: (_, [, wanted]) => `pip cannot build the model's environment: no ${wanted} for this Python`,
    cure: (_, [, wanted]) =>
      `log the model with another version of ${wanted} in \`pip_requirements\`, or with a newer Python (\`python\` in conda.yaml); a package of your own goes into \`code_paths\``,
  },
  {
    ...BUILT,
    id: 'pip-not-writable',
    pattern:
      /(?:OSError|EnvironmentError|EnvironmentNotWritableError|NoWritableEnvsDirError|NoWritablePkgsDirError)[^\n]{0,200}(?:Permission denied|not writable|No writeable|Read-only file system)[^\n]{0,200}|EnvironmentNotWritableError|NotWritableError/,
    example:
      "ERROR: Could not install packages due to an OSError: [Errno 13] Permission denied: '/microservice/python/build'",
    title: () => 'The server has no permission to write its own folders, as under a random user of OpenShift',
    cure: () =>
      'set `securityContext.runAsUser` in `manifest` to the user of the image (8888), or build an image whose folders the group 0 may write',
  },
  {
    ...BUILT,
    id: 'pip-build-failed',
    pattern:
      /Failed building wheel for ([\w.-]{1,60})|metadata-generation-failed|subprocess-exited-with-error|Command errored out with exit status|error: command '[^']{0,60}' failed|Could not build wheels|Microsoft Visual C\+\+|gcc: command not found|legacy-install-failure|get_requires_for_build_wheel/,
    example: 'ERROR: Failed building wheel for pyodbc',
    title: (_, [, wheel]) =>
      `pip cannot build ${wheel === undefined ? 'a package' : wheel} of the model's environment from source`,
    cure: () =>
      'pin a version that has a wheel for the Python and platform of the image in `pip_requirements`, or install it with conda (conda.yaml), which brings compiled packages; a newer `pip` may find the wheel',
  },
  {
    ...BUILT,
    id: 'pip-git-missing',
    pattern:
      /Cannot find command 'git'|ERROR: Invalid requirement|git (?:clone|version)[^\n]{0,200}did not run successfully|HTTP error 40[34] while getting/,
    example: "ERROR: Cannot find command 'git' - do you have 'git' installed and in your PATH?",
    title: () => 'pip cannot install a requirement of the model that comes from git, a private index or a local path',
    cure: () =>
      'log the model with requirements that the package index of the pods has (`pip_requirements`); code of your own goes into `code_paths`',
  },
  {
    ...BUILT,
    id: 'pip-hash',
    pattern:
      /THESE PACKAGES DO NOT MATCH THE HASHES|externally-managed-environment|CondaVerificationError|ChecksumMismatchError/,
    example: 'ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.',
    title: (_, [words]) => `pip or conda refuses a package of the model's environment (${words})`,
    cure: () => 'remove the hashes from the requirements of the model and log it again',
  },
];
