import type { FailureRow } from '../failure-row.ts';

const SAID = {
  reason: 'crash-loop',
  place: 'Python',
  explains: ['crash-loop', 'rollout-timeout', 'progress-deadline-exceeded'],
} as const;

const ERROR = /^((?:[A-Za-z_]\w{0,60}\.){0,8}(?:[A-Z]\w{0,60})?(?:Error|Exception)): ([^\n]{1,300})/m;

/** What a server says at its end where no other row knows the words. They come last. */
export const LAST_WORDS: readonly FailureRow[] = [
  {
    ...SAID,
    id: 'environment-failed',
    place: 'conda and pip',
    pattern:
      /CondaEnvException: Pip failed|CalledProcessError: Command '\[?'?(?:conda|pip|mamba|micromamba)[^\n]{0,300}returned non-zero exit status \d{1,3}/,
    example:
      "subprocess.CalledProcessError: Command 'conda run -n mlflow pip install -r /microservice/requirements.txt' returned non-zero exit status 2.",
    title: (_, [words]) => `The server cannot build the model's environment (${words})`,
    cure: () =>
      'read the messages of conda or pip above this line in the log, correct conda.yaml or `pip_requirements`, and log the model again',
  },
  {
    ...SAID,
    id: 'python-version-warning',
    pattern: /InconsistentVersionWarning: ([^\n]{1,200})/,
    example:
      'InconsistentVersionWarning: Trying to unpickle estimator DecisionTreeClassifier from version 1.0 when using version 1.3.',
    title: (_, [, words]) => `The model was saved with another version of scikit-learn than the server has (${words})`,
    cure: () => 'log the model with the `scikit-learn` of the training pinned in `pip_requirements`',
  },
  {
    ...SAID,
    id: 'server-boot-failed',
    place: 'model server',
    pattern: /Worker failed to boot|Worker \(pid:\d{1,8}\) exited with code [1-9]\d{0,2}/,
    example: '[ERROR] Reason: Worker failed to boot.',
    title: () => 'The worker of the Python server ends before it can answer',
    cure: () =>
      'read the traceback above this line in the log: the code of the model fails while it is imported or loaded',
  },
  {
    ...SAID,
    id: 'python-error',
    pattern: ERROR,
    example: 'ValueError: Could not interpret optimizer identifier: adamw',
    title: (_, match) => {
      const [kind, words] = lastErrorOf(match);
      return `The Python server ends with ${kind}: ${words}`;
    },
    cure: () =>
      'read the traceback in the log: correct the code of the model (`code_paths`) or the versions of its packages (`pip_requirements`), and log the model again',
  },
];

/** Python prints the error that ended it last, after those that led to it. */
function lastErrorOf({ input = '' }: RegExpMatchArray): readonly [string, string] {
  const [, kind = '', words = ''] = [...input.matchAll(new RegExp(ERROR, 'gm'))].at(-1) ?? [];
  return [kind, words];
}
