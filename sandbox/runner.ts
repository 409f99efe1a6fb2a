import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The GitHub runner as a JavaScript action sees it: environment, event file, command files, log. */
export interface ActionCall {
  /** `with:` of the step. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly event: { readonly name: string; readonly payload: unknown };
  /** Environment variables in addition to the runner's. */
  readonly env?: Readonly<Record<string, string>>;
  /** Files of the checked-out repository. */
  readonly files?: Readonly<Record<string, string>>;
  /** Called with every raw line of the log as it is written. */
  readonly onLine?: (line: string) => void;
  /**
   * The run is cancelled as soon as its log matches: SIGINT, 7.5 s later SIGTERM, 2.5 s later the end.
   */
  readonly cancelAt?: RegExp;
  /** The runner kills the step as soon as its log matches, without a signal that can be handled. */
  readonly killAt?: RegExp;
  readonly timeout?: number;
  /** Only the main step runs. For a run that ends before it could leave anything to the post step. */
  readonly skipsPost?: true;
  readonly main?: string;
}

export interface ActionEnd {
  readonly exitCode: number | null;
  /** The raw log with workflow commands, as the runner reads it. */
  readonly log: string;
  /** As a person reads it on GitHub: groups expanded, masks applied. */
  readonly shown: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  /** Files of the workspace when the job ends, by path. */
  readonly files: Readonly<Record<string, string>>;
}

/** Milliseconds after SIGINT, as on the real runner. */
const SIGTERM_AFTER = 7_500;
const SIGKILL_AFTER = 10_000;

/** Milliseconds after which a step hangs. */
const LONGEST_STEP = 150_000;

/** `SANDBOX_BUNDLE` names another one, such as that of an earlier commit. */
const BUNDLE = process.env['SANDBOX_BUNDLE'] ?? fileURLToPath(new URL('../dist/index.js', import.meta.url));
/** Node's compile cache, so that not every process compiles the bundle again. */
const COMPILED = fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url));

/**
 * Runs the built bundle in its own process with an empty home. Of our environment it gets only PATH, and the
 * folder of Node's compile cache.
 */
export async function runAction(call: ActionCall): Promise<ActionEnd> {
  const folder = mkdtempSync(join(tmpdir(), 'runner-'));
  try {
    const env = prepare(folder, call);
    const main = await execute(call, env, join(folder, 'workspace'));
    // The runner's post step: it runs however the main step ended.
    const after = call.skipsPost === true ? '' : await executePost(folder, call, env);
    const { exitCode } = main;
    const log = main.log + after;
    const outputs = readCommandFile(readFileSync(join(folder, 'output'), 'utf8'));
    const summary = readFileSync(join(folder, 'summary'), 'utf8');
    return { exitCode, log, shown: asShown(log), outputs, summary, files: filesIn(join(folder, 'workspace')) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function executePost(folder: string, call: ActionCall, env: Record<string, string>): Promise<string> {
  const state = readCommandFile(readFileSync(join(folder, 'state'), 'utf8'));
  const left = Object.entries(state).map(([name, value]) => [`STATE_${name}`, value]);
  const { cancelAt: _, killAt: __, ...quiet } = call;
  const { log } = await execute(quiet, { ...env, ...Object.fromEntries(left) }, join(folder, 'workspace'));
  return log;
}

function prepare(folder: string, { inputs, event, env, files = {} }: ActionCall): Record<string, string> {
  for (const name of ['workspace', 'temp', 'home']) mkdirSync(join(folder, name));
  for (const name of ['output', 'summary', 'state', 'env', 'path']) writeFileSync(join(folder, name), '');
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, 'workspace', name, '..'), { recursive: true });
    writeFileSync(join(folder, 'workspace', name), content);
  }
  writeFileSync(join(folder, 'event.json'), JSON.stringify(event.payload));
  const given = Object.entries(inputs).map(([name, value]) => [
    `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`,
    value,
  ]);
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: join(folder, 'home'),
    NODE_COMPILE_CACHE: COMPILED,
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_WORKSPACE: join(folder, 'workspace'),
    RUNNER_TEMP: join(folder, 'temp'),
    GITHUB_OUTPUT: join(folder, 'output'),
    GITHUB_STEP_SUMMARY: join(folder, 'summary'),
    GITHUB_STATE: join(folder, 'state'),
    GITHUB_ENV: join(folder, 'env'),
    GITHUB_PATH: join(folder, 'path'),
    GITHUB_EVENT_PATH: join(folder, 'event.json'),
    GITHUB_EVENT_NAME: event.name,
    GITHUB_REPOSITORY: 'acme/wine',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_ACTION_REPOSITORY: 'acme/mlflow-to-seldon',
    GITHUB_ACTION_REF: 'v0',
    GITHUB_RUN_ID: '4711',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_SHA: '6dcb09b5b57875f334f61aebed695e2e4193db5e',
    GITHUB_REF: 'refs/heads/main',
    GITHUB_ACTOR: 'octocat',
    GITHUB_TRIGGERING_ACTOR: 'octocat',
    ...Object.fromEntries(given),
    ...env,
  };
}

