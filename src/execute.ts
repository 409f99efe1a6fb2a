/** From runs to reports: reads their settings, opens their adapters, and runs them in the order of their dependencies. */
import { openManifestFile } from './adapters/files/manifest-file.ts';
import type { RunnerWorkspace } from './adapters/files/workspace.ts';
import { openPublicEndpoint } from './adapters/http/public-endpoint.ts';
import { MlflowRegistry } from './adapters/mlflow/registry.ts';
import { openPrometheus } from './adapters/prometheus/prometheus.ts';
import { systemClock as clock } from './adapters/system-clock.ts';
import { UserError } from './base/errors.ts';
import type { RunContext } from './base/run-context.ts';
import { env, type Github, holderOf, openCluster, runner, runnerOf } from './compose.ts';
import { type CommandOffer, offerOf } from './gate/commands/command-offer.ts';
import type { GateDecision } from './gate/gate-decision.ts';
import { policyOf } from './gate/pull-request-gate.ts';
import type { RunInputs } from './gate/run-inputs.ts';
import type { Metrics } from './proof/evidence/metrics.ts';
import { reportOfFailure } from './report/draft.ts';
import type { Report } from './report/report.ts';
import { skippedReport } from './report/several-targets.ts';
import { type CheckPeers, checkSetup } from './run/check/check-setup.ts';
import { startKeptLeases } from './run/leases/kept-leases.ts';
import { run } from './run/run.ts';
import type { Context, Peers, RunControl } from './run/run-state.ts';
import { runTargets } from './run/run-targets.ts';
import type { Config } from './settings/config.ts';
import { readConfig } from './settings/read-config.ts';

/** Values shared by all runs of one step. */
export interface Surroundings {
  readonly context: RunContext;
  readonly pullRequest: Promise<number | undefined>;
  readonly workspace: RunnerWorkspace;
  readonly github: Github | undefined;
  /** The first word of comments that are commands; undefined if this event is not about a pull request. */
  readonly commandPrefix: string | undefined;
  /** The first word of comments that are commands, whatever this event is. */
  readonly decisionPrefix: string;
  readonly progress: (report: Report) => void;
  readonly cancelled: AbortSignal;
  /** Called once the report is published. */
  readonly onPublished: (work: () => Promise<void>) => void;
}

interface ReadOrder extends RunInputs {
  readonly config: Config;
  /** Its index, from 0. */
  readonly number: number;
}

/** @throws UserError bad-input before any request is sent */
export async function execute(
  { orders, confirm, head, pull }: Extract<GateDecision, { kind: 'run' }>,
  at: Surroundings,
): Promise<readonly Report[]> {
  const read = readOrders(orders);
  const isAlone = read.length === 1;
  const holder = holderOf();
  const leases = startKeptLeases();
  at.onPublished(() => leases.releaseAll());
  return runTargets(read, {
    run: async (order) => {
      const { target } = order;
      const context = contextOf(order, at.context, head);
      try {
        const pullRequest = await at.pullRequest;
        // Each run acquires its own leases: two targets may be about the same object.
        const own = isAlone ? holder : `${holder}/${target}`;
        const { judgeName, needsPlan = false } = order;
        const admitName = (name: string) => {
          const refusal = judgeName?.(name);
          if (refusal !== undefined) throw new UserError(refusal.reason, refusal.sentence, { hint: refusal.cure });
        };
        const { progress, cancelled } = at;
        const control: RunControl = { holder: own, confirm, admitName, needsPlan, progress, cancelled, leases };
        return await runOne(order, at, {
          control,
          context: {
            ...context,
            pullRequest,
            offer: order.isAfterMerge === true ? undefined : offerFor(order, at.commandPrefix, pull),
            commandPrefix: order.isAfterMerge === true ? undefined : at.commandPrefix,
            decisionPrefix: at.decisionPrefix,
            mergedPullRequest: order.mergedPullRequest,
            isAfterMerge: order.isAfterMerge,
            given: order.given,
            shownBefore: order.shownBefore,
          },
          isAlone,
        });
      } catch (error) {
        return reportOfFailure(error, context, order.config);
      }
    },
    skip: (order, broken) => skippedReport(broken, contextOf(order, at.context, head)),
  });
}

