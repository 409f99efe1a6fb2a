import type { FailureRow } from './failure-row.ts';

const MEMORY = 'spec.predictors[].componentSpecs[].spec.containers[].resources.limits.memory';

/** What the exit code of a container tells where neither its log nor an event does. */
export const EXIT_FAILURES: readonly FailureRow[] = [
  {
    id: 'exit-by-signal',
    reason: 'crash-loop',
    place: 'container runtime',
    pattern: /ended with [\w ]{1,40}, exit code (13[2-6]|139)\b/,
    example: 'ended with Error, exit code 139',
    title: (_, [, code = '']) => `The server crashed in compiled code: ${SIGNALS[code] ?? `exit code ${code}`}`,
    cure: (_, [, code]) =>
      code === '132'
        ? 'choose nodes with a newer processor (a nodeSelector in `manifest`), or log the model with packages built for older ones in `pip_requirements`'
        : 'log the model with the versions of the training pinned in `pip_requirements`; compiled packages from conda and pip do not always fit each other',
    explains: ['crash-loop'],
  },
  {
    id: 'exit-killed',
    reason: 'crash-loop',
    place: 'container runtime',
    pattern: /ended with [\w ]{1,40}, exit code 137\b/,
    example: 'ended with Error, exit code 137',
    title: () =>
      'The server was killed (SIGKILL): the node or the container had no memory left, or the liveness probe failed',
    cure: () => `raise the memory in \`manifest\`: ${MEMORY}, or allow more time in its \`livenessProbe\``,
    explains: ['crash-loop'],
  },
  {
    id: 'exit-no-command',
    reason: 'crash-loop',
    place: 'container runtime',
    pattern: /ended with [\w ]{1,40}, exit code 12[67]\b/,
    example: 'ended with Error, exit code 127',
    title: () => 'A command that the container starts is missing in its image, or cannot be executed',
    cure: () => 'correct the image, `command` and `args` of the container in `manifest`',
    explains: ['crash-loop'],
  },
];

const SIGNALS: Readonly<Record<string, string>> = {
  '132': 'an instruction that the processor does not have (SIGILL)',
  '133': 'a trap (SIGTRAP)',
  '134': 'it aborted itself (SIGABRT)',
  '135': 'a bus error (SIGBUS), mostly too little shared memory',
  '136': 'an arithmetic error (SIGFPE)',
  '139': 'a segmentation fault (SIGSEGV)',
};
