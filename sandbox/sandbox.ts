import { ADMIN, type SandboxUser } from './cluster/access.ts';
import { type SandboxCluster, startCluster } from './cluster/cluster.ts';
import { executorImage } from './executor/executor.ts';
import { type Gateway, startGateway } from './gateway/gateway.ts';
import { type CommentSeed, commentEvent, pushEvent } from './github/events.ts';
import { type SandboxGithub, startGithub } from './github/server.ts';
import { type SandboxMlflow, startMlflow } from './mlflow/server.ts';
import { graphComponentImage } from './model-server/graph-component.ts';
import { mlserverImage } from './model-server/mlserver.ts';
import { mlflowServerImage } from './model-server/seldon.ts';
import { storageInitializerImage } from './model-server/storage-initializer.ts';
import { type ModelFolder, type ObjectStore, REGISTERED_MODELS, type RegisteredModel, sandboxStore } from './models.ts';
import type { AmbassadorForm } from './operator/ambassador-annotation.ts';
import { type Operator, startOperator } from './operator/operator.ts';
import { operatorImage, showOperator } from './operator/visible.ts';
import { type SandboxPrometheus, startPrometheus } from './prometheus/server.ts';
import { type ActionCall, type ActionEnd, runAction } from './runner.ts';

/** Everything the action talks to, on loopback, in this process: started together, stopped together. */
export interface Sandbox {
  readonly cluster: SandboxCluster;
  readonly operator: Operator;
  readonly gateway: Gateway;
  readonly mlflow: SandboxMlflow;
  readonly github: SandboxGithub;
  /** The action does not know its address, unless a call gives it. */
  readonly prometheus: SandboxPrometheus;
  /** Its contents may be changed while stories run. */
  readonly store: Map<string, ModelFolder>;
  /** Somebody comments on the open pull request, and its workflow runs. */
  comment(said: Said, call?: Partial<ActionCall>): Promise<CommentEnd>;
  /** Runs the built action with inputs that point into the sandbox; a call says only what is different. */
  act(call?: Partial<ActionCall>): Promise<ActionEnd>;
  close(): Promise<void>;
}

export interface SandboxOptions {
  /** The length of one second of probes and back-offs, in milliseconds. */
  readonly second?: number;
  /** In addition to the administrator. */
  readonly users?: readonly SandboxUser[];
  /** In addition to the sandbox's models: in the registry, and as folders of the object store. */
  readonly models?: readonly RegisteredModel[];
  readonly folders?: ObjectStore;
  /** How the operator publishes its routes to Ambassador; `v0` is Seldon 0.2, with its one API version; `none`: not at all. */
  readonly ambassador?: AmbassadorForm | 'none';
  /** The repository is on a GitHub Enterprise Server. */
  readonly isEnterprise?: boolean;
  /** The bearer token that Prometheus needs; default: none. */
  readonly prometheusToken?: string;
}

/** The pull request that the sandbox's repository has, and the commit it was merged with. */
export const PULL_REQUEST = 7;
/** Another one, which is open. */
export const OPEN_PULL_REQUEST = 8;
export const MERGED_COMMIT = '6dcb09b5b57875f334f61aebed695e2e4193db5e';

/** The newest commit of the open pull request. */
export const HEAD = 'a'.repeat(40);

export interface Said {
  readonly by: string;
  readonly body: string;
  /** Who started the run; default the one who commented. */
  readonly startedBy?: string;
  /** Default: the open one. */
  readonly pullRequest?: number;
  /** What else is different in the event. */
  readonly event?: Pick<CommentSeed, 'action' | 'isOnIssue'>;
}

export interface CommentEnd extends ActionEnd {
  /** Reactions of ours under that comment. */
  readonly reactions: readonly string[];
}

/** What the storage initializer needs of the Secret `rclone-s3`. */
const STORAGE_KEYS = {
  RCLONE_CONFIG_S3_TYPE: 's3',
  RCLONE_CONFIG_S3_ACCESS_KEY_ID: 'sandbox-key-id',
  RCLONE_CONFIG_S3_SECRET_ACCESS_KEY: 'sandbox-key',
};

/** The action's user. It is not the operator's, so that their requests can be distinguished. */
const ACTION: SandboxUser = { ...ADMIN, name: 'action', token: 'sandbox-action-token' };

