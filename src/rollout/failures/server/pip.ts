import type { FailureRow } from '../failure-row.ts';
import { isCertificateRefused } from './log-words.ts';

const BUILT = { reason: 'crash-loop', place: 'conda and pip' } as const;

/** pip runs inside the conda environment that Seldon's MLflow server builds. */
export const PIP_FAILURES: readonly FailureRow[] = [
  {
    ...BUILT,
    id: 'pip-python-too-old',
    pattern:
      /(?:requirement ([^\s(]{1,100}) \(from seldon-core|[Rr]equires a different Python|Requires-Python (\S{1,40})|requires Python '([^']{1,40})')/,
    example:
      'ERROR: Could not find a version that satisfies the requirement werkzeug<2.3,>=2.1.1 (from seldon-core) (from versions: 0.1, 2.0.3)',
    title: (_, [, wanted, range, other]) =>
      `pip cannot build the model's environment: the Python of its conda.yaml does not fit (${wanted ?? range ?? other ?? 'a package requires another Python'})`,
    cure: (_, { input = '' }) => {
      const [, wanted] = /No matching distribution found for ([^\s]{1,200})/.exec(input) ?? [];
      const orVersion =
        wanted === undefined ? '' : `, or with a version of ${wanted} that fits it in \`pip_requirements\``;
      return `log the model with a newer Python (\`python\` in its conda.yaml), as the server's image needs it (3.8 or later for Seldon Core 1.14 and later)${orVersion}`;
    },
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
    id: 'pip-index-credentials',
    pattern:
      /40[13] Error, Credentials not correct|\bUser for [\w.:-]{1,120}: |HTTP error 40[13] while getting|40[13] Client Error[^\n]{0,200}\/(?:simple|packages)\//,
    example: 'WARNING: 401 Error, Credentials not correct for https://pypi.example.com/simple/features/',
    title: () => 'The package index refuses pip without credentials that may read it',
    cure: () =>
      'set `PIP_INDEX_URL` with credentials in `env` of the container in `manifest` (from a Secret), or log the model with packages of a public index',
  },
  {
    ...BUILT,
    id: 'pip-unreachable',
    pattern:
      /(?:NewConnectionError|ConnectTimeoutError|ReadTimeoutError|SSLError|ProxyError)[^\n]{0,300}(?:pypi|\/simple\/|files\.pythonhosted)|Could not fetch URL|Retrying \(Retry\(total=0|pip\._vendor\.[\w.]{1,60}\.(?:ProtocolError|ConnectionError|ReadTimeoutError|ProxyError|SSLError|NewConnectionError)|Failed to fetch: `https?:[^\n]{1,200}/,
    example: "WARNING: Retrying (Retry(total=0, connect=None)) after connection broken by 'NewConnectionError'",
    title: (_, { input = '' }) =>
      isCertificateRefused(input)
        ? "pip does not accept the certificate of the package index or of a proxy, so the model's environment cannot be built"
        : "pip cannot reach the package index, so the model's environment cannot be built",
    cure: (_, { input = '' }) =>
      isCertificateRefused(input)
        ? 'mount the certificate of the authority in `manifest`, and set `PIP_CERT` and `REQUESTS_CA_BUNDLE` of the container to it'
        : "check the pods' way out: network policies, proxy variables and `PIP_INDEX_URL` in `manifest`",
  },
  {
    ...BUILT,
    id: 'pip-wheel-platform',
    pattern: /(?<![\w.+-])([\w.+-]{1,200}\.whl) is not a supported wheel on this platform/,
    example: 'ERROR: xgboost-1.7-py3-none-macosx_10_15_x86_64.whl is not a supported wheel on this platform.',
    title: (_, [, wheel]) => `The wheel ${wheel} is built for another platform or Python than the server has`,
    cure: () =>
      'log the model with the name and version of the package in `pip_requirements` in place of a wheel file or URL',
  },
  {
    ...BUILT,
    id: 'pip-version-missing',
    pattern: /No matching distribution found for ([^\s]{1,200})|there (?:is|are) no versions? of ([^\s,]{1,200})/,
    example: 'ERROR: No matching distribution found for numpy==2.4.6',
    title: (_, [, pip, uv]) => `pip cannot build the model's environment: no ${pip ?? uv} for this Python and platform`,
    cure: (_, [, pip, uv]) => {
      const wanted = pip ?? uv ?? '';
      if (wanted.includes('+'))
        return `log the model with ${wanted.replace(/\+.{0,100}$/, '')} in \`pip_requirements\`, or add the index that has ${wanted} there as \`--extra-index-url\``;
      return `log the model with another version of ${wanted} in \`pip_requirements\`, or with a newer Python (\`python\` in conda.yaml); a package of your own goes into \`code_paths\``;
    },
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
      'set `securityContext.runAsUser` in `manifest` to the user of the image (8888), or build an image whose folders the group 0 may write; with a read-only root file system mount an `emptyDir` there',
  },
  {
    ...BUILT,
    id: 'pip-git-missing',
    pattern:
      /Cannot find command 'git'|ERROR: Invalid requirement|git (?:clone|version)[^\n]{0,200}did not run successfully|HTTP error 404 while getting|due to an (?:OSError|EnvironmentError): \[Errno 2\]|It looks like a path|could not read Username for '[^']{1,100}'|Host key verification failed|Repository not found/,
    example: "ERROR: Cannot find command 'git' - do you have 'git' installed and in your PATH?",
    title: () => 'pip cannot install a requirement of the model that comes from git, a private index or a local path',
    cure: () =>
      'log the model with requirements that the package index of the pods has (`pip_requirements`); code of your own goes into `code_paths`',
  },
  {
    ...BUILT,
    id: 'pip-package-renamed',
    pattern: /The '([\w.-]{1,60})' PyPI package is deprecated, use '([\w.-]{1,60})'/,
    example: "The 'sklearn' PyPI package is deprecated, use 'scikit-learn' rather than 'sklearn' for pip commands.",
    title: (_, [, old, now]) => `pip cannot install ${old}: the package is called ${now}`,
    cure: (_, [, old, now]) => `log the model with ${now} in place of ${old} in \`pip_requirements\``,
  },
  {
    ...BUILT,
    id: 'pip-build-failed',
    pattern:
      /Failed building wheel for ([\w.-]{1,60})|Failed to build installable wheels[^\n]{0,100}\(([\w.-]{1,60})|CMake must be installed|can't find Rust compiler|pg_config executable not found|fatal error: [\w./]{1,60}\.h: No such file|metadata-generation-failed|subprocess-exited-with-error|Command errored out with exit status|error: command '[^']{0,60}' failed|Could not build wheels|Microsoft Visual C\+\+|gcc: command not found|legacy-install-failure|get_requires_for_build_wheel/,
    example: 'ERROR: Failed building wheel for pyodbc',
    title: (_, [, one, two]) => `pip cannot build ${one ?? two ?? 'a package'} of the model's environment from source`,
    cure: () =>
      'pin a version that has a wheel for the Python and platform of the image in `pip_requirements`, or install it with conda (conda.yaml), which brings compiled packages; a newer `pip` may find the wheel',
  },
  {
    ...BUILT,
    id: 'pip-hash',
    pattern: /THESE PACKAGES DO NOT MATCH THE HASHES|Hashes are required in --require-hashes mode/,
    example: 'ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.',
    title: (_, [words]) => `pip refuses a package of the model's environment because of its hash (${words})`,
    cure: () =>
      'log the model with requirements without hashes; if they are right, a proxy or mirror sends other files: run this workflow again',
  },
  {
    ...BUILT,
    id: 'pip-externally-managed',
    pattern: /externally-managed-environment/,
    example: 'error: externally-managed-environment',
    title: () => "pip does not install into the Python of the image's operating system, which is externally managed",
    cure: () =>
      'use a server image with a Python of its own through `manifest`, or set `PIP_BREAK_SYSTEM_PACKAGES=1` in `env` of the container',
  },
];
