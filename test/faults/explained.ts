import type { Target } from './fault.ts';
import type { Flaw } from './judge.ts';

interface Explained extends Pick<Target, 'peer' | 'fault'> {
  readonly kind: RegExp;
  readonly criterion: Flaw['criterion'];
  readonly why: string;
}

/** What the judge finds, and what no run can do better. Each is printed by the sweep. */
const EXPLAINED: readonly Explained[] = [
  {
    peer: 'github',
    kind: /^GET .*\/collaborators\/[^/]+\/permission$/,
    fault: '404',
    criterion: 'f',
    why: 'with 404 GitHub says that a person is no collaborator: the command is refused, and nothing is changed',
  },
];

/** Why a flaw stands; undefined if it must not. */
export function explanationOf(target: Target, flaw: Flaw): string | undefined {
  return EXPLAINED.find(
    (one) =>
      one.peer === target.peer &&
      one.fault === target.fault &&
      one.criterion === flaw.criterion &&
      one.kind.test(target.kind),
  )?.why;
}
