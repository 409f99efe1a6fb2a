import { expect, it } from 'vitest';
import type { ActionCall, ActionEnd } from '../../sandbox/runner.ts';
import { PULL_REQUEST, type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox/sandbox.ts';
import { ANNOTATIONS, type SeldonDeployment } from '../../src/seldon/seldon-deployment.ts';

/** One story on a sandbox of its own, told with the built bundle. */
export function story(sentence: string, tell: (sandbox: Sandbox) => Promise<void>, options: SandboxOptions = {}): void {
  it(sentence, async () => {
    const sandbox = await startSandbox(options);
    try {
      await tell(sandbox);
    } finally {
      await sandbox.close();
    }
  });
}

export interface Ending {
  readonly outcome: string;
  readonly reason: string;
}

/** The step ended so: exit code, outputs and summary agree, and the comment on the pull request tells the same. */
export function expectEnding(sandbox: Sandbox, end: ActionEnd, { outcome, reason }: Ending, objects = 1): string {
  const succeeded = ['deployed', 'unchanged', 'planned', 'restored', 'reported', 'removed', 'rendered'].includes(
    outcome,
  );
  expect({ ...pick(end.outputs), exitCode: end.exitCode }, end.shown).toEqual({
    outcome,
    reason,
    exitCode: succeeded ? 0 : 1,
  });
  expect(JSON.parse(end.outputs['result'] ?? '{}')).toMatchObject({ schema_version: 1, outcome, reason });
  expect(end.summary.length).toBeGreaterThan(100);
  return commentOf(sandbox, objects);
}

function pick(outputs: Readonly<Record<string, string>>): Ending {
  return { outcome: outputs['outcome'] ?? '', reason: outputs['reason'] ?? '' };
}

/** Our last comment on the pull request: one for each object; another one would be a mistake of ours. */
export function commentOf(sandbox: Sandbox, objects = 1): string {
  const comments = sandbox.github.comments(PULL_REQUEST);
  expect(comments).toHaveLength(objects);
  return comments.at(-1)?.body ?? '';
}

export function live(sandbox: Sandbox, name = 'wine'): SeldonDeployment | undefined {
  return sandbox.cluster.api.get('SeldonDeployment', { namespace: 'seldon', name }) as SeldonDeployment | undefined;
}

export function modelUriOf(sandbox: Sandbox, name = 'wine'): string | undefined {
  return live(sandbox, name)?.spec.predictors[0]?.graph.modelUri;
}

export function markerOf(sandbox: Sandbox): string | undefined {
  return live(sandbox)?.spec.predictors[0]?.annotations?.[ANNOTATIONS.rollout];
}

/** Uids of the pods of one predictor. */
export function podUids(sandbox: Sandbox, predictor: string): readonly string[] {
  return sandbox.cluster.api
    .list('Pod', 'seldon')
    .filter(({ metadata }) => metadata.labels?.['version'] === predictor)
    .map(({ metadata }) => metadata.uid ?? '')
    .sort();
}

/** `main 80, canary 20`, as the object says it. */
export function sharesOf(sandbox: Sandbox): string {
  const predictors = live(sandbox)?.spec.predictors ?? [];
  return predictors
    .map((one) => `${one.name} ${one.traffic ?? 'all'}${one.shadow === true ? ' (shadow)' : ''}`)
    .join(', ');
}

/** Inputs of a mode that takes its model from the cluster. */
export function settling(mode: string, inputs: Readonly<Record<string, string>> = {}): Partial<ActionCall> {
  return { inputs: { mode, 'model-uri': '', ...inputs } };
}

/** A call with these inputs beside the sandbox's own. */
export function using(inputs: Readonly<Record<string, string>>, more: Partial<ActionCall> = {}): Partial<ActionCall> {
  return { ...more, inputs };
}

/** Names of the pods of the SeldonDeployment. */
export function pods(sandbox: Sandbox): readonly string[] {
  return sandbox.cluster.api
    .list('Pod', 'seldon')
    .map((pod) => pod.metadata.name)
    .sort();
}

/** Somebody edits the object, as `kubectl edit` does, and again where the operator writes its status at the same time. */
export async function edit(sandbox: Sandbox, change: (object: SeldonDeployment) => void, name = 'wine'): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const object = structuredClone(live(sandbox, name));
    if (object === undefined) throw new Error('there is no object');
    change(object);
    try {
      await sandbox.cluster.api.update(object as unknown as Parameters<typeof sandbox.cluster.api.update>[0]);
      return;
    } catch (error) {
      if (attempt === 20) throw error;
    }
  }
}

/** Does something once, at the first line of the log that matches. */
export function at(line: RegExp, act: () => unknown): Pick<ActionCall, 'onLine'> {
  let isDone = false;
  return {
    onLine: (text) => {
      if (isDone || !line.test(text)) return;
      isDone = true;
      act();
    },
  };
}
