import { setTimeout as delay } from 'node:timers/promises';
import { load } from 'js-yaml';
import { ADMIN } from '../../sandbox/cluster/access.ts';
import { KubernetesClient } from '../../sandbox/kubernetes-client.ts';
import type { ActionEnd } from '../../sandbox/runner.ts';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import {
  ANNOTATIONS,
  FIELD_MANAGER,
  NOTES_MANAGER,
  type SeldonDeployment,
} from '../../src/seldon/seldon-deployment.ts';
import { live } from '../scenarios/story.ts';
import { ABSENT, type LivePredictor, type LiveState } from './judge.ts';
import type { FaultStory } from './stories.ts';

const PATH = '/apis/machinelearning.seldon.io/v1/namespaces/seldon/seldondeployments/wine';

/** What is live in the sandbox now, or written in the file of the run. */
export function stateIn(sandbox: Sandbox, { file }: FaultStory, end: ActionEnd | undefined): LiveState {
  if (file !== undefined) return stateOfFile(end?.files[file]);
  const object = live(sandbox);
  if (object === undefined) return ABSENT;
  return {
    exists: true,
    isGoing: object.metadata.deletionTimestamp !== undefined,
    isAvailable: object.status?.['state'] === 'Available',
    predictors: predictorsOf(object),
  };
}

function stateOfFile(text: string | undefined): LiveState {
  if (text === undefined) return ABSENT;
  return { exists: true, isGoing: false, isAvailable: true, predictors: predictorsOf(load(text) as SeldonDeployment) };
}

function predictorsOf({ spec }: SeldonDeployment): readonly LivePredictor[] {
  return spec.predictors.map(({ name, traffic = 100, graph }) => ({ name, traffic, modelUri: graph.modelUri ?? '' }));
}

/** Milliseconds of a second of probes and back-offs: probes must not fail because several runs share the machine. */
export const SECOND_MS = 20;

/** Milliseconds that the sandbox may need to come to rest after a run. */
const REST_MS = 15_000;

/** Waits until the controllers have done what a run told them. */
export async function comeToRest(sandbox: Sandbox): Promise<void> {
  const end = Date.now() + REST_MS;
  while (Date.now() < end && !isAtRest(sandbox)) await delay(25);
}

function isAtRest(sandbox: Sandbox): boolean {
  const object = live(sandbox);
  const isEnding = sandbox.cluster.api
    .list('Pod', 'seldon')
    .some((pod) => pod.metadata.deletionTimestamp !== undefined);
  if (object === undefined) return sandbox.cluster.api.list('Pod', 'seldon').length === 0;
  return !isEnding && object.metadata.deletionTimestamp === undefined && object.status?.['state'] === 'Available';
}

/** The object that the runs before a story leave; undefined where there are none. */
export async function startingPoint({ before, name }: FaultStory): Promise<SeldonDeployment | undefined> {
  if (before.length === 0) return undefined;
  const sandbox = await startSandbox({ second: SECOND_MS });
  try {
    for (const call of before) {
      const end = await sandbox.act(call);
      if (end.exitCode !== 0) throw new Error(`a run before the story ${name} failed:\n${end.shown}`);
    }
    return structuredClone(live(sandbox));
  } finally {
    await sandbox.close();
  }
}

/** Makes that object live in a new sandbox, with the field managers that our runs leave. */
export async function makeLive(sandbox: Sandbox, object: SeldonDeployment | undefined): Promise<void> {
  if (object === undefined) return;
  const { apiVersion, kind, metadata, spec } = object;
  const { [ANNOTATIONS.history]: history, ...annotations } = metadata.annotations ?? {};
  const { name, namespace, labels } = metadata;
  const client = new KubernetesClient(sandbox.cluster.kubeconfig(ADMIN.name));
  const apply = (manager: string, body: unknown) =>
    client.call({
      method: 'PATCH',
      path: `${PATH}?fieldManager=${manager}&force=true`,
      body,
      contentType: 'application/apply-patch+yaml',
    });
  try {
    await apply(FIELD_MANAGER, { apiVersion, kind, metadata: { name, namespace, labels, annotations }, spec });
    if (history !== undefined) {
      const notes = { name, namespace, annotations: { [ANNOTATIONS.history]: history } };
      await apply(NOTES_MANAGER, { apiVersion, kind, metadata: notes });
    }
    await comeToRest(sandbox);
    if (!isAtRest(sandbox)) throw new Error('the starting point of a story did not become available');
  } finally {
    client.close();
  }
}