/** All errors in all inputs are reported before the first run starts. */
function readOrders(orders: readonly RunInputs[]): readonly ReadOrder[] {
  const faults: UserError[] = [];
  const read = orders.flatMap((order, number): readonly ReadOrder[] => {
    try {
      return [{ ...order, number, config: readConfig(order.raw) }];
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      faults.push(error);
      return [];
    }
  });
  const [first, ...more] = faults;
  if (first === undefined) return read;
  if (more.length === 0) throw first;
  throw new UserError('bad-input', faults.map(({ message }) => message).join('\n'), { hint: first.hint });
}

/** For a comment, the runner only knows the commit of the default branch. For a pull request, only a temporary merge commit. */
function contextOf(
  { target }: RunInputs,
  context: RunContext,
  head: string | undefined,
): RunContext & Pick<Context, 'head'> {
  return { ...context, commit: head ?? context.commit, head, target };
}

/** The commands that the comment may offer. An event without a pull request has nobody who could give them. */
function offerFor(
  { raw, target, given, config }: ReadOrder,
  prefix: string | undefined,
  pull: Extract<GateDecision, { kind: 'run' }>['pull'],
): CommandOffer | undefined {
  if (prefix === undefined || pull === undefined) return undefined;
  const { name, namespace } = config.render;
  return offerOf(prefix, { policy: policyOf(raw), pull }, { target, name, namespace, given });
}

interface Around {
  readonly control: RunControl;
  readonly context: Context;
  readonly isAlone: boolean;
}

async function runOne(order: ReadOrder, at: Surroundings, around: Around): Promise<Report> {
  const { config } = order;
  const { control, context, isAlone } = around;
  const { manifestFile } = config;
  if (config.mode === 'check') return checkOne(order, at, around);
  const cluster = await (manifestFile === undefined
    ? openCluster(config.cluster)
    : openManifestFile(at.workspace, manifestFile));
  const registry = openRegistry(config);
  try {
    const peers: Peers = {
      registry,
      cluster,
      openEndpoint: openPublicEndpoint,
      metrics: metricsOf(config),
      runner: runnerOf(order.target, order.number, isAlone),
      workspace: at.workspace,
      clock,
      deployments: at.github?.deployments,
    };
    return await run(config, { peers, control, context });
  } finally {
    registry.close();
    // The leases are released before.
    at.onPublished(async () => cluster.close());
  }
}

async function checkOne(
  { config, target, number }: ReadOrder,
  { github }: Surroundings,
  { context, isAlone }: Around,
): Promise<Report> {
  const registry = openRegistry(config);
  try {
    const peers: CheckPeers = {
      openCluster: () => openCluster(config.cluster),
      registry,
      openEndpoint: openPublicEndpoint,
      metrics: metricsOf(config),
      token: github?.token,
      runner: runnerOf(target, number, isAlone),
      usesFile: target !== undefined,
    };
    return await checkSetup(config, peers, context);
  } finally {
    registry.close();
  }
}

function metricsOf({ gate }: Config): Metrics | undefined {
  const { prometheusUrl: url, prometheusToken: token } = gate;
  return url === undefined ? undefined : openPrometheus({ url, token, clock });
}

function openRegistry(config: Config): MlflowRegistry {
  return new MlflowRegistry({
    config: config.registry,
    clock,
    warn: (message) => runner.warning(message),
    insecureTls: env['MLFLOW_TRACKING_INSECURE_TLS'] === 'true',
    authoritiesPath: env['MLFLOW_TRACKING_SERVER_CERT_PATH'],
    ...(env['MLFLOW_WORKSPACE'] !== undefined && { workspace: env['MLFLOW_WORKSPACE'] }),
  });
}