export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const isOld = options.ambassador === 'v0';
  const store = new Map([...sandboxStore(), ...(options.folders ?? [])]);
  const cluster = await startCluster({
    second: options.second ?? 10,
    namespaces: ['seldon', 'seldon-system'],
    images: [
      { match: /seldonio\/rclone-storage-initializer:/, image: storageInitializerImage(store) },
      { match: /seldonio\/mlflowserver:(?!missing)/, image: mlflowServerImage() },
      { match: /seldonio\/mlserver:(?!missing)/, image: mlserverImage() },
      { match: /seldonio\/sklearnserver:|^acme\/(?:scaler|chooser|mean):1$/, image: graphComponentImage() },
      { match: /seldonio\/seldon-core-executor:/, image: executorImage() },
      { match: /seldonio\/seldon-core-operator:/, image: operatorImage() },
    ],
    users: [ADMIN, ACTION, ...(options.users ?? [])],
    without: isOld ? ['machinelearning.seldon.io/v1', 'machinelearning.seldon.io/v1alpha3'] : [],
  });
  const kubeconfig = cluster.kubeconfig();
  await cluster.api.create({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'rclone-s3', namespace: 'seldon' },
    data: Object.fromEntries(
      Object.entries(STORAGE_KEYS).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
    ),
  });
  const form = options.ambassador ?? 'mappings';
  const isPublic = form !== 'none';
  const ambassador = { ambassador: isPublic, ...(isPublic && { ambassadorForm: form }), istio: false };
  const operator = await startOperator({ kubeconfig, ...ambassador, webhook: !isOld });
  await showOperator(cluster);
  const gateway = await startGateway({ kubeconfig });
  const mlflow = await startMlflow({ models: [...REGISTERED_MODELS, ...(options.models ?? [])], store });
  const github = await startGithub({
    repository: 'acme/wine',
    isEnterprise: options.isEnterprise === true,
    pullRequests: [{ number: PULL_REQUEST, mergeCommit: MERGED_COMMIT }, { number: OPEN_PULL_REQUEST }, { number: 9 }],
    people: { octocat: 'admin', maria: 'write', theo: 'triage', reader: 'read' },
    teams: { 'acme/ml': ['maria'] },
    checks: { [HEAD]: 'SUCCESS' },
    tokens: {
      ghs_sandbox: {
        login: 'github-actions[bot]',
        permissions: ['contents:read', 'pull-requests:write', 'deployments:write'],
      },
      ghs_reader: { login: 'github-actions[bot]', permissions: ['contents:read'] },
    },
  });
  const prometheus = await startPrometheus({ kubeconfig, token: options.prometheusToken });
  const act: Sandbox['act'] = (call = {}) =>
    runAction({
      event: pushEvent({ after: MERGED_COMMIT }),
      ...call,
      env: { GITHUB_API_URL: github.url, ...call.env },
      inputs: {
        'model-uri': 'models:/wine-quality@champion',
        name: 'wine',
        namespace: 'seldon',
        kubeconfig: cluster.kubeconfig(ACTION.name),
        'mlflow-tracking-uri': mlflow.url,
        'artifacts-destination': 's3://mlflow',
        'env-secret': 'rclone-s3',
        'ingress-url': gateway.url,
        // It reads its routes by a watch.
        'ingress-lag': '0',
        'github-token': 'ghs_sandbox',
        ...call.inputs,
      },
    });
  return {
    cluster,
    operator,
    gateway,
    mlflow,
    github,
    prometheus,
    store,
    act,
    comment: async ({ by, body, startedBy = by, pullRequest: number = OPEN_PULL_REQUEST, event }, call = {}) => {
      const id = github.post(number, by, body);
      const end = await act({
        event: commentEvent({ id, login: by, body, number, ...event }),
        ...call,
        env: { GITHUB_ACTOR: by, GITHUB_TRIGGERING_ACTOR: startedBy, ...call.env },
      });
      return { ...end, reactions: github.reactions(id) };
    },
    close: async () => {
      await prometheus.close();
      await gateway.close();
      await operator.close();
      await Promise.all([cluster.close(), mlflow.close(), github.close()]);
    },
  };
}