function filesIn(folder: string): Readonly<Record<string, string>> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  const paths = entries.map((one) => join(one.parentPath, one.name));
  return Object.fromEntries(paths.map((path) => [relative(folder, path), readFileSync(path, 'utf8')]));
}

function execute(
  call: ActionCall,
  env: Record<string, string>,
  cwd: string,
): Promise<{ exitCode: number | null; log: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [call.main ?? BUNDLE], { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    const timers = [setTimeout(() => child.kill('SIGKILL'), call.timeout ?? LONGEST_STEP)];
    const cancel = () => {
      child.kill('SIGINT');
      timers.push(setTimeout(() => child.kill('SIGTERM'), SIGTERM_AFTER));
      timers.push(setTimeout(() => child.kill('SIGKILL'), SIGKILL_AFTER));
    };
    let isCancelled = false;
    let log = '';
    let rest = '';
    const take = (chunk: Buffer) => {
      log += chunk.toString('utf8');
      const lines = (rest + chunk.toString('utf8')).split('\n');
      rest = lines.pop() ?? '';
      if (call.onLine !== undefined) lines.forEach(call.onLine);
      const told = log.slice(0, log.length - rest.length);
      if (!isCancelled && call.cancelAt?.test(told) === true) {
        isCancelled = true;
        cancel();
      }
      if (call.killAt?.test(told) === true) child.kill('SIGKILL');
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.once('error', reject);
    child.once('close', (exitCode) => {
      timers.forEach(clearTimeout);
      resolve({ exitCode, log });
    });
  });
}

/** `name=value` and `name<<DELIMITER … DELIMITER`, as GITHUB_OUTPUT holds them. */
export function readCommandFile(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  const lines = text.split('\n');
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    const multi = /^([^=]+?)<<(.+)$/.exec(line);
    if (multi?.[1] !== undefined) {
      const end = lines.indexOf(multi[2] ?? '', i + 1);
      if (end < 0) throw new Error(`${multi[1]}: delimiter not closed`);
      values[multi[1]] = lines.slice(i + 1, end).join('\n');
      i = end;
    } else if (line.includes('=')) {
      values[line.slice(0, line.indexOf('='))] = line.slice(line.indexOf('=') + 1);
    }
  }
  return values;
}

/** The log as GitHub shows it. */
export function asShown(log: string): string {
  const masks: string[] = [];
  let indent = '';
  const lines: string[] = [];
  for (const line of log.split('\n')) {
    const [, command, , text = ''] = /^::(\S+?)( [^:]*)?::(.*)$/.exec(line) ?? [];
    if (command === 'add-mask') masks.push(unescapeCommand(text));
    else if (command === 'group') {
      lines.push(`▾ ${unescapeCommand(text)}`);
      indent = '  ';
    } else if (command === 'endgroup') indent = '';
    else if (command === 'error' || command === 'warning' || command === 'notice') {
      lines.push(`${command[0]?.toUpperCase()}${command.slice(1)}: ${unescapeCommand(text)}`);
    } else if (command !== 'debug') lines.push(`${indent}${line}`);
  }
  return masks.filter(Boolean).reduce((text, mask) => text.replaceAll(mask, '***'), lines.join('\n'));
}

function unescapeCommand(text: string): string {
  return text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
}
