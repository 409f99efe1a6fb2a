import type { FailureRow } from './failure-row.ts';
import { packageOf } from './packages.ts';

const RAISED = { reason: 'crash-loop', place: 'Python' } as const;

/** MLServer builds no environment: what it imports must be in its image or in the archive beside the model. */
function environmentCure(wanted: string, protocol: string | undefined): string {
  const inArchive =
    "pack it into environment.tar.gz beside MLmodel, because MLServer (`protocol: v2`) does not build the model's environment";
  const inModel = `log the model with \`${wanted}\` in \`pip_requirements\``;
  if (protocol === 'v2') return `${inModel} and ${inArchive}`;
  return protocol === 'seldon' ? inModel : `${inModel}; with \`protocol: v2\` also ${inArchive}`;
}

/** What Python raises while it unpickles and imports the model. The most specific text comes first. */
export const PYTHON_FAILURES: readonly FailureRow[] = [
  {
    ...RAISED,
    id: 'python-protobuf',
    pattern:
      /Descriptors cannot (?:not )?be created directly|Detected incompatible Protobuf|cannot import name '(?:builder|runtime_version)' from 'google\.protobuf'|MessageFactory' object has no attribute/,
    example: 'TypeError: Descriptors cannot not be created directly.',
    title: () => 'The protobuf of the environment does not fit the generated code of another package',
    cure: () => 'log the model with `protobuf<=3.20.3` in `pip_requirements`, or with newer versions of what uses it',
  },
  {
    ...RAISED,
    id: 'python-pickle-protocol',
    pattern: /unsupported pickle protocol: \d/,
    example: 'ValueError: unsupported pickle protocol: 5',
    title: (_, [words]) => `The model was pickled with a newer Python than the one in the server (${words})`,
    cure: () =>
      "log the model with the Python of the server's image, or choose an image with that python through `manifest`",
  },
  {
    ...RAISED,
    id: 'python-cloudpickle',
    pattern:
      /module 'types' has no attribute 'ClassType'|_make_skeleton_class|_cell_set|cloudpickle[^\n]{0,200}(?:AttributeError|TypeError)|code\(\) argument \d{1,2} must be|code expected at (?:least|most) \d{1,2} arguments|Can't get attribute '_\w{1,60}' on <module 'cloudpickle|an integer is required \(got type bytes\)|bad marshal data|unknown opcode/,
    example: "AttributeError: module 'types' has no attribute 'ClassType'",
    title: () => 'The pickled code of the model does not fit the Python or the cloudpickle of the server',
    cure: () =>
      'log the model with the same Python and the same `cloudpickle` as the server has; pin both in conda.yaml',
  },
  {
    ...RAISED,
    id: 'python-skops',
    pattern: /Unrecognized serialization format: skops|No module named 'skops'/,
    example: 'MlflowException: Unrecognized serialization format: skops. Please specify one of',
    title: () => 'The model was saved with skops, which the MLflow inside the server cannot read',
    cure: () =>
      "log it again with `serialization_format='cloudpickle'`, or serve it with a newer image through `manifest`",
  },
  {
    ...RAISED,
    id: 'python-setuptools',
    pattern: /No module named '(pkg_resources|distutils)'/,
    example: "ModuleNotFoundError: No module named 'pkg_resources'",
    title: (_, [, module]) => `The environment has no ${module}: it came with setuptools, which is missing or too new`,
    cure: () => 'log the model with `setuptools<81` in `pip_requirements`',
  },
  {
    ...RAISED,
    id: 'python-module-missing',
    pattern: /No module named '?([\w.]{1,120})'?/,
    example: "ModuleNotFoundError: No module named 'sklearn'",
    title: (_, [, module = '']) => {
      const wanted = packageOf(module);
      const from = wanted === undefined || wanted === module ? '' : ` (package ${wanted})`;
      return `The model needs the Python module ${module}${from}, which its environment does not have`;
    },
    cure: ({ protocol }, [, module = '']) => {
      const wanted = packageOf(module);
      return wanted === undefined
        ? `log the model with ${module} in \`code_paths\` if it is your own code, or in \`pip_requirements\` if it is a package`
        : environmentCure(wanted, protocol);
    },
  },
  {
    ...RAISED,
    id: 'python-attribute-missing',
    pattern: /Can't get attribute '([\w.]{1,80})' on <module '([\w.]{1,80})'/,
    example: "AttributeError: Can't get attribute 'Features' on <module '__main__' (built-in)>",
    title: (_, [, name, module]) => `The model needs ${name} of the Python module ${module}, which is not there`,
    cure: (_, [, , module]) =>
      module === '__main__'
        ? 'put the class into a file of its own and log the model with that file in `code_paths`: a class of a notebook is not saved with the model'
        : `log the model with the version of ${packageOf(module ?? '') ?? module} it was trained with in \`pip_requirements\``,
  },
  {
    ...RAISED,
    id: 'python-web-framework',
    pattern: /cannot import name '(\w{1,80})' from '(jinja2|flask|markupsafe|itsdangerous)[\w.]{0,60}'/i,
    example: "ImportError: cannot import name 'escape' from 'jinja2' (/usr/lib/python3.7/jinja2/__init__.py)",
    title: (_, [, name, module]) => `${module} is too new for the Flask of the server: it has no ${name} any more`,
    cure: () =>
      'use a newer server image through `manifest`, or log the model with `jinja2<3.1`, `markupsafe<2.1` and `itsdangerous<2.1` in `pip_requirements`',
  },
  {
    ...RAISED,
    id: 'python-import-name',
    pattern: /cannot import name '(\w{1,80})' from (?:partially initialized module )?'([\w.]{1,100})'/,
    example: "ImportError: cannot import name 'url_quote' from 'werkzeug.urls' (/opt/conda/werkzeug/urls.py)",
    title: (_, [, name, module = '']) =>
      `The version of ${packageOf(module) ?? module} in the environment does not have ${name} (${module}), which another package needs`,
    cure: (_, [, , module = '']) => {
      const wanted = packageOf(module) ?? module.split('.')[0];
      const pin = wanted === 'werkzeug' ? 'werkzeug<3' : `${wanted}==<the version of the training>`;
      return `log the model with \`${pin}\` in \`pip_requirements\`, so that the versions fit each other`;
    },
  },
  {
    ...RAISED,
    id: 'python-numpy',
    pattern:
      /__randomstate_ctor|is not a known BitGenerator|numpy\.(?:core\.multiarray failed to import|ndarray size changed|dtype size changed)|compiled using NumPy 1\.x|No module named 'numpy\._core'|module 'numpy' has no attribute '\w{1,40}'|np\.(?:float|int|bool|object)_?` was (?:a deprecated|removed)/,
    example: 'ValueError: numpy.dtype size changed, may indicate binary incompatibility. Expected 96',
    title: () => 'The numpy of the environment does not fit a package that was compiled for another one',
    cure: () => 'log the model with the `numpy` of the training pinned in `pip_requirements`, often `numpy<2`',
  },
  {
    ...RAISED,
    id: 'python-system-library',
    pattern:
      /(lib[\w.+-]{1,60}\.so[\w.]{0,20}): cannot open shared object file|(?:version `(GLIBC\w{0,10}_[\d.]{1,12})' not found)|ImportError: (libGL[\w.]{0,20})/,
    example: 'OSError: libgomp.so.1: cannot open shared object file: No such file or directory',
    title: (_, [, library, glibc, other]) =>
      `The image of the server does not have the system library ${library ?? glibc ?? other}`,
    cure: (_, [, library = '']) =>
      `install it with conda (${library.startsWith('libgomp') ? '`libgomp` or `lightgbm`' : library.startsWith('libGL') ? '`opencv`, or pip `opencv-python-headless`' : 'a package of conda.yaml brings it'}), or use an image that has it through \`manifest\``,
  },
  {
    ...RAISED,
    id: 'python-illegal-instruction',
    pattern:
      /Illegal instruction|The TensorFlow library was compiled to use \w{1,20} instructions|CUDA error|CUDA driver version is insufficient|no CUDA-capable device|Found no NVIDIA driver|Attempting to deserialize object on a CUDA device/,
    example: 'RuntimeError: Attempting to deserialize object on a CUDA device but torch.cuda.is_available() is False.',
    title: (_, [words]) => `The model needs a processor or GPU that the node does not have (${words})`,
    cure: () =>
      'request the GPU in `manifest` (resources.limits `nvidia.com/gpu`, a nodeSelector), or log the model for the CPU (`map_location="cpu"`)',
  },
  {
    ...RAISED,
    id: 'python-model-version',
    pattern:
      /InconsistentVersionWarning[^\n]{0,200}|node array from the pickle has an incompatible dtype|XGBoostError[^\n]{0,200}|Model format error|Unknown layer: \w{1,60}|Unable to deserialize|bad magic number|invalid load key|UnpicklingError[^\n]{0,100}|EOFError: Ran out of input|Error\(s\) in loading state_dict|SystemError: unknown opcode/,
    example: 'ValueError: node array from the pickle has an incompatible dtype',
    title: (_, [words]) => `The file of the model cannot be loaded with the versions in the server (${words})`,
    cure: () =>
      'log the model with the versions of the training pinned in `pip_requirements`; if the file is cut (an LFS pointer, a failed upload), log it again',
  },
  {
    ...RAISED,
    id: 'python-crash',
    pattern: /Segmentation fault|Fatal Python error: [^\n]{1,100}|double free or corruption|core dumped/,
    example: 'Segmentation fault (core dumped)',
    title: (_, [words]) => `Compiled code of the model crashed the Python of the server (${words})`,
    cure: () =>
      'log the model with the versions of the training pinned in `pip_requirements`; compiled packages from conda and pip do not always fit each other',
  },
  {
    ...RAISED,
    id: 'python-java',
    pattern: /Java gateway process exited|JAVA_HOME is not set|java: not found|No such file or directory: 'java'/,
    example: 'RuntimeError: Java gateway process exited before sending its port number',
    title: () => 'The model needs Java (Spark or H2O), which the image of the server does not have',
    cure: () => 'add `openjdk` to the conda.yaml of the model, or use an image with Java through `manifest`',
  },
  {
    ...RAISED,
    id: 'python-variable-missing',
    pattern: /KeyError: '([A-Z][A-Z0-9_]{3,60})'/,
    example: "KeyError: 'FEATURE_STORE_URL'",
    title: (_, [, name]) => `The code of the model reads the environment variable ${name}, which is not set`,
    cure: (_, [, name]) => `set ${name} in \`env\` of the container in \`manifest\``,
  },
  {
    ...RAISED,
    id: 'python-file-missing',
    pattern: /FileNotFoundError: [^\n]{0,60}No such file or directory: '([^']{1,200})'/,
    example: "FileNotFoundError: [Errno 2] No such file or directory: '/data/encoder.pkl'",
    title: (_, [, path]) => `The code of the model reads the file ${path}, which is not in the pod`,
    cure: () => 'log the model with that file as one of its `artifacts` and read it from `context.artifacts`',
  },
  {
    ...RAISED,
    id: 'python-syntax',
    pattern:
      /(?:SyntaxError|IndentationError): [^\n]{1,200}|unsupported operand type\(s\) for \|: 'type' and|'type' object is not subscriptable/,
    example: 'SyntaxError: invalid syntax',
    title: (_, [words]) => `The code of the model does not run on the Python of the server (${words})`,
    cure: () => 'log the model with the Python of the training in conda.yaml, or correct the code in `code_paths`',
  },
];
