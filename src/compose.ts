/** Objects that the main step and the post step both need: log, outputs, GitHub, cluster, the facts of this run. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import * as core from '@actions/core';
import { RunnerWorkspace } from './adapters/files/workspace.ts';
import { GithubApi } from './adapters/github/api.ts';
import { GithubCollaboration } from './adapters/github/collaboration.ts';
import { GithubDeployments } from './adapters/github/deployments.ts';
import { GithubRepository } from './adapters/github/repository.ts';
import { GithubTokenAccess } from './adapters/github/token-access.ts';
import { connectCluster, type KubernetesCluster } from './adapters/kubernetes/cluster.ts';
import { systemClock as clock } from './adapters/system-clock.ts';
import type { Runner } from './base/ports.ts';
import { redact } from './base/redaction.ts';
import type { RunContext } from './base/run-context.ts';
import { logLine } from './base/untrusted-text.ts';
import type { RunnerEvent } from './gate/event.ts';
import { stateName } from './record/open-state.ts';
import type { ClusterConfig } from './settings/config.ts';
import type { RawInputs } from './settings/input-reader.ts';

export const { env } = process;
export const secrets: string[] = [];
export const runner = safeRunner();
export const raw: RawInputs = { input: (name) => core.getInput(name), env };

/** Characters. The mask of a shorter one would hide the log itself, and protect nothing. */
const SHORTEST_SECRET = 4;

export function keepSecret(secret: string): void {
  if (secret.length < SHORTEST_SECRET) return;
  secrets.push(secret);
  core.setSecret(secret);
}

/** State that the main step saved for the post step. */
export function stateLeft(name: string): string {
  const text = core.getState(name);
  return text.startsWith(PACKED) ? unpacked(text.slice(PACKED.length)) : text;
}

/** The runner hands saved state over as an environment variable, which has at most 128 KiB. */
const LONGEST_STATE = 100_000;
const LONGEST_PLAIN = 2_000;
const PACKED = 'gzip:';
/** Bytes of an unpacked state. */
const LONGEST_UNPACKED = 16 * 2 ** 20;

function packed(value: string): string {
  if (value.length <= LONGEST_PLAIN) return value;
  const text = PACKED + gzipSync(value).toString('base64');
  return text.length <= LONGEST_STATE ? text : 'too large';
}

function unpacked(text: string): string {
  try {
    return gunzipSync(Buffer.from(text, 'base64'), { maxOutputLength: LONGEST_UNPACKED }).toString('utf8');
  } catch {
    return 'unreadable';
  }
}

/** All log lines pass here: secrets are removed, and no line can act as a workflow command. */
function safeRunner(): Runner {
  const safe = (text: string) => logLine(redact(text, secrets));
  return {
    info: (message) => core.info(safe(message)),
    warning: (message) => core.warning(safe(message)),
    error: (message) => core.error(safe(message)),
    startGroup: (name) => core.startGroup(safe(name)),
    endGroup: core.endGroup,
    setOutput: core.setOutput,
    saveState: (name, value) => core.saveState(name, packed(value)),
  };
}

/**
 * The log of one target among several that run in parallel: each line starts with its target, and nothing is folded. Its
 * saved state for the post step has its number.
 */
export function runnerOf(target: string | undefined, order: number, isAlone: boolean): Runner {
  const saveState = (name: string, value: string) => runner.saveState(stateName(name, order), value);
  if (target === undefined || isAlone) return { ...runner, saveState };
  const said = (message: string) => message.replace(/^/gm, `[${target}] `);
  return {
    ...runner,
    saveState,
    info: (message) => runner.info(said(message)),
    warning: (message) => runner.warning(said(message)),
    startGroup: (name) => runner.info(said(`▸ ${name}`)),
    endGroup: () => {},
  };
}

export interface Github {
  readonly repository: GithubRepository;
  readonly collaboration: GithubCollaboration;
  readonly deployments: GithubDeployments;
  readonly token: GithubTokenAccess;
}

export function openGithub(token: string | undefined, repository: string | undefined): Github | undefined {
  if (token === undefined || repository === undefined) return undefined;
  const apiUrl = env['GITHUB_API_URL'] ?? 'https://api.github.com';
  const onRetry = (message: string) => runner.info(message);
  const api = new GithubApi({ token, repository, apiUrl, clock, onRetry });
  return {
    repository: new GithubRepository(api),
    collaboration: new GithubCollaboration(api, repository),
    deployments: new GithubDeployments(api),
    token: new GithubTokenAccess(api),
  };
}

export function openCluster(config: ClusterConfig): Promise<KubernetesCluster> {
  const onRetry = (message: string) => runner.info(message);
  return connectCluster({ ...config, env, clock, onSecret: keepSecret, onRetry });
}

export function openWorkspace(): RunnerWorkspace {
  return new RunnerWorkspace({
    root: env['GITHUB_WORKSPACE'] ?? process.cwd(),
    temp: env['RUNNER_TEMP'] ?? process.cwd(),
    summary: env['GITHUB_STEP_SUMMARY'],
  });
}

/** Unique id of this attempt of this run. */
export function holderOf(): string {
  const { GITHUB_REPOSITORY: repository = 'local', GITHUB_RUN_ID: run = '0', GITHUB_RUN_ATTEMPT: attempt = '1' } = env;
  return `${repository}/${run}/${attempt}/${randomUUID().slice(0, 8)}`;
}

export function contextOf(event: string): RunContext {
  const {
    GITHUB_SERVER_URL: server,
    GITHUB_REPOSITORY: repository,
    GITHUB_RUN_ID: id,
    GITHUB_SHA: commit,
    GITHUB_ACTOR: actor,
  } = env;
  const runUrl = server && repository && id ? `${server}/${repository}/actions/runs/${id}` : undefined;
  const time = new Date(clock.now()).toISOString();
  return { repository, runUrl, commit, actor, event, time, troubleshooting: troubleshootingPage() };
}

/** The page of the version that runs. An action in a folder of the workspace (`uses: ./`) does not say whose it is: no page. */
function troubleshootingPage(): string | undefined {
  const { GITHUB_ACTION_REPOSITORY: repository, GITHUB_ACTION_REF: ref, GITHUB_SERVER_URL: server } = env;
  if (!server || !repository) return undefined;
  return `${server}/${repository}/blob/${encodeURIComponent(ref || 'main')}/docs/troubleshooting.md`;
}

export function eventOf(): RunnerEvent {
  return { name: env['GITHUB_EVENT_NAME'] ?? '', payload: readEvent(env['GITHUB_EVENT_PATH']) };
}

function readEvent(path: string | undefined): unknown {
  if (path === undefined) return {};
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    runner.warning(
      'the event file of this run could not be read: the pull request is only found by the input `pull-request`',
    );
    return {};
  }
}
