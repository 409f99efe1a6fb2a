import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { load } from 'js-yaml';
import type { GithubEvent } from '../../sandbox/github/events.ts';
import type { Contexts } from './expressions.ts';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly if?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

export interface Job {
  readonly if?: string;
  readonly environment?: unknown;
  readonly permissions?: Permissions;
  readonly concurrency?: { readonly group: string };
  readonly steps: readonly Step[];
}

export type Permissions = Readonly<Record<string, string>>;

interface Filter {
  readonly types?: readonly string[];
  readonly branches?: readonly string[];
  readonly paths?: readonly string[];
}

export interface Workflow {
  readonly on: Readonly<Record<string, Filter | null>>;
  readonly permissions?: Permissions;
  readonly concurrency?: { readonly group: string };
  readonly jobs: Readonly<Record<string, Job>>;
}

/** Workflows by their path from the root: `examples/*.yml`. */
export function workflowsIn(pattern: string): ReadonlyMap<string, Workflow> {
  const paths = globSync(pattern, { cwd: ROOT }).sort();
  return new Map(paths.map((path) => [path, load(readFileSync(`${ROOT}${path}`, 'utf8')) as Workflow]));
}

/** Activity types of an event for which a workflow runs that names none. */
const TYPES: Readonly<Record<string, readonly string[]>> = {
  pull_request: ['opened', 'synchronize', 'reopened'],
  issue_comment: ['created', 'edited', 'deleted'],
};

/** Does `on:` let this event through? Which files a pull request changes its event does not say: the right ones. */
export function hears({ on }: Workflow, { name, payload }: GithubEvent): boolean {
  const filter = on[name];
  if (filter === undefined) return false;
  const { types = TYPES[name], branches, paths } = filter ?? {};
  const patterns = [...(branches ?? []), ...(paths ?? [])].filter((one) => /[*?!+[]/.test(one));
  if (patterns.length > 0) throw new Error(`patterns are not known here: ${patterns.join(', ')}`);
  if (types !== undefined && !types.includes(String(payload['action']))) return false;
  if (name !== 'push') return true;
  const branch = String(payload['ref']).replace('refs/heads/', '');
  const { modified } = payload['head_commit'] as { readonly modified: readonly string[] };
  return (
    (branches === undefined || branches.includes(branch)) &&
    (paths === undefined || paths.some((path) => modified.includes(path)))
  );
}

/** What expressions of workflows and jobs can name, of a run for this event. */
export function contextsOf({ name, payload }: GithubEvent, runId = 4711): Contexts {
  const { full_name: repository } = payload['repository'] as { readonly full_name: string };
  const { login: actor } = payload['sender'] as { readonly login: string };
  return {
    github: { event_name: name, event: payload, repository, actor, run_id: String(runId) },
    inputs: payload['inputs'] ?? {},
  };
}
