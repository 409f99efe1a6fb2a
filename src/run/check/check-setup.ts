import type { Finding } from '../../base/finding.ts';
import type { OpenEndpoint, Runner } from '../../base/ports.ts';
import type { RunContext } from '../../base/run-context.ts';
import type { Model } from '../../model/model.ts';
import type { ReachableRegistry } from '../../model/registry.ts';
import type { Metrics } from '../../proof/evidence/metrics.ts';
import type { TokenAccess } from '../../record/token-access.ts';
import { identityOf, startDraft } from '../../report/draft.ts';
import type { Report } from '../../report/report.ts';
import type { Config } from '../../settings/config.ts';
import { attempted, type Checked, fine } from './checked.ts';
import { type CheckedCluster, clusterChecks } from './cluster-checks.ts';
import { checkGateway, checkMetrics, checkRegistry, checkToken } from './peer-checks.ts';
import { checkStorageSecret } from './secret-check.ts';

/** Everything that a deployment with these inputs would talk to. */
export interface CheckPeers {
  /** @throws UserError kubeconfig-invalid */
  readonly openCluster: () => Promise<CheckedCluster>;
  readonly registry: ReachableRegistry;
  readonly openEndpoint: OpenEndpoint;
  readonly metrics: Metrics | undefined;
  /** Undefined without a token for GitHub. */
  readonly token: TokenAccess | undefined;
  readonly runner: Pick<Runner, 'info'>;
  /** Are the deployments in a file of the repository? */
  readonly usesFile: boolean;
}

/**
 * Mode `check`: looks at everything that a deployment needs and reports what is missing, with its cure. It changes
 * nothing, and each check is independent of the others, so that one run reports all that is missing.
 */
export async function checkSetup(config: Config, peers: CheckPeers, context: RunContext): Promise<Report> {
  const cluster = await openedCluster(peers);
  const open = 'cluster' in cluster ? cluster.cluster : undefined;
  try {
    const namespace = config.render.namespace ?? open?.defaultNamespace ?? 'seldon';
    const { line: registry, model } = await modelOf(peers.registry, config);
    const lines = [
      cluster.line,
      ...(open === undefined ? [] : await clusterChecks(open, config, namespace)),
      await attempted('ingress', () => checkGateway(open?.installation, peers.openEndpoint, config)),
      registry,
      ...(open === undefined
        ? []
        : [await attempted('storage Secret', () => checkStorageSecret(open, config, { namespace, model }))]),
      ...(await metricsLine(peers.metrics, config)),
      await attempted('GitHub token', () => checkToken(peers.token, config, peers.usesFile)),
    ];
    for (const { what, state, found } of lines) peers.runner.info(`${state}: ${told(what, found)}`);
    return reportOf(lines, { config, context, namespace, model, server: open?.server });
  } finally {
    open?.close();
  }
}

type Opened = { readonly line: Checked } | { readonly line: Checked; readonly cluster: CheckedCluster };

async function openedCluster({ openCluster }: CheckPeers): Promise<Opened> {
  let cluster: CheckedCluster | undefined;
  const line = await attempted('kubeconfig', async () => {
    cluster = await openCluster();
    return fine('kubeconfig', `names the API server ${cluster.server}`);
  });
  return cluster === undefined ? { line } : { line, cluster };
}

async function modelOf(
  registry: ReachableRegistry,
  config: Config,
): Promise<{ readonly line: Checked; readonly model?: Model | undefined }> {
  let model: Model | undefined;
  const line = await attempted('registry', async () => {
    const found = await checkRegistry(registry, config);
    model = found.model;
    return found.line;
  });
  return { line, model };
}

async function metricsLine(metrics: Metrics | undefined, config: Config): Promise<readonly Checked[]> {
  return metrics === undefined ? [] : [await attempted('Prometheus', () => checkMetrics(metrics, config))];
}

interface Known {
  readonly config: Config;
  readonly context: RunContext;
  readonly namespace: string;
  readonly model: Model | undefined;
  readonly server: string | undefined;
}

function reportOf(lines: readonly Checked[], { config, context, namespace, model, server }: Known): Report {
  const findings = lines.filter(({ state }) => state === 'missing').map(findingFor);
  const ending = findings.length === 0 ? ({ outcome: 'reported', reason: 'checked' } as const) : INCOMPLETE;
  return {
    ...startDraft(config, context),
    ...ending,
    namespace,
    cluster: server,
    model: model && identityOf(model),
    findings,
    checks: lines.map(({ what, state, found, cure }) => {
      const hint = cure === undefined || state === 'missing' ? '' : `: ${cure}`;
      return { what, state, found: `${found}${hint}` };
    }),
  };
}

const INCOMPLETE = { outcome: 'failed', reason: 'setup-incomplete' } as const;

function findingFor({ what, found, cure, reason = 'setup-incomplete' }: Checked): Finding {
  return { reason, title: told(what, found), cure, quotes: [] };
}

/** No colon: what follows `token:` or `Secret:` looks like a secret, and would be redacted. */
function told(what: string, found: string): string {
  return `${what} – ${found}`;
}
