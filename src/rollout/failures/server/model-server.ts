import type { FailureRow } from '../failure-row.ts';

const SERVED = { reason: 'crash-loop', place: 'model server' } as const;

/** Why MLflow inside the server does not understand the model; these words come before those of Python. */
export const SERVER_START_FAILURES: readonly FailureRow[] = [
  {
    ...SERVED,
    id: 'server-no-mlmodel',
    pattern: /Could not find an "MLmodel"|No such file or directory: '\/mnt\/models/,
    example: 'MlflowException: Could not find an "MLmodel" configuration file at "/mnt/models/MLmodel"',
    title: (at) => `The folder that was copied from ${at.modelUri} contains no MLmodel`,
    cure: () =>
      'check `model-uri` and `storage-uri-map`: the URI must be the folder with MLmodel; object stores answer an unknown prefix with an empty list',
  },
  {
    ...SERVED,
    id: 'server-mlflow-older',
    pattern:
      /unexpected keyword argument '(required|type_hint|optional|model_id|is_signature_from_type_hint|prompts|env_vars|auth_policy|model_size_bytes)'|(?:Model|ColSpec|TensorSpec|ParamSpec|Schema|ModelSignature)\.__init__\(\) got an unexpected keyword argument|unexpected keyword argument '\w{1,40}'[^\n]{0,200}\n[^\n]{0,200}Couldn't load model/,
    example: "TypeError: ColSpec.__init__() got an unexpected keyword argument 'required'",
    title: () => "The model's signature was written by a newer MLflow than the one inside the server",
    cure: () =>
      'use a server image with MLflow 2.10 or later through `manifest`, or log the model with the older MLflow',
  },
  {
    ...SERVED,
    id: 'server-image-too-old',
    pattern: /join\(\) argument must be str[^\n]{0,80}not 'dict'/,
    example: "TypeError: join() argument must be str or bytes, not 'dict'",
    title: () => "The server image is too old for this model's environment entry (MLflow 2 and later)",
    cure: () => 'use an image of Seldon Core 1.16 or later through `manifest`',
  },
  {
    ...SERVED,
    id: 'server-settings-invalid',
    pattern:
      /validation errors? for (?:ModelSettings|Settings|ModelParameters)[^\n]{0,60}(?:\n[^\n]{1,120}(?:\n[^\n]{1,200})?)?/,
    example:
      'pydantic.error_wrappers.ValidationError: 1 validation error for ModelSettings\nimplementation\n  ensure this value contains valid import path',
    title: (_, [words]) => `MLServer does not take its settings (${words.replace(/\s{1,20}/g, ' ')})`,
    cure: () =>
      'correct the variables `MLSERVER_*` of the container in `manifest`, or the file model-settings.json beside the model; the runtime that it names must be in the image',
  },
  {
    ...SERVED,
    id: 'server-parameter-value',
    pattern: /in parse_parameters\b/,
    example: 'File "/microservice/seldon_core/microservice.py", line 69, in parse_parameters',
    title: () => 'A value of the parameters of the graph is not of the type that it says',
    cure: () =>
      'correct `graph.parameters` in `manifest`: value and type (INT, FLOAT, BOOL, STRING) must fit each other',
  },
  {
    ...SERVED,
    id: 'server-arguments',
    place: 'container runtime',
    pattern:
      /(?:seldon-core-microservice|mlserver|gunicorn|microservice\.py): error: ([^\n]{1,200})|Error: No such (?:command|option)[^\n]{0,100}/,
    example: 'seldon-core-microservice: error: unrecognized arguments: REST',
    title: (_, [words, said]) => `The server does not take the arguments it is started with: ${said ?? words}`,
    cure: () =>
      'remove or correct `command` and `args` of the container in `manifest`, or use an image of the release of Seldon Core that they are for',
  },
  {
    ...SERVED,
    id: 'server-parameter-unknown',
    pattern:
      /__init__\(\) (?:got an unexpected keyword argument '(\w{1,60})'|missing \d{1,2} required positional argument[^\n]{0,120})/,
    example: "TypeError: __init__() got an unexpected keyword argument 'method'",
    title: (_, [, name]) =>
      `The server does not take the parameters of the graph${name === undefined ? '' : `: it knows no ${name}`}`,
    cure: (_, [, name]) =>
      `correct \`graph.parameters\` in \`manifest\`${name === undefined ? '' : `: remove ${name}`}; Seldon's MLFlowServer knows \`xtype\` and \`model_uri\` alone`,
  },
];

