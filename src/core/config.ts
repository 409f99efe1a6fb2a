import { UserError } from './errors.ts';
import { InputReader, quoted, type RawInputs } from './input-reader.ts';

/** The settings of one run, read once and readonly from then on. Modules declare the slice they need. */

export type Mode = 'direct';
export type Protocol = 'seldon' | 'v2';
export type ApiVersion = 'v1' | 'v1alpha2';
export type Access = 'api-server' | 'ingress';
export type OnFailure = 'rollback' | 'keep';
export type CommentPolicy = 'auto' | 'always' | 'never';

export interface RegistryConfig {
  readonly trackingUri: string | undefined;
  readonly token: string | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** Storage behind the server's `mlflow-artifacts:/`, such as `s3://mlflow`. */
  readonly artifactsDestination: string | undefined;
  /** Prefix rewrites, applied in order, first match wins. */
  readonly storageUriMap: readonly { readonly from: string; readonly to: string }[];
}

export interface ClusterConfig {
  /** Content or path of a kubeconfig; undefined: KUBECONFIG, the default file, in-cluster. */
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
}

export interface RenderConfig {
  readonly name: string | undefined;
  /** Undefined: the kubeconfig context's namespace, else `seldon`. */
  readonly namespace: string | undefined;
  readonly protocol: Protocol;
  readonly apiVersion: ApiVersion;
  /** Undefined: what the live object or the base manifest says, else 1. */
  readonly replicas: number | undefined;
  readonly envSecret: string | undefined;
  readonly serviceAccount: string | undefined;
  /** Path of a base SeldonDeployment in the workspace. */
  readonly manifest: string | undefined;
  readonly orchestrator: boolean;
  readonly startupProbe: boolean;
}

export interface ProofConfig {
  readonly access: Access;
  readonly ingressUrl: string | undefined;
  /** `auto`, a JSON text, or the path of a JSON file. */
  readonly smokeRequest: string;
  /** A JSON text or `$.path == value` checks; see the README. */
  readonly smokeExpect: string | undefined;
}

export interface TellConfig {
  readonly comment: CommentPolicy;
  readonly pullRequest: number | undefined;
  readonly githubToken: string | undefined;
}

export interface Config {
  readonly modelUri: string;
  readonly mode: Mode;
  readonly registry: RegistryConfig;
  readonly cluster: ClusterConfig;
  readonly render: RenderConfig;
  readonly proof: ProofConfig;
  readonly tell: TellConfig;
  /** Seconds one rollout may take. Undefined: computed from the probes' budget and the number of replicas. */
  readonly timeout: number | undefined;
  readonly dryRun: boolean;
  readonly onFailure: OnFailure;
}

/** Seconds within which no pod can be ready that waits 60 s for its first probe. */
const LEAST_TIMEOUT = 90;

/**
 * Reads and checks all inputs.
 * @throws UserError bad-input with every fault at once, before anybody is asked anything
 */
export function readConfig(raw: RawInputs): Config {
  const read = new InputReader(raw);
  const proof = readProof(read);
  const config: Config = {
    modelUri: read.required('model-uri'),
    mode: read.oneOf('mode', ['direct']),
    registry: readRegistry(read),
    cluster: { kubeconfig: read.text('kubeconfig'), context: read.text('context') },
    render: readRender(read),
    proof,
    tell: readTell(read),
    timeout: read.seconds('timeout'),
    dryRun: read.flag('dry-run', false),
    onFailure: read.oneOf('on-failure', ['rollback', 'keep']),
  };
  // With a base manifest the probes may be its own.
  const impatient = config.timeout !== undefined && config.timeout < LEAST_TIMEOUT && !config.render.startupProbe;
  if (impatient && config.render.manifest === undefined) {
    read.fault(
      'timeout',
      `is ${config.timeout} s, but the first probe is sent after 60 s: give ${LEAST_TIMEOUT} s or more, or \`startup-probe: true\``,
    );
  }
  if (read.faults.length === 0) return config;
  const [only, ...more] = read.faults;
  const message =
    more.length === 0
      ? `the input ${only}`
      : `${read.faults.length} inputs are wrong:\n${read.faults.map((fault) => `- ${fault}`).join('\n')}`;
  throw new UserError('bad-input', message, {
    hint: 'correct the `with:` of this step; nothing was asked and nothing changed',
  });
}

