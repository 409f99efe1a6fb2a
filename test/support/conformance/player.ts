import { isDeepStrictEqual } from 'node:util';
import { type SandboxCluster, startCluster } from '../../../sandbox/cluster/cluster.ts';
import { startOperator } from '../../../sandbox/operator/operator.ts';
import { ask, until } from '../cluster-client.ts';
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

/** Seconds by which the watch may be ahead of the NOTE of a request. */
const LAG = 0.05;
/** Milliseconds for which both must be the same. */
const HOLD = 30;
/** Milliseconds in which our side must reach what stood on the other. */
const PATIENCE = 20_000;
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
    const inputs = [...events.keys()].filter((at) => isInput(events, at));
    for (const [i, at] of inputs.entries()) {
      const from = states.length;
      const note = events[at] as RecordedEvent;
      const isDisturbed = events.slice(at, inputs[i + 1]).some(({ object }) => isDisturbance(object));
      const disturbed = isDisturbed ? disturb(cluster) : undefined;
      await input(cluster, note);
      await disturbed;
      // The next input follows at once: how soon a ReplicaSet tries again, is chance.
      if (note.kind === 'step') continue;
      const limit = (events[inputs[i + 1] ?? -1]?.t ?? Number.POSITIVE_INFINITY) - LAG;
      const before = events.filter(({ t }) => t < limit);
      const theirs = recordedStanding(before);
      const seen = before.filter(({ t, ...event }) => t >= note.t - LAG && isStatus(event));
      const theirStates = statesOf([
        stages.at(-1)?.theirStates.last,
        ...seen.map(({ object }) => stateOf(object as Made)),
      ]);
      const ourStates = () => statesOf([stages.at(-1)?.ourStates.last, ...states.slice(from)]);
      // What an input leaves can equal what was there: only the states in between show that it had its effect.
      const hasPassed = () => {
        const { order, last } = ourStates();
        return last === theirStates.last && theirStates.order.every((state) => order.includes(state));
      };
      const ours = await reached(cluster, { theirs, watched: watchedIn(events), hasPassed });
      stages.push({
        step: `${note.t} s: ${note.kind}`,
        theirs,
        ours,
        theirStates,
        ourStates: ourStates(),
      });
    }
  } finally {
    closing.abort();
    await operator.close();
    await cluster.close();
  }
  return stages;
}

function isInput(events: readonly RecordedEvent[], at: number): boolean {
  const event = events[at];
  if (event?.type === 'NOTE')
    return ['apply', 'patch', 'delete'].includes(event.kind) || QUOTA_STEPS.has(event.object as string);
  return event?.kind === 'SeldonDeployment' && event.type === 'DELETED' && !isNoted(events, event);
}

/** The older recordings do not note who deletes what they are done with. */
function isNoted(events: readonly RecordedEvent[], { t }: RecordedEvent): boolean {
  return events.some((one) => one.type === 'NOTE' && one.kind === 'delete' && Math.abs(one.t - t) < 1);
}

function isStatus({ type, kind }: Pick<RecordedEvent, 'type' | 'kind'>): boolean {
  return type !== 'NOTE' && type !== 'DELETED' && kind === 'SeldonDeployment';
}

/** Steps that the recorder took without a NOTE of the request. */
const QUOTA_STEPS = new Map<string, string | undefined>([
  ['a ResourceQuota of one pod', '1'],
  ['the quota goes', undefined],
]);

/** The step that says so comes when it is over. */
function isDisturbance(object: unknown): boolean {
  return typeof object === 'object' && JSON.stringify(object).startsWith('{"annotations were written');
}

/** Somebody writes annotations from the moment a Deployment is gone, so that the operator's status write is refused. */
async function disturb(cluster: SandboxCluster): Promise<void> {
  const [first] = cluster.api.list('SeldonDeployment', 'seldon');
  const count = (kind: string) => cluster.api.list(kind, 'seldon').length;
  const [deployments, services] = [count('Deployment'), count('Service')];
  await until('a Deployment to go', () => count('Deployment') < deployments);
  // The status write to refuse follows the removal of the Services, however long a busy machine takes to come to it.
  const deadline = Date.now() + PATIENCE;
  let end = Number.POSITIVE_INFINITY;
  for (let n = 0; Date.now() < Math.min(end, deadline); n++) {
    const annotations = { disturbance: `${n}` };
    await cluster.api.patch('SeldonDeployment', first?.metadata ?? { name: '' }, { metadata: { annotations } });
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (count('Service') < services) end = Math.min(end, Date.now() + 40 * SECOND);
  }
}

