import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { GithubEvent } from '../../sandbox/github/events.ts';
import { ROOT } from '../support/workflows.ts';

/** A real workflow runner, `act`, which runs the jobs of a workflow file as processes of this machine. */

/** One workflow, as a repository holds it, and the event that starts it. */
export interface WorkflowRun {
  readonly workflow: string;
  readonly event: GithubEvent;
  /** Who started the run. */
  readonly actor: string;
  /** Files of the repository beside the workflow. */
  readonly files: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly variables: Readonly<Record<string, string>>;
  readonly githubApi: string;
}

export interface WorkflowEnd {
  readonly exitCode: number | null;
  readonly log: string;
  /** Outputs of the steps; a later step's value counts. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Names of the steps that ended well, such as `Post acme/mlflow-to-seldon@v0`. */
  readonly succeeded: readonly string[];
}

const TIMEOUT_MS = 120_000;

/** A program that the rig installs. */
export function rigProgram(path: string): string {
  const home = process.env['RIG_HOME'] ?? join(homedir(), '.cache', 'seldon-rig');
  const program = join(home, path);
  if (!existsSync(program)) throw new Error(`there is no ${path}: run this suite on the rig, see CONTRIBUTING.md`);
  return program;
}

/** Runs the workflow with the built action of this repository in place of its published version. */
export async function runWorkflow(run: WorkflowRun): Promise<WorkflowEnd> {
  const folder = mkdtempSync(join(tmpdir(), 'act-'));
  try {
    prepare(folder, run);
    return await execute(folder, run);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const CALLED = '.github/workflows/seldon.yml';

/** Without a key that is newer than the schema of act, which orders no runs anyway. */
function known(workflow: string): string {
  return workflow.replace(/^ *queue: max\n/gm, '');
}

function prepare(folder: string, { workflow, event, files, secrets }: WorkflowRun): void {
  const repository = join(folder, 'repository');
  const write = (path: string, text: string) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  };
  for (const [path, text] of Object.entries({ ...files, '.github/workflows/sample.yml': known(workflow) }))
    write(join(repository, path), text);
  // Without the folders of development, which act would copy.
  for (const part of ['action.yml', 'dist'])
    cpSync(join(ROOT, part), join(folder, 'action', part), { recursive: true });
  // The workflow that others call.
  write(join(folder, 'action', CALLED), known(readFileSync(join(ROOT, CALLED), 'utf8')));
  mkdirSync(join(folder, 'home'));
  writeFileSync(join(folder, 'event.json'), JSON.stringify(event.payload));
  writeFileSync(
    join(folder, 'secrets'),
    Object.entries(secrets)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=maria', '-c', 'user.email=maria@example.com', ...args], { cwd: repository });
  git('init', '--quiet', '--initial-branch', 'main');
  git('remote', 'add', 'origin', 'https://github.com/acme/wine.git');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'A better wine');
}

function execute(folder: string, { event, actor, variables, githubApi }: WorkflowRun): Promise<WorkflowEnd> {
  const args = [
    event.name,
    ...['--workflows', '.github/workflows/sample.yml', '--eventpath', join(folder, 'event.json')],
    ...['--platform', 'ubuntu-latest=-self-hosted', '--no-cache-server', '--container-daemon-socket', '-'],
    ...['--action-offline-mode', '--local-repository', `acme/mlflow-to-seldon@v0=${join(folder, 'action')}`],
    ...['--secret-file', join(folder, 'secrets'), '--actor', actor, '--env', `GITHUB_API_URL=${githubApi}`],
    ...Object.entries(variables).flatMap(([name, value]) => ['--var', `${name}=${value}`]),
  ];
  // Nothing else of our environment: act hands it to the steps.
  const env = { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, HOME: join(folder, 'home') };
  return new Promise((resolve, reject) => {
    const child = spawn(rigProgram('act'), args, {
      cwd: join(folder, 'repository'),
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS);
    let log = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        log += chunk.toString('utf8');
      });
    child.once('error', reject);
    child.once('close', (exitCode) => {
      clearTimeout(timer);
      resolve({ exitCode, log, outputs: outputsIn(log), succeeded: succeededIn(log) });
    });
  });
}

function outputsIn(log: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...log.matchAll(/::set-output:: ([\w-]+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
  );
}

function succeededIn(log: string): readonly string[] {
  return [...log.matchAll(/✅ {2}Success - (.+?)(?: \[[\d.]+m?s\])?$/gm)].map(([, name = '']) => name);
}
