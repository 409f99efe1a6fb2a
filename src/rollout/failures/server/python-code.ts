import type { FailureRow } from '../failure-row.ts';
import { isStandard, packageOf } from './packages.ts';

const RAISED = { reason: 'crash-loop', place: 'Python' } as const;

/** What Python raises while the code of the model runs, after all its imports. */
export const CODE_FAILURES: readonly FailureRow[] = [
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
  {
    ...RAISED,
    id: 'python-pydantic',
    pattern: /PydanticImportError[^\n]{0,200}|PydanticUserError[^\n]{0,200}|`BaseSettings` has been moved/,
    example: 'pydantic.errors.PydanticImportError: `BaseSettings` has been moved to the `pydantic-settings` package.',
    title: (_, [words]) => `The environment has another major version of pydantic than a package needs (${words})`,
    cure: () =>
      'log the model with `pydantic<2` in `pip_requirements`, or with newer versions of the packages that use it',
  },
  {
    ...RAISED,
    id: 'python-attribute-version',
    pattern:
      /AttributeError: '(?!NoneType|str|list|dict|tuple|int|float|bytes)(\w{1,80})' object has no attribute '(\w{1,80})'|module '([\w.]{1,100})' has no attribute '(\w{1,80})'/,
    example: "AttributeError: 'SimpleImputer' object has no attribute '_fit_dtype'",
    title: (_, [, kind, one, module, two]) =>
      kind === undefined
        ? `The module ${module} has no ${two} in the version that the environment has`
        : `An object of the model (${kind}) lacks ${one}: it was saved with another version of its package than the environment has`,
    cure: (_, [, kind, , module = '', name]) => {
      if (kind !== undefined)
        return `log the model with the version of the package of ${kind} that it was trained with in \`pip_requirements\``;
      if (module === 'lib')
        return 'log the model with newer versions of `pyOpenSSL` and `cryptography` in `pip_requirements`';
      if (isStandard(module))
        return `log the model with the Python of the training in conda.yaml, or with a newer version of the package that uses ${name} in \`pip_requirements\``;
      return `log the model with \`${packageOf(module) ?? module.split('.')[0]}==<the version of the training>\` in \`pip_requirements\``;
    },
  },
  {
    ...RAISED,
    id: 'python-encoding',
    pattern: /UnicodeDecodeError: [^\n]{1,200}|UnicodeEncodeError: [^\n]{1,200}/,
    example: "UnicodeDecodeError: 'ascii' codec can't decode byte 0xc3 in position 104: ordinal not in range(128)",
    title: (_, [words]) => `The code of the model reads a text in another encoding than it is in (${words})`,
    cure: () =>
      'set `PYTHONUTF8=1` in `env` of the container in `manifest`, or name the encoding (`encoding="utf-8"`) in the code of the model',
  },
  {
    ...RAISED,
    id: 'python-name-missing',
    pattern: /NameError: name '(\w{1,80})' is not defined/,
    example: "NameError: name 'pd' is not defined",
    title: (_, [, name]) => `The code of the model uses the name ${name}, which it neither imports nor defines`,
    cure: () =>
      'import it inside the file or the function of the model, put the code into a file in `code_paths`, and log the model again: names of a notebook are not saved with it',
  },
];
