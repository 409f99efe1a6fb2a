import { isDeepStrictEqual } from 'node:util';
import { type SandboxCluster, startCluster } from '../../../sandbox/cluster/cluster.ts';
import { startOperator } from '../../../sandbox/operator/operator.ts';
import { ask } from '../cluster-client.ts';
import { type RecordedEvent, recording } from '../replay.ts';
import { RECORDED_IMAGES } from './images.ts';
import { COMPARED, type Made, recordedStanding, type Standing, standingOf } from './standing.ts';

/** What stood on both sides when the recorder went on to the next step. */
export interface Stage {
  /** The NOTE with which the stage began. */
  readonly step: string;
  readonly theirs: Standing;
  readonly ours: Standing;
  /** The states that the object showed, in the order of their first appearance, and the last one. */
  readonly theirStates: States;
  readonly ourStates: States;
}

export interface States {
  readonly order: readonly string[];
  readonly last: string | undefined;
}

/** Milliseconds in which our side must reach what stood on the other. */
const PATIENCE = 4000;
const SECOND = 10;

const COLLECTION = '/apis/machinelearning.seldon.io/v1/namespaces/seldon/seldondeployments';

/** Gives the recorded inputs to our operator on our cluster, one after the other. */
export async function play(situation: string): Promise<readonly Stage[]> {
  const { events } = recording(situation);
  const cluster = await startCluster({ second: SECOND, namespaces: ['seldon'], images: RECORDED_IMAGES });
  const istio = situation.startsWith('istio_');
  await cluster.api.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'rclone-s3', namespace: 'seldon' } });
  if (situation === 'quota') await quota(cluster, '0');
  const ingress = { ambassador: !istio, istio };
  const operator = await startOperator({ kubeconfig: cluster.kubeconfig(), webhook: true, lag: 5, ...ingress });
  const states: string[] = [];
  const closing = new AbortController();
  void ask(cluster, {
    path: `${COLLECTION}?watch=true&resourceVersion=1`,
    signal: closing.signal,
    onLine: (line) => states.push(stateOf((JSON.parse(line) as { object: Made }).object)),
  }).catch(() => undefined);
  const stages: Stage[] = [];
  try {
    const inputs = [...events.keys()].filter((at) => isInput(events[at]));
    for (const [i, at] of inputs.entries()) {
      const from = states.length;
      const note = events[at] as RecordedEvent;
      await input(cluster, note);
      const end = inputs[i + 1] ?? events.length;
      const watched = watchedIn(events);
      const theirs = recordedStanding(events.slice(0, end));
      const ours = await reached(cluster, theirs, watched);
      const seen = events.slice(at, end).filter(({ kind, type }) => kind === 'SeldonDeployment' && type !== 'NOTE');
      stages.push({
        step: `${note.t} s: ${note.kind}`,
        theirs,
        ours,
        theirStates: statesOf(seen.map(({ object }) => stateOf(object as Made))),
        ourStates: statesOf(states.slice(from)),
      });
    }
  } finally {
    closing.abort();
    await operator.close();
    await cluster.close();
  }
  return stages;
}

function isInput(event: RecordedEvent | undefined): boolean {
  if (event?.type !== 'NOTE') return false;
  return ['apply', 'patch', 'delete'].includes(event.kind) || QUOTA_STEPS.has(event.object as string);
}

/** Steps that the recorder took without a NOTE of the request. */
const QUOTA_STEPS = new Map<string, string | undefined>([
  ['a ResourceQuota of one pod', '1'],
  ['the quota goes', undefined],
]);

interface Input {
  readonly status?: number;
  readonly by?: string;
  readonly path: string;
  readonly sent: Record<string, unknown>;
}

async function input(cluster: SandboxCluster, { kind, object }: RecordedEvent): Promise<void> {
  if (kind === 'step') return quota(cluster, QUOTA_STEPS.get(object as string));
  const { status, by, path, sent } = object as Input;
  const answer = await ask(cluster, requestOf(kind, { by: by ?? 'recorder', path, sent }));
  if (status !== undefined && answer.code !== status)
    throw new Error(`recorded HTTP ${status}, ours ${answer.code}: ${JSON.stringify(answer.body)}`);
}

function requestOf(kind: string, { by, path, sent }: Required<Omit<Input, 'status'>>) {
  if (kind === 'delete') return { method: 'DELETE', path };
  if (kind === 'apply' && by === 'kubectl-create')
    return { method: 'POST', path: COLLECTION, body: sent };
  if (kind === 'apply') {
    const { name } = sent['metadata'] as { name: string };
    const query = `fieldManager=${by}&force=true`;
    return { method: 'PATCH', path: `${COLLECTION}/${name}?${query}`, contentType: 'application/apply-patch+yaml', body: sent };
  }
  const type = Array.isArray(sent) ? 'json' : 'merge';
  return {
    method: 'PATCH',
    // Our cluster lacks the subresource `scale`, which writes this one field.
    path: path.replace(/\/scale$/, ''),
    contentType: `application/${type}-patch+json`,
    body: sent,
  };
}

async function quota(cluster: SandboxCluster, pods: string | undefined): Promise<void> {
  const metadata = { name: 'few', namespace: 'seldon' };
  if (pods === undefined) cluster.api.remove('ResourceQuota', metadata);
  else await cluster.api.create({ apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard: { pods } } });
}

/** The recorder of the older recordings did not watch all kinds. */
function watchedIn(events: readonly RecordedEvent[]): ReadonlySet<string> {
  const isNewer = events.some(({ kind, type }) => kind === 'Service' && type !== 'NOTE');
  return new Set(isNewer ? COMPARED : COMPARED.filter((kind) => kind !== 'Service'));
}

/** Ours, as soon as it is the same, or what it has come to. */
async function reached(cluster: SandboxCluster, theirs: Standing, watched: ReadonlySet<string>): Promise<Standing> {
  const deadline = Date.now() + PATIENCE;
  for (;;) {
    const objects = [...watched].flatMap((kind) => cluster.api.list(kind, 'seldon'));
    const ours = standingOf(JSON.parse(JSON.stringify(objects)) as Made[]);
    if (isDeepStrictEqual(ours, theirs) || Date.now() > deadline) return ours;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function stateOf({ status }: Made): string {
  const { state = 'nothing', description } = (status ?? {}) as { state?: string; description?: string };
  return description === undefined ? state : `${state}: ${description}`;
}

function statesOf(states: readonly string[]): States {
  return { order: [...new Set(states)], last: states.at(-1) };
}
