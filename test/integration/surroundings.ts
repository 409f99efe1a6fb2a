import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { workflowDispatchEvent } from '../../sandbox/github/events.ts';
import { type SandboxGithub, startGithub } from '../../sandbox/github/server.ts';
import { type OperatorOptions, startOperator } from '../../sandbox/operator/operator.ts';
import { type ActionCall, type ActionEnd, runAction } from '../../sandbox/runner.ts';
import { type EnvoyGateway, startEnvoy } from './envoy.ts';

/** A model as the rig's manifest describes it (RIG_MLFLOW_MANIFEST). */
export interface LoggedModel {
  readonly case: string;
  readonly uris: readonly string[];
  readonly name?: string | null;
  readonly version?: string | null;
  readonly artifact_uri?: string | null;
  readonly prediction?: unknown;
  readonly example?: unknown;
}

export interface Surroundings {
  readonly models: readonly LoggedModel[];
  /** Storage behind the server's `mlflow-artifacts:/`, as the cluster reaches it. */
  readonly artifactsDestination: string;
  /** Where people send their requests: `INGRESS_URL`, or the Envoy of this suite. */
  readonly gatewayUrl: string | undefined;
  /** The Envoy behind it, to be asked what it does; undefined with `INGRESS_URL`. */
  readonly gateway: EnvoyGateway | undefined;
  /** Whose routes the operator writes. */
  readonly ingresses: ReadonlySet<Ingress>;
  readonly comments: (pullRequest: number) => readonly string[];
  readonly github: SandboxGithub;
  deploy(call: Partial<ActionCall> & { readonly with: Readonly<Record<string, string>> }): Promise<ActionEnd>;
  close(): Promise<void>;
}

export type Ingress = 'ambassador' | 'istio';

/** The routes that an installed operator writes, from its own environment. */
async function ingressesInstalled(): Promise<ReadonlySet<Ingress>> {
  const given = process.env['SELDON_INGRESS'];
  if (given !== undefined && given !== '') return new Set(given.split(',').map((one) => one.trim() as Ingress));
  const query = ['get', 'deployments', '-A', '-l', 'control-plane=seldon-controller-manager', '-o', 'json'];
  const { stdout } = await promisify(execFile)('kubectl', query);
  const isOn = (name: string) => new RegExp(`"name":\\s*"${name}",\\s*"value":\\s*"true"`).test(stdout);
  const found = [
    ...(isOn('AMBASSADOR_ENABLED') ? ['ambassador' as const] : []),
    ...(isOn('ISTIO_ENABLED') ? ['istio' as const] : []),
  ];
  if (found.length > 0) return new Set(found);
  throw new Error('SELDON_INGRESS is not set to `ambassador` or `istio`, and no Deployment of the operator says it');
}

type Operated = Omit<OperatorOptions, 'kubeconfig'>;

const EVERYWHERE: Operated = { ambassador: true, istio: false, webhook: true };

/** What must be there; a missing piece is named, never skipped silently. */
function demanded(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '')
    throw new Error(`${name} is not set: run this suite on the rig, see CONTRIBUTING.md`);
  return value;
}

/** The cluster and the MLflow that the environment names, with our operators and an Envoy unless Seldon is there. */
export async function openSurroundings(operators: readonly Operated[] = [EVERYWHERE]): Promise<Surroundings> {
  const kubeconfig = demanded('KUBECONFIG');
  const tracking = demanded('MLFLOW_TRACKING_URI');
  const manifest = demanded('RIG_MLFLOW_MANIFEST');
  if (!existsSync(kubeconfig)) throw new Error('KUBECONFIG names no file');
  const installed = process.env['SELDON_OPERATOR'] === 'installed';
  const text = readFileSync(kubeconfig, 'utf8');
  const started = installed
    ? []
    : await Promise.all(operators.map((one) => startOperator({ ...one, kubeconfig: text })));
  const ingressUrl = process.env['INGRESS_URL'];
  const gateway = ingressUrl === undefined ? await startEnvoy({ kubeconfig: text }) : undefined;
  const ingresses = installed
    ? await ingressesInstalled()
    : new Set<Ingress>(
        operators.flatMap(({ ambassador, istio }) => [
          ...(ambassador ? ['ambassador' as const] : []),
          ...(istio ? ['istio' as const] : []),
        ]),
      );
  const github = await startGithub({
    repository: 'acme/wine',
    pullRequests: [{ number: 7 }],
    tokens: {
      ghs_integration: { login: 'github-actions[bot]', permissions: ['contents:read', 'pull-requests:write'] },
    },
  });
  const { models } = JSON.parse(readFileSync(manifest, 'utf8')) as { models: LoggedModel[] };
  const artifactsDestination = demanded('RIG_ARTIFACTS_DESTINATION');
  return {
    models,
    artifactsDestination,
    gatewayUrl: ingressUrl ?? gateway?.url,
    gateway,
    ingresses,
    github,
    comments: (pullRequest) => github.comments(pullRequest).map((one) => one.body ?? ''),
    deploy: (call) =>
      runAction({
        event: workflowDispatchEvent(),
        timeout: 280_000,
        ...call,
        env: { GITHUB_API_URL: github.url, ...call.env },
        inputs: {
          kubeconfig,
          namespace: 'seldon',
          'mlflow-tracking-uri': tracking,
          'artifacts-destination': artifactsDestination,
          'env-secret': 'rclone-s3',
          'github-token': 'ghs_integration',
          'pull-request': '7',
          'startup-probe': 'true',
          timeout: '240',
          ...call.with,
        },
      }),
    close: async () => {
      await gateway?.close();
      await Promise.all(started.map((operator) => operator.close()));
      await github.close();
    },
  };
}