function readRegistry(read: InputReader): RegistryConfig {
  const given = readTrackingUri(read);
  const token = read.text('mlflow-token', 'MLFLOW_TRACKING_TOKEN');
  const username = read.text('mlflow-username', 'MLFLOW_TRACKING_USERNAME') ?? given.username;
  const password = read.text('mlflow-password', 'MLFLOW_TRACKING_PASSWORD') ?? given.password;
  if (read.text('mlflow-token') !== undefined && read.text('mlflow-username') !== undefined) {
    read.fault('mlflow-token', 'and `mlflow-username` are two ways to sign in: give one');
  }
  if (username !== undefined && password === undefined)
    read.fault('mlflow-username', 'needs `mlflow-password` beside it');
  if (password !== undefined && username === undefined)
    read.fault('mlflow-password', 'needs `mlflow-username` beside it');
  return {
    trackingUri: given.uri,
    token,
    username,
    password,
    artifactsDestination: read.text('artifacts-destination')?.replace(/\/+$/, ''),
    storageUriMap: readUriMap(read),
  };
}

interface TrackingUri {
  readonly uri: string | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
}

/** MLflow's own clients take a user and password in the URI; they belong into headers, not into messages. */
function readTrackingUri(read: InputReader): TrackingUri {
  const none = { uri: undefined, username: undefined, password: undefined };
  const text = read.text('mlflow-tracking-uri', 'MLFLOW_TRACKING_URI');
  if (text === undefined) return none;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    const what = /^databricks/.test(text)
      ? 'is a Databricks workspace, whose registry this action cannot read'
      : 'is no server of MLflow';
    read.fault('mlflow-tracking-uri', `${what}: give a URL that starts with https:// or http://`);
    return none;
  }
  const credentials = {
    username: decodeURIComponent(url.username) || undefined,
    password: decodeURIComponent(url.password) || undefined,
  };
  Object.assign(url, { username: '', password: '' });
  return { uri: url.href.replace(/\/+$/, ''), ...credentials };
}

function readUriMap(read: InputReader): RegistryConfig['storageUriMap'] {
  const lines = (read.text('storage-uri-map') ?? '').split('\n').map((line) => line.trim());
  return lines.filter(Boolean).flatMap((line) => {
    const at = line.indexOf('=');
    if (at > 0 && at < line.length - 1) return [{ from: line.slice(0, at).trim(), to: line.slice(at + 1).trim() }];
    read.fault('storage-uri-map', `has a line that is no \`from=to\`: ${quoted(line)}`);
    return [];
  });
}

function readRender(read: InputReader): RenderConfig {
  return {
    name: read.label('name'),
    namespace: read.label('namespace'),
    protocol: read.oneOf('protocol', ['seldon', 'v2']),
    apiVersion: read.oneOf('api-version', ['v1', 'v1alpha2']),
    replicas: read.count('replicas', { least: 1, most: 1000 }),
    envSecret: read.text('env-secret'),
    serviceAccount: read.text('service-account'),
    manifest: read.text('manifest'),
    orchestrator: read.flag('orchestrator', true),
    startupProbe: read.flag('startup-probe', false),
  };
}

function readProof(read: InputReader): ProofConfig {
  const access = read.oneOf('access', ['api-server', 'ingress']);
  const ingressUrl = read.webUrl('ingress-url');
  if (access === 'ingress' && read.text('ingress-url') === undefined)
    read.fault('access', 'is `ingress`, which needs `ingress-url`');
  return {
    access,
    ingressUrl,
    smokeRequest: read.text('smoke-request') ?? 'auto',
    smokeExpect: read.text('smoke-expect'),
  };
}

function readTell(read: InputReader): TellConfig {
  const comment = read.oneOf('comment', ['auto', 'always', 'never']);
  const githubToken = read.text('github-token', 'GITHUB_TOKEN');
  if (comment === 'always' && githubToken === undefined)
    read.fault('comment', 'is `always`, which needs `github-token`');
  return { comment, pullRequest: read.count('pull-request', { least: 1, most: 2 ** 31 }), githubToken };
}

/** What must never be read by anybody: masked in the log, and redacted from everything that leaves us. */
export function secretsOf({ registry, cluster, tell }: Config): readonly string[] {
  const credentials = [registry.token, registry.password, tell.githubToken];
  const lines = /^\s*(?:token|password|client-key-data|id-token|refresh-token|client-secret)\s*:\s*(\S+)\s*$/gm;
  const inKubeconfig = [...(cluster.kubeconfig ?? '').matchAll(lines)].map(([, value]) =>
    value?.replace(/^['"]|['"]$/g, ''),
  );
  return [...credentials, ...inKubeconfig].filter((value): value is string => value !== undefined && value.length >= 4);
}
