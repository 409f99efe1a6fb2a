import type { ActionCall, ActionEnd } from '../../sandbox/runner.ts';
import { OPEN_PULL_REQUEST, type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import { underLoad } from '../../test/scenarios/load.ts';

/** Four comments of one pull request, from real runs of the built action on the sandbox. */

export interface Sample {
  /** Name of the picture. */
  readonly name: string;
  readonly markdown: string;
}

const STEP_SECONDS = 20;
const PLAN = '/seldon plan mode=canary models:/wine-quality@challenger steps=25,50';
/** Milliseconds between two looks at the comment of a run in progress. */
const LOOK_MS = 500;

/** Plays the story. @throws Error if a run does not end as planned */
export async function tellStory(): Promise<readonly Sample[]> {
  const sandbox = await startSandbox();
  const ofCanary = {
    'prometheus-url': sandbox.prometheus.url,
    'step-interval': String(STEP_SECONDS),
    'gate-latency': '0.1',
  };
  let number = 4710;
  const call = (more: Readonly<Record<string, string>> = {}): Partial<ActionCall> => {
    number += 1;
    return { inputs: { environment: 'production', ...more }, env: { GITHUB_RUN_ID: String(number) } };
  };
  const say = (body: string) => sandbox.comment({ by: 'maria', body }, call(ofCanary));
  try {
    expectEnd(await sandbox.act(call()), 'deployed');
    expectEnd(await say(PLAN), 'planned');
    const plan = newest(sandbox);
    const { result: progress } = await underLoad(sandbox, () => inProgress(sandbox, () => say(offered(plan))));
    expectEnd(progress.end, 'deployed');
    expectEnd(await say('/seldon plan mode=promote'), 'planned');
    expectEnd(await say(offered(newest(sandbox))), 'deployed');
    const promoted = newest(sandbox);
    expectEnd(await sandbox.act(withPullRequest(call({ 'model-uri': 'models:/wine-quality/5' }))), 'rolled-back');
    const samples = { plan, canary: progress.seen, promoted, failed: newest(sandbox) };
    return Object.entries(samples).map(([name, text]) => ({ name, markdown: withPublicAddresses(sandbox, text) }));
  } finally {
    await sandbox.close();
  }
}

function withPullRequest({ inputs, ...call }: Partial<ActionCall>): Partial<ActionCall> {
  return { ...call, inputs: { ...inputs, 'pull-request': String(OPEN_PULL_REQUEST) } };
}

function expectEnd({ outputs, shown }: ActionEnd, outcome: string): void {
  if (outputs['outcome'] === outcome) return;
  throw new Error(`a run was to end as ${outcome}, and ended as ${outputs['outcome']}:\n${shown}`);
}

interface Progress {
  readonly end: ActionEnd;
  /** The comment in the middle of the run, with evidence of a step. */
  readonly seen: string;
}

async function inProgress(sandbox: Sandbox, work: () => Promise<ActionEnd>): Promise<Progress> {
  let seen = '';
  const watch = setInterval(() => {
    const body = newest(sandbox);
    if (body.includes('### ⏳') && body.includes('**Evidence')) seen = body;
  }, LOOK_MS);
  try {
    const end = await work();
    if (seen === '') throw new Error('no comment with evidence was seen while the run was in progress');
    return { end, seen };
  } finally {
    clearInterval(watch);
  }
}

/** The comment of the action that was written or edited last. */
function newest(sandbox: Sandbox): string {
  const ours = sandbox.github.comments(OPEN_PULL_REQUEST).filter((one) => one.user?.login === 'github-actions[bot]');
  return ours.toSorted((a, b) => b.updated_at.localeCompare(a.updated_at))[0]?.body ?? '';
}

/** The command that the plan's comment offers. */
function offered(text: string): string {
  return /^\/seldon .*plan=\S+$/m.exec(text)?.[0] ?? '';
}

/** The sandbox listens on ports of this machine, which are others each time. */
function withPublicAddresses({ gateway, mlflow }: Sandbox, text: string): string {
  return text
    .replaceAll(gateway.url, 'https://models.example.com')
    .replaceAll(mlflow.url, 'https://mlflow.example.com');
}