/** What MLflow and MLServer print when they cannot load the model, and what they need from the pod. */
export const MODEL_SERVER_FAILURES: readonly FailureRow[] = [
  {
    ...SERVED,
    id: 'server-uri-scheme',
    pattern: /Could not find a registered artifact repository for: (\S{1,200})/,
    example: 'MlflowException: Could not find a registered artifact repository for: c:\\model.',
    title: (_, [, uri]) => `MLflow inside the server does not know the scheme of the URI ${uri?.replace(/\.$/, '')}`,
    cure: () =>
      'log the model again where its files have a storage URI, or name that URI with `model-uri` or `storage-uri-map`',
  },
  {
    ...SERVED,
    id: 'server-no-pyfunc',
    pattern:
      /does not have the "?'?python_function"?'? flavor|No flavor[^\n]{0,60}python_function|has no python_function|Model does not have the "(\w{1,40})" flavor/,
    example: 'MlflowException: Model does not have the "python_function" flavor',
    title: () => 'The model has no python_function flavor, which the server loads',
    cure: () =>
      'log the model with a flavor that writes pyfunc (`mlflow.<flavor>.log_model`, `mlflow.pyfunc.log_model`)',
  },
  {
    ...SERVED,
    id: 'server-environment-archive',
    pattern:
      /conda-unpack[^\n]{0,200}\n[^\n]{0,200}(?:[Ss]yntax error|cannot execute|not found|Exec format|No such file)|\/environment\/bin\/python\d{0,2}[^\n]{0,40}(?:[Ss]yntax error|cannot execute|[Ee]xec format)|not a gzip file|not in gzip format|ReadError: unexpected end of data|tar: (?:Child returned status|Error is not recoverable)|Cannot extract|environment\.tar\.gz[^\n]{0,200}(?:[Ee]rror|not found|No such file)/,
    example: '--> Calling conda-unpack...\n/opt/mlserver/environment/bin/python: 1: Syntax error: "(" unexpected',
    title: () =>
      'The environment.tar.gz beside the model cannot be used: it is cut, or was packed on another operating system or architecture',
    cure: () =>
      'pack environment.tar.gz with conda-pack on the platform of the nodes (Linux, the same architecture) and log it with the model',
  },
  {
    ...SERVED,
    id: 'server-worker-died',
    pattern: /Worker with PID \d{1,8} on [^\n]{1,80} stopped unexpectedly/,
    example: '[mlserver.parallel] WARNING - Worker with PID 42 on default worker pool stopped unexpectedly.',
    title: () => 'A worker process of MLServer was killed or crashed while it loaded the model',
    cure: () =>
      'raise `resources.limits.memory` in `manifest` (each worker loads the model), or set `MLSERVER_PARALLEL_WORKERS=0` in `env` of the container, so that the log shows the error itself',
  },
  {
    ...SERVED,
    id: 'server-worker-timeout',
    pattern:
      /WORKER TIMEOUT|Perhaps out of memory\?|Worker \(pid:\d{1,8}\) was sent SIG(?:KILL|ABRT)|was terminated due to signal 9\b/,
    example: '[CRITICAL] WORKER TIMEOUT (pid:2976)',
    title: () =>
      'The Python server killed its own worker while it loaded the model: it took more time, or more memory, than it may',
    cure: () =>
      'raise the annotation `seldon.io/rest-timeout` in `manifest` (the server takes it as the time a worker may take to load), or `resources.limits.memory`',
  },
  {
    ...SERVED,
    id: 'server-exec-format',
    place: 'container runtime',
    pattern: /exec format error|cannot execute binary file|qemu-\w{1,20}: Could not open/i,
    example: 'standard_init_linux.go:228: exec user process caused: exec format error',
    title: () => 'The image is built for another architecture than the node has',
    cure: () =>
      'use an image of the architecture of the nodes, or choose nodes that fit with a `nodeSelector` (kubernetes.io/arch) in `manifest`',
  },
  {
    ...SERVED,
    id: 'server-disk-full',
    pattern: /No space left on device|Disk quota exceeded/,
    example: 'OSError: [Errno 28] No space left on device',
    title: () => 'The pod has no disk space left: the environment and the model are stored in the pod',
    cure: () =>
      'request more `ephemeral-storage` in `manifest` (resources.requests and limits of the container), or use an image that holds the environment',
  },
  {
    ...SERVED,
    id: 'server-not-found-command',
    place: 'container runtime',
    pattern:
      /executable file not found in \$PATH|(?:seldon-core-microservice|mlserver|conda): (?:command )?not found|can't open file '[^']{1,120}'/,
    example: 'exec: "seldon-core-microservice": executable file not found in $PATH',
    title: (_, [words]) => `The image is no model server: it lacks the command to start (${words})`,
    cure: () =>
      'correct the image of the container in `manifest`: Seldon needs its MLflow server, MLServer or an image made for Seldon',
  },
  {
    ...SERVED,
    id: 'server-model-refused',
    pattern:
      /Invalid (?:parameter|model)[^\n]{0,160}|Couldn't load model '([^']{1,100})'|InvalidModelURI|No (?:implementation|runtime) (?:found )?for[^\n]{0,100}|Invalid model URI specified/,
    example: "[mlserver] INFO - Couldn't load model 'wine'. Model will be removed from registry.",
    title: (_, [words]) => `MLServer does not load the model (${words})`,
    cure: ({ protocol }) =>
      protocol === 'v2'
        ? 'read the traceback above this line in the log; a missing package goes into environment.tar.gz beside MLmodel'
        : 'read the traceback above this line in the log; try `protocol: seldon`, whose server builds the environment of the model',
  },
  {
    ...SERVED,
    id: 'server-user-unknown',
    pattern: /uid not found: (\d{1,12})|I have no name!/,
    example: "KeyError: 'getpwuid(): uid not found: 1000680000'",
    title: (_, [, uid = 'of the pod']) => `The container runs as user ${uid}, which its image does not know`,
    cure: () =>
      'set `securityContext.runAsUser: 8888` in `manifest`, or the variables `HOME`, `USER` and `LOGNAME` in `env` of the container',
  },
  {
    ...SERVED,
    id: 'server-write-refused',
    pattern: /PermissionError: \[Errno 13\][^\n]{0,200}|Permission denied: '[^']{1,200}'|Read-only file system/,
    example: "PermissionError: [Errno 13] Permission denied: '/mnt/models/cache'",
    title: (_, [words]) => `The server has no permission to write a file (${words})`,
    cure: () =>
      'set `securityContext.runAsUser` or `fsGroup` in `manifest`, or mount an `emptyDir` where the model writes',
  },
];
