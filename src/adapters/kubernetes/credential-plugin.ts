import { type ChildProcess, spawn } from 'node:child_process';
import { UserError } from '../../base/errors.ts';
import { isJsonObject } from '../../base/json-value.ts';
import type { KubeconfigContext } from './kubeconfig.ts';
import { type Entry, invalid } from './kubeconfig-checks.ts';
import { execInfo } from './user-entry.ts';

/** Milliseconds a credential plugin may take; one that asks a person would wait for ever. */
const PLUGIN_TIMEOUT_MS = 60_000;
/** Bytes of its output that are read. */
const LONGEST_OUTPUT = 1024 * 1024;

type Environment = Readonly<Record<string, string | undefined>>;

/** Runs the kubeconfig's credential plugin at each call; undefined where the user has none. */
export function startPlugin(
  context: KubeconfigContext,
  env: Environment,
  timeout = PLUGIN_TIMEOUT_MS,
): (() => Promise<Entry>) | undefined {
  const { exec } = context.user;
  if (!isJsonObject(exec)) return undefined;
  const command = String(exec.command ?? '');
  if (command === '') throw invalid(`the credential plugin of context \`${context.name}\` has no command`);
  const set = Array.isArray(exec.env) ? exec.env.filter(isJsonObject) : [];
  const given = Object.fromEntries(set.map(({ name, value }) => [String(name), String(value ?? '')]));
  const told = { KUBERNETES_EXEC_INFO: JSON.stringify(execInfo(exec, context.cluster)) };
  const args = Array.isArray(exec.args) ? exec.args.map(String) : [];
  return async () => {
    const end = await runPlugin({ command, args, env: { ...process.env, ...env, ...given, ...told } }, timeout);
    if (end.kind === 'missing') throw notInstalled(command, exec.installHint, end.cause);
    const why = end.kind === 'late' ? `no answer within ${timeout / 1000} s, so it was ended` : lastWordsOf(end.stderr);
    const status = end.kind === 'done' ? credentialIn(end.stdout) : undefined;
    if (status !== undefined) return status;
    throw new UserError(
      'cluster-unauthorized',
      `no credentials for context \`${context.name}\`: the credential plugin \`${command}\` failed: ${why}`,
      {
        hint: 'log in to the cloud provider in an earlier step of the job; the plugin cannot ask a question there',
      },
    );
  };
}

interface PluginCall {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

type PluginEnd =
  | { readonly kind: 'done' | 'failed'; readonly stdout: string; readonly stderr: string }
  | { readonly kind: 'late' }
  | { readonly kind: 'missing'; readonly cause: unknown };

/** In a process group of its own, so that what the plugin started ends with it. */
function runPlugin({ command, args, env }: PluginCall, timeout: number): Promise<PluginEnd> {
  return new Promise((resolve) => {
    const isGroup = process.platform !== 'win32';
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: isGroup });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => {
        if (output[name].length < LONGEST_OUTPUT) output[name] += text;
      });
    const timer = setTimeout(() => {
      kill(child, isGroup);
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ kind: 'late' });
    }, timeout);
    const done = (end: PluginEnd) => {
      clearTimeout(timer);
      resolve(end);
    };
    child.once('error', (cause) => done({ kind: 'missing', cause }));
    child.once('close', (code) => done({ kind: code === 0 ? 'done' : 'failed', ...output }));
  });
}

function kill(child: ChildProcess, isGroup: boolean): void {
  const { pid } = child;
  try {
    if (isGroup && pid !== undefined) process.kill(-pid, 'SIGKILL');
    else child.kill('SIGKILL');
  } catch {
    // It ended in this moment.
  }
}

/** The user that an ExecCredential stands for; undefined where the output is none. */
function credentialIn(stdout: string): Entry | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(stdout);
  } catch {
    return undefined;
  }
  const status = isJsonObject(answer) && isJsonObject(answer.status) ? answer.status : {};
  const { token, clientCertificateData: cert, clientKeyData: key } = status;
  const base64 = (pem: unknown) => Buffer.from(String(pem)).toString('base64');
  const user = {
    ...(typeof token === 'string' && { token }),
    ...(typeof cert === 'string' && { 'client-certificate-data': base64(cert) }),
    ...(typeof key === 'string' && { 'client-key-data': base64(key) }),
  };
  return Object.keys(user).length === 0 ? undefined : user;
}

function notInstalled(command: string, hint: unknown, cause: unknown): UserError {
  return invalid(
    `the kubeconfig's credential plugin \`${command}\` is not installed on this runner`,
    typeof hint === 'string'
      ? hint.trim()
      : `install \`${command}\` in an earlier step, or use a kubeconfig with a token`,
    cause,
  );
}

/** The last words of a program without what may be a secret: anything long with a digit in it. */
export function lastWordsOf(text: string): string {
  const last = text.slice(-4_000).trim().split('\n').slice(-3).join(' ');
  return last.replace(/[\w+=-]{20,}/g, (word) => (/\d/.test(word) ? '***' : word)).slice(-300) || 'it said nothing';
}
