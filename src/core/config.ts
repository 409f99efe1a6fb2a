import { InputReader, LONGEST_QUOTED, type RawInputs } from './input-reader.ts';
import { parseModelUri } from './model-uri.ts';
import { nameInUri } from './naming.ts';
import { readRegistry } from './registry-inputs.ts';
import { parseExpectation } from './smoke-expect.ts';

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

/** Modes that are planned: a person who asks for one did not mistype. */
const LATER_MODES: readonly string[] = ['canary', 'shadow', 'promote', 'rollback'];

/**
 * Reads and checks all inputs.
 * @throws UserError bad-input with every fault at once, before anybody is asked anything; mode-not-supported when the
 * mode is all that is wrong
 */
export function readConfig(raw: RawInputs): Config {
  const read = new InputReader(raw);
  const config: Config = {
    modelUri: read.required('model-uri'),
    mode: readMode(read),
    registry: readRegistry(read),
    cluster: readCluster(read),
    render: readRender(read),
    proof: readProof(read),
    tell: readTell(read),
    timeout: read.seconds('timeout'),
    dryRun: read.flag('dry-run', false),
    onFailure: read.oneOf('on-failure', ['rollback', 'keep']),
  };
  checkPatience(read, config);
  // A model URI that is all that is wrong is told by the resolver: by then the pull request is known, and hears of it.
  if (read.hasFaults && config.modelUri !== '') read.attempt('model-uri', () => parseModelUri(config.modelUri));
  read.end();
  return config;
}

function readMode(read: InputReader): Mode {
  const given = read.text('mode');
  if (given === undefined || !LATER_MODES.includes(given)) return read.oneOf('mode', ['direct']);
  read.fault('mode', `is \`${given}\`, which this version does not know: it knows \`direct\``, 'mode-not-supported');
  return 'direct';
}

/** With a base manifest the probes may be its own. */
function checkPatience(read: InputReader, { timeout, render }: Config): void {
  if (timeout === undefined || timeout >= LEAST_TIMEOUT || render.startupProbe || render.manifest !== undefined) return;
  read.fault(
    'timeout',
    `is ${timeout} s, but the first probe is sent after 60 s: give ${LEAST_TIMEOUT} s or more, or \`startup-probe: true\``,
  );
}

function readRender(read: InputReader): RenderConfig {
  return {
    name: read.label('name'),
    namespace: read.label('namespace'),
    protocol: read.oneOf('protocol', ['seldon', 'v2']),
    apiVersion: read.oneOf('api-version', ['v1', 'v1alpha2']),
    replicas: read.count('replicas', { least: 1, most: 1000 }),
    envSecret: read.objectName('env-secret'),
    serviceAccount: read.objectName('service-account'),
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
  const smokeRequest = read.text('smoke-request') ?? 'auto';
  const smokeExpect = read.text('smoke-expect');
  if (/^[[{]/.test(smokeRequest)) read.json('smoke-request');
  if (smokeExpect !== undefined) read.attempt('smoke-expect', () => parseExpectation(smokeExpect));
  return { access, ingressUrl, smokeRequest, smokeExpect };
}

/** Whom to tell, about what, and what never to tell. */
export interface Address {
  readonly tell: TellConfig;
  readonly render: Pick<RenderConfig, 'name' | 'namespace'>;
  readonly secrets: readonly string[];
}

/** What is needed to tell of a run whose inputs are wrong. Faults do not matter here: they are what will be told. */
export function readAddress(raw: RawInputs): Address {
  const read = new InputReader(raw);
  const tell = readTell(read);
  const name = read.label('name') ?? nameInUri(read.text('model-uri') ?? '');
  return {
    tell,
    render: { name, namespace: read.label('namespace') },
    secrets: withQuotedParts(secretsOf({ registry: readRegistry(read), cluster: readCluster(read), tell })),
  };
}

/** A secret in the wrong input is quoted by its beginning. */
function withQuotedParts(secrets: readonly string[]): readonly string[] {
  return secrets.flatMap((one) => (one.length > LONGEST_QUOTED ? [one, one.slice(0, LONGEST_QUOTED)] : [one]));
}

function readCluster(read: InputReader): ClusterConfig {
  return { kubeconfig: read.text('kubeconfig'), context: read.text('context') };
}

function readTell(read: InputReader): TellConfig {
  const comment = read.oneOf('comment', ['auto', 'always', 'never']);
  const githubToken = read.text('github-token', 'GITHUB_TOKEN');
  if (comment === 'always' && githubToken === undefined)
    read.fault('comment', 'is `always`, which needs `github-token`');
  return { comment, pullRequest: read.count('pull-request', { least: 1, most: 2 ** 31 }), githubToken };
}

/** `token: value` in YAML, `"token": "value"` in JSON. */
const KUBECONFIG_SECRETS =
  /(?<![\w-])(?:token|password|client-key-data|id-token|refresh-token|client-secret)["']?\s*:\s*(?:"([^"\n]+)"|'([^'\n]+)'|([^\s"',}]+))/g;

/** What must never be read by anybody: masked in the log, and redacted from everything that leaves us. */
function secretsOf({ registry, cluster, tell }: Pick<Config, 'registry' | 'cluster' | 'tell'>): readonly string[] {
  const inKubeconfig = [...(cluster.kubeconfig ?? '').matchAll(KUBECONFIG_SECRETS)]
    .map(([, double, single, plain]) => double ?? single ?? plain)
    .filter((value) => value !== 'null');
  const all = [registry.token, registry.password, tell.githubToken, ...inKubeconfig];
  return all.filter((value): value is string => value !== undefined && value.length >= 4);
}