interface Input {
  readonly status?: number;
  readonly by?: string;
  readonly path: string;
  readonly sent: Record<string, unknown>;
}

async function input(cluster: SandboxCluster, { type, kind, object }: RecordedEvent): Promise<void> {
  if (type === 'DELETED') {
    const { name } = (object as Made).metadata;
    await ask(cluster, { method: 'DELETE', path: `${COLLECTION}/${name}` });
    return;
  }
  if (kind === 'step') return quota(cluster, QUOTA_STEPS.get(object as string));
  const { status, by, path, sent } = object as Input;
  const own = path?.includes('/pods/') ? path.replace(/\/pods\/[^/]+/, `/pods/${podOf(cluster)}`) : path;
  const answer = await ask(cluster, requestOf(kind, { by: by ?? 'recorder', path: own, sent }));
  if (status !== undefined && answer.code !== status)
    throw new Error(`recorded HTTP ${status}, ours ${answer.code}: ${JSON.stringify(answer.body)}`);
}

/** Names of pods are Kubernetes' own: ours is the one that starts, or else the one that runs. */
function podOf(cluster: SandboxCluster): string {
  const pods = cluster.api.list('Pod', 'seldon').map(({ metadata, status }) => {
    const { phase, conditions = [] } = status as {
      phase: string;
      conditions?: readonly { type: string; status: string }[];
    };
    const isReady = conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True');
    return { name: metadata.name, rank: phase === 'Failed' ? 2 : Number(isReady) };
  });
  return pods.toSorted((a, b) => a.rank - b.rank)[0]?.name ?? '';
}

function requestOf(kind: string, { by, path, sent }: Required<Omit<Input, 'status'>>) {
  if (kind === 'delete') return { method: 'DELETE', path };
  if (kind === 'apply' && by === 'kubectl-create') return { method: 'POST', path: COLLECTION, body: sent };
  if (kind === 'apply') {
    const { name } = sent['metadata'] as { name: string };
    const query = `fieldManager=${by}&force=true`;
    return {
      method: 'PATCH',
      path: `${COLLECTION}/${name}?${query}`,
      contentType: 'application/apply-patch+yaml',
      body: sent,
    };
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
async function reached(
  cluster: SandboxCluster,
  {
    theirs,
    watched,
    hasPassed,
  }: { readonly theirs: Standing; readonly watched: ReadonlySet<string>; readonly hasPassed: () => boolean },
): Promise<Standing> {
  const deadline = Date.now() + PATIENCE;
  let since = Number.POSITIVE_INFINITY;
  for (;;) {
    const objects = [...watched].flatMap((kind) => cluster.api.list(kind, 'seldon'));
    const ours = standingOf(JSON.parse(JSON.stringify(objects)) as Made[]);
    since = hasPassed() && isDeepStrictEqual(ours, theirs) ? Math.min(since, Date.now()) : Number.POSITIVE_INFINITY;
    if (Date.now() - since >= HOLD || Date.now() > deadline) return ours;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function stateOf({ status }: Made): string {
  const { state = 'nothing', description } = (status ?? {}) as { state?: string; description?: string };
  return description === undefined ? state : `${state}: ${description}`;
}

/** What a cache that is behind says for a moment: in which pass it is, differs from run to run on both sides. */
const STALE = /^Failed: deployments\.apps "[^"]+" not found$/;

/** The state before the input stands first: whether the watch shows it once more is a matter of milliseconds. */
function statesOf(states: readonly (string | undefined)[]): States {
  const shown = states.filter((state): state is string => state !== undefined && state !== 'nothing');
  return { order: [...new Set(shown.filter((state) => !STALE.test(state)))], last: shown.at(-1) };
}
