import { setTimeout as delay } from 'node:timers/promises';
import { dump, load } from 'js-yaml';
import type { ActionCall, ActionEnd } from '../../sandbox/runner.ts';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import type { SeldonDeployment } from '../../src/seldon/seldon-deployment.ts';
import type { RequestName, Target } from './fault.ts';
import type { Evidence, LiveState } from './judge.ts';
import { comeToRest, makeLive, SECOND_MS, startingPoint, stateIn } from './live-state.ts';
import { type FaultProxy, Spoiler, startProxy } from './proxy.ts';
import type { FaultStory } from './stories.ts';

/** A story that is ready to be played many times. */
export interface PreparedStory {
  readonly story: FaultStory;
  readonly start: SeldonDeployment | undefined;
  /** The requests of the run without a fault. */
  readonly requests: readonly RequestName[];
  readonly clean: Evidence['clean'];
  /** The bundle that runs; default: the one in `dist/`. */
  readonly main?: string | undefined;
}

export interface Trial {
  readonly evidence: Evidence;
  /** False where the run did not send the request that was to be spoilt. */
  readonly hasFired: boolean;
}

/** Seconds: the input `timeout` of each run, and how long its process may take. */
const TIMEOUT_S = 90;
const LIMIT_S = TIMEOUT_S + 60;
const SECRETS = ['ghs_sandbox', 'sandbox-action-token'];

/** Plays a story once without a fault. */
export async function prepare(story: FaultStory, main?: string): Promise<PreparedStory> {
  const start = await startingPoint(story);
  const { end, after, spoiler } = await play({ story, start, main }, undefined);
  const outcome = end.outputs['outcome'] ?? '';
  if (outcome !== story.outcome) throw new Error(`the story ${story.name} ended as ${outcome}:\n${end.shown}`);
  return { story, start, requests: spoiler.seen, clean: { outcome, state: after }, main };
}

/** How often a run is played whose sandbox had no time, and milliseconds before the next time. */
const MOST_PLAYS = 5;
const PAUSE_MS = 3_000;

/**
 * Plays a story with one fault. On a busy machine a sandbox may not come up in time, or its kubelet may wait too long for a
 * model server. Its probes do not pass the proxies, so a fault cannot be the cause: such a run says nothing, and is played
 * again.
 */
export async function tryFault(prepared: PreparedStory, target: Target): Promise<Trial> {
  for (let play = 1; ; play++) {
    const trial = await tryOnce(prepared, target).catch((error: unknown) => {
      if (play === MOST_PLAYS) throw error;
    });
    if (trial !== undefined && (play === MOST_PLAYS || !isStarved(trial.evidence))) return trial;
    await delay(PAUSE_MS);
  }
}

function isStarved({ causes, log }: Evidence): boolean {
  return [...causes, log].some((text) => /answer its (liveness|readiness) probe|its liveness probe fails/.test(text));
}

async function tryOnce(prepared: PreparedStory, target: Target): Promise<Trial> {
  const { end, before, after, seconds, sandbox, spoiler } = await play(prepared, target);
  const result = JSON.parse(end.outputs['result'] || '{}') as Result;
  const { pullRequest } = prepared.story;
  const ours = sandbox.github.comments(pullRequest).filter(({ user }) => user?.login === 'github-actions[bot]');
  const evidence: Evidence = {
    target,
    clean: prepared.clean,
    before,
    after,
    exitCode: end.exitCode,
    seconds,
    limit: LIMIT_S,
    outcome: end.outputs['outcome'] ?? '',
    causes: (result.findings ?? []).map(({ title }) => title),
    warnings: result.warnings ?? [],
    told: (result.predictors ?? []).map(({ name, traffic = 100 }) => ({ name, traffic })),
    log: end.log,
    summary: end.summary,
    comments: ours.map(({ body }) => body ?? ''),
    leases: sandbox.cluster.api.list('Lease', 'seldon').length,
    records: sandbox.github.deployments().map(({ states }) => states),
    secrets: SECRETS,
  };
  return { evidence, hasFired: spoiler.hasFired };
}

interface Result {
  readonly findings?: readonly { readonly title: string }[];
  readonly warnings?: readonly string[];
  readonly predictors?: readonly { readonly name: string; readonly traffic?: number }[];
}

interface Played {
  readonly end: ActionEnd;
  readonly before: LiveState;
  readonly after: LiveState;
  readonly seconds: number;
  /** Closed, but its records can still be read. */
  readonly sandbox: Sandbox;
  readonly spoiler: Spoiler;
}

async function play(
  { story, start, main }: Pick<PreparedStory, 'story' | 'start' | 'main'>,
  target: Target | undefined,
): Promise<Played> {
  const sandbox = await startSandbox({ second: SECOND_MS });
  const spoiler = new Spoiler(target);
  const proxies: FaultProxy[] = [];
  try {
    await makeLive(sandbox, start);
    const before = stateIn(sandbox, story, undefined);
    const through = async (peer: Parameters<typeof startProxy>[0], upstream: string) => {
      const proxy = await startProxy(peer, upstream, spoiler);
      proxies.push(proxy);
      return proxy.url;
    };
    const call: Partial<ActionCall> = {
      ...(main !== undefined && { main }),
      timeout: LIMIT_S * 1000,
      env: { GITHUB_API_URL: await through('github', sandbox.github.url) },
      inputs: {
        kubeconfig: throughProxy(
          sandbox.cluster.kubeconfig('action'),
          await through('kubernetes', sandbox.cluster.url),
        ),
        'mlflow-tracking-uri': await through('mlflow', sandbox.mlflow.url),
        'ingress-url': await through('ingress', sandbox.gateway.url),
        environment: 'staging',
        timeout: String(TIMEOUT_S),
      },
    };
    const began = performance.now();
    const end = await story.perform(sandbox, call);
    const seconds = (performance.now() - began) / 1000;
    await comeToRest(sandbox);
    return { end, before, after: stateIn(sandbox, story, end), seconds, sandbox, spoiler };
  } finally {
    await Promise.all(proxies.map((proxy) => proxy.close()));
    await sandbox.close();
  }
}

function throughProxy(kubeconfig: string, server: string): string {
  const config = load(kubeconfig) as { readonly clusters: readonly { readonly name: string }[] };
  return dump({ ...config, clusters: config.clusters.map(({ name }) => ({ name, cluster: { server } })) });
}
