import type { FailureRow } from '../failure-row.ts';

const RAISED = { reason: 'crash-loop', place: 'Python' } as const;
const MEMORY = 'spec.predictors[].componentSpecs[].spec.containers[].resources.limits.memory';

/** What the compiled code of a model and the machine below it say: libraries, processors, GPUs, memory and threads. */
export const NATIVE_FAILURES: readonly FailureRow[] = [
  {
    ...RAISED,
    id: 'python-system-library',
    pattern:
      /(lib[\w.+-]{1,60}\.so[\w.]{0,20}): cannot open shared object file|(?:version `((?:GLIBC\w{0,10}|CXXABI|GCC|OPENSSL)_[\w.]{1,12})' not found)|ImportError: (libGL[\w.]{0,20})/,
    example: 'OSError: libgomp.so.1: cannot open shared object file: No such file or directory',
    title: (_, [, library, glibc, other]) =>
      `The image of the server does not have the system library ${library ?? glibc ?? other}`,
    cure: (_, [, library = '']) =>
      /^lib(?:cu|nv|nccl)/.test(library)
        ? 'use a server image with CUDA through `manifest` and request `nvidia.com/gpu`, or log the model with the packages for the CPU in `pip_requirements`'
        : `install it with conda (${library.startsWith('libgomp') ? '`libgomp` or `lightgbm`' : library.startsWith('libGL') ? '`opencv`, or pip `opencv-python-headless`' : 'a package of conda.yaml brings it'}), or use an image that has it through \`manifest\``,
  },
  {
    ...RAISED,
    id: 'python-undefined-symbol',
    pattern: /([\w.+-]{1,80}\.so[\w.]{0,20}): (?:undefined symbol|symbol \w{1,120}[^\n]{0,60} not (?:found|defined))/,
    example: 'ImportError: /opt/conda/torchvision/_C.so: undefined symbol: _ZN3c106detail14torchCheckFailEPKcS2_jRKSs',
    title: (_, [, library]) =>
      `The compiled file ${library} was built for another version of a library it needs: a symbol is missing`,
    cure: () =>
      'log the model with versions that fit each other pinned in `pip_requirements` (torch with its torchvision and torchaudio), all from pip or all from conda',
  },
  {
    ...RAISED,
    id: 'python-gpu-memory',
    pattern:
      /CUDA out of memory[^\n]{0,160}|OutOfMemoryError: CUDA[^\n]{0,160}|CUDA_ERROR_OUT_OF_MEMORY|RESOURCE_EXHAUSTED: [^\n]{0,40}out of memory/i,
    example: 'torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB',
    title: () => 'The GPU has too little memory for the model, or other processes use it',
    cure: () =>
      'use a GPU with more memory (a nodeSelector in `manifest`), one worker alone (`GUNICORN_WORKERS`, `MLSERVER_PARALLEL_WORKERS`), or log a smaller model',
  },
  {
    ...RAISED,
    id: 'python-illegal-instruction',
    pattern:
      /Illegal instruction|The TensorFlow library was compiled to use \w{1,20} instructions|CUDA error|CUDA driver version is insufficient|no CUDA-capable device|Found no NVIDIA driver|No CUDA GPUs are available|not compiled with CUDA|NVIDIA driver on your system is too old|Unable to find CUDA|Attempting to deserialize object on (?:a )?CUDA device/,
    example: 'RuntimeError: Attempting to deserialize object on a CUDA device but torch.cuda.is_available() is False.',
    title: (_, [words]) => `The model needs a processor or GPU that the node does not have (${words})`,
    cure: () =>
      'request the GPU in `manifest` (resources.limits `nvidia.com/gpu`, a nodeSelector), use nodes whose driver fits the CUDA version of the packages, or log the model for the CPU (`map_location="cpu"`)',
  },
  {
    ...RAISED,
    id: 'python-threads',
    pattern:
      /pthread_create failed[^\n]{0,100}|can't start new thread|Thread creation failed[^\n]{0,80}|Resource temporarily unavailable/,
    example: 'OpenBLAS blas_thread_init: pthread_create failed for thread 63 of 64: Resource temporarily unavailable',
    title: (_, [words]) => `The server cannot start more threads in its pod (${words})`,
    cure: () =>
      'set `OMP_NUM_THREADS` and `OPENBLAS_NUM_THREADS` to the cpus of the container in `env` of `manifest`, or ask who runs the nodes to raise the limit of pids of a pod',
  },
  {
    ...RAISED,
    id: 'python-shared-memory',
    pattern: /out of shared memory|Bus error|unable to (?:open|mmap) shared memory/,
    example:
      "RuntimeError: DataLoader worker (pid 41) is killed by signal: Bus error. It is possible that dataloader's workers are out of shared memory.",
    title: () => 'The pod has too little shared memory (/dev/shm) for the workers of the model',
    cure: () =>
      'mount an `emptyDir` with `medium: Memory` at /dev/shm in `manifest`, or let the model use no worker processes',
  },
  {
    ...RAISED,
    id: 'python-java-memory',
    pattern: /java\.lang\.OutOfMemoryError: [^\n]{1,100}/,
    example: 'java.lang.OutOfMemoryError: Java heap space',
    title: (_, [words]) => `The Java process of the model has too little memory (${words})`,
    cure: () =>
      `raise the memory of Spark or H2O (\`spark.driver.memory\`) in the code of the model, and the limit in \`manifest\`: ${MEMORY}`,
  },
  {
    ...RAISED,
    id: 'python-crash',
    pattern:
      /Segmentation fault|Fatal Python error: [^\n]{1,100}|double free or corruption|core dumped|SIG(?:SEGV|ABRT|BUS|FPE)\b|due to signal (?:4|6|7|8|11)\b|free\(\): invalid \w{1,10}|malloc\(\): [^\n]{1,60}|terminate called after throwing an instance of '(?!std::bad_alloc)[^']{1,80}'/,
    example: 'Segmentation fault (core dumped)',
    title: (_, [words]) => `Compiled code of the model crashed the Python of the server (${words})`,
    cure: () =>
      'log the model with the versions of the training pinned in `pip_requirements`; compiled packages from conda and pip do not always fit each other',
  },
  {
    ...RAISED,
    id: 'python-java',
    pattern:
      /Java gateway process exited|JAVA_HOME is not set|java: not found|Cannot find Java|UnsupportedClassVersionError[^\n]{0,100}|No such file or directory: 'java'/,
    example: 'RuntimeError: Java gateway process exited before sending its port number',
    title: () => 'The model needs Java (Spark or H2O), which the image of the server does not have',
    cure: () => 'add `openjdk` to the conda.yaml of the model, or use an image with Java through `manifest`',
  },
];
