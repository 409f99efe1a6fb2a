import type { FailureRow } from '../failure-row.ts';
import { isPartOfPackage, isStandard, packageOf } from './packages.ts';

const RAISED = { reason: 'crash-loop', place: 'Python' } as const;

/** MLServer builds no environment: what it imports must be in its image or in the archive beside the model. */
function environmentCure(wanted: string, protocol: string | undefined): string {
  const inArchive =
    "pack it into environment.tar.gz beside MLmodel, because MLServer (`protocol: v2`) does not build the model's environment";
  const inModel = `log the model with \`${wanted}\` in \`pip_requirements\``;
  if (protocol === 'v2') return `${inModel} and ${inArchive}`;
  return protocol === 'seldon' ? inModel : `${inModel}; with \`protocol: v2\` also ${inArchive}`;
}

/** A part of a package is there in one version and not in another. */
function versionCure(wanted: string): string {
  const server =
    wanted === 'mlflow' || wanted === 'mlserver' ? '; or choose a server image that has it through `manifest`' : '';
  return `log the model with \`${wanted}==<the version of the training>\` in \`pip_requirements\`${server}`;
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
    cure: () =>
      'log the model with `protobuf<=3.20.3` in `pip_requirements`, or with newer versions of the packages that use it',
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
      /module 'types' has no attribute 'ClassType'|_make_skeleton_class|_cell_set|cloudpickle[^\n]{0,200}(?:AttributeError|TypeError)|code\(\) (?:argument \d{1,2} must be|takes at most \d{1,2} arguments)|TypeError: _(?:create|make|reconstruct|function|class|cell|empty)\w{0,40}\(\)|code expected at (?:least|most) \d{1,2} arguments|Can't get attribute '_\w{1,60}' on <module 'cloudpickle|an integer is required \(got type bytes\)|bad marshal data|Python in worker has different version|unknown opcode/,
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
    id: 'python-system-module',
    pattern: /No module named '(_(?:lzma|bz2|ctypes|sqlite3|ssl|tkinter|curses|gdbm|uuid|decimal|hashlib))'/,
    example: "ModuleNotFoundError: No module named '_lzma'",
    title: (_, [, module]) =>
      `The Python of the server was built without ${module}, a part of Python that needs a system library`,
    cure: () =>
      'use a server image whose Python is complete through `manifest`, or log the model with `python` in its conda.yaml, so that conda brings a Python',
  },
  {
    ...RAISED,
    id: 'python-package-wanted',
    pattern:
      /Missing optional dependency '([\w.-]{1,60})'|packages that were not found in your environment: ([\w-]{1,60})|The '([\w.<>=!~ -]{1,80})' distribution was not found|No package metadata was found for ([\w.-]{1,80})|requires the (\w{1,40}) library but it was not found|ImportError: [^\n]{0,200}pip install '?"?([\w.-]{1,60})|PackageNotFoundError: ([\w.-]{1,80})$/m,
    example: "ImportError: Missing optional dependency 'openpyxl'.  Use pip or conda to install openpyxl.",
    title: (_, [, ...names]) => `The model needs the package ${wantedOf(names)}, which its environment does not have`,
    cure: ({ protocol }, [, ...names]) => environmentCure(wantedOf(names), protocol),
  },
  {
    ...RAISED,
    id: 'python-versions-conflict',
    pattern:
      /(?:ContextualVersionConflict|VersionConflict): \(([\w.-]{1,60} [\w.]{1,40})[^\n]{0,300}Requirement\.parse\('([^']{1,100})'\)/,
    example:
      "pkg_resources.ContextualVersionConflict: (MarkupSafe 2.1.1 (/opt/conda/lib), Requirement.parse('MarkupSafe<2.1'), {'seldon-core'})",
    title: (_, [, found, wanted]) =>
      `The environment has ${found}, but the version conflicts with what another package needs: ${wanted}`,
    cure: (_, [, , wanted]) => `log the model with \`${wanted}\` in \`pip_requirements\``,
  },
  {
    ...RAISED,
    id: 'python-relative-import',
    pattern: /attempted relative import (?:with no known parent package|beyond top-level package)/,
    example: 'ImportError: attempted relative import with no known parent package',
    title: (_, [words]) => `The code of the model imports files beside it in a way that needs a package (${words})`,
    cure: () => 'log the model with the whole folder of the package in `code_paths`, and import it by its name',
  },
  {
    ...RAISED,
    id: 'python-module-missing',
    pattern: /No module named '?(?!numpy\._core)([\w.]{1,120})'?/,
    example: "ModuleNotFoundError: No module named 'sklearn'",
    title: (_, [, module = '']) => {
      const wanted = packageOf(module);
      const from = wanted === undefined || wanted === module ? '' : ` (package ${wanted})`;
      if (isPartOfPackage(module))
        return `The version of ${wanted} in the environment has no ${module}, which the model needs: it was saved with another version`;
      return `The model needs the Python module ${module}${from}, which its environment does not have`;
    },
    cure: ({ protocol }, [, module = '']) => {
      const wanted = packageOf(module);
      if (wanted !== undefined && isPartOfPackage(module)) return versionCure(wanted);
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
    title: (_, [, name, module]) =>
      `The model needs ${name} of the Python module ${module}, which is not there${module === '__main__' || packageOf(module ?? '') === undefined ? '' : ' in the version that the environment has'}`,
    cure: (_, [, , module]) =>
      module === '__main__' || module === '__mp_main__'
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
    cure: (_, [, name, module = '']) => {
      if (isStandard(module))
        return `log the model with the Python of the training in conda.yaml, or with a newer version of the package that imports ${name} in \`pip_requirements\``;
      const wanted = packageOf(module) ?? module.split('.')[0];
      const pin = wanted === 'werkzeug' ? 'werkzeug<3' : `${wanted}==<the version of the training>`;
      return `log the model with \`${pin}\` in \`pip_requirements\`, so that the versions fit each other`;
    },
  },
  {
    ...RAISED,
    id: 'python-numpy',
    pattern:
      /__randomstate_ctor|is not a known BitGenerator|numpy\.(?:core\.(?:_multiarray_umath|multiarray) failed to import|ndarray size changed|dtype size changed)|compiled using NumPy 1\.x|No module named 'numpy\._core|module 'numpy' has no attribute '\w{1,40}'|`np\.\w{1,20}` was (?:a deprecated|removed)|IMPORTANT: PLEASE READ THIS FOR ADVICE|compiled against (?:ABI|API) version|_ARRAY_API not found|Numpy is not available|numpy\._DTypeMeta/,
    example: 'ValueError: numpy.dtype size changed, may indicate binary incompatibility. Expected 96',
    title: () => 'The numpy of the environment does not fit a package that was compiled for another one',
    cure: () => 'log the model with the `numpy` of the training pinned in `pip_requirements`, often `numpy<2`',
  },
];

function wantedOf(names: readonly (string | undefined)[]): string {
  const said = names.find((name) => name !== undefined) ?? 'that the message names';
  return said === 'PyTorch' ? 'torch' : said;
}
