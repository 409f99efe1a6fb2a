import type { ActionCall, ActionEnd } from '../../sandbox/runner.ts';
import { OPEN_PULL_REQUEST, PULL_REQUEST, type Sandbox } from '../../sandbox/sandbox.ts';
import { settling, using } from '../scenarios/story.ts';

/** A run that faults are put into. */
export interface FaultStory {
  readonly name: string;
  /** Runs before it that make the live state. */
  readonly before: readonly Partial<ActionCall>[];
  /** The outcome without a fault. */
  readonly outcome: string;
  readonly pullRequest: number;
  /** The file that is written in place of a cluster. */
  readonly file?: string;
  readonly perform: (sandbox: Sandbox, call: Partial<ActionCall>) => Promise<ActionEnd>;
}

const CANARY = { mode: 'canary', 'model-uri': 'models:/wine-quality@challenger', traffic: '20' };
const V2 = { 'model-uri': 'models:/wine-quality/2' };
const FILE = 'deploy/wine.yaml';

function acting({ inputs }: Partial<ActionCall>): FaultStory['perform'] {
  return (sandbox, call) => sandbox.act({ ...call, inputs: { ...call.inputs, ...inputs } });
}

/** All of them, in the order in which the sweep plays them. */
export const STORIES: readonly FaultStory[] = [
  {
    name: 'first',
    before: [],
    outcome: 'deployed',
    pullRequest: PULL_REQUEST,
    perform: acting({}),
  },
  {
    name: 'update',
    before: [{}],
    outcome: 'deployed',
    pullRequest: PULL_REQUEST,
    perform: acting(using(V2)),
  },
  {
    name: 'canary',
    before: [{}],
    outcome: 'deployed',
    pullRequest: PULL_REQUEST,
    perform: acting(using(CANARY)),
  },
  {
    name: 'promote',
    before: [{}, using(CANARY)],
    outcome: 'deployed',
    pullRequest: PULL_REQUEST,
    perform: acting(settling('promote')),
  },
  {
    name: 'rollback',
    before: [{}, using(V2)],
    outcome: 'restored',
    pullRequest: PULL_REQUEST,
    perform: acting(settling('rollback')),
  },
  {
    name: 'comment',
    before: [{}],
    outcome: 'deployed',
    pullRequest: OPEN_PULL_REQUEST,
    perform: (sandbox, call) => sandbox.comment({ by: 'maria', body: '/seldon deploy models:/wine-quality/2' }, call),
  },
  {
    name: 'nan',
    before: [{}],
    outcome: 'rolled-back',
    pullRequest: PULL_REQUEST,
    perform: acting(using({ 'model-uri': 'models:/wine-quality/4' })),
  },
  {
    name: 'remove',
    before: [{}],
    outcome: 'removed',
    pullRequest: PULL_REQUEST,
    perform: acting(settling('remove')),
  },
  {
    name: 'gitops',
    before: [],
    outcome: 'rendered',
    pullRequest: PULL_REQUEST,
    file: FILE,
    perform: acting({ inputs: { apply: 'false', 'manifest-file': FILE, kubeconfig: '', environment: '' } }),
  },
];

export function storyNamed(name: string): FaultStory {
  const found = STORIES.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no story ${name}; there are ${STORIES.map((one) => one.name).join(', ')}`);
  return found;
}
