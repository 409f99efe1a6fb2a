import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Milliseconds for all that Envoy does at once where nothing is wrong. */
const PATIENCE = 20_000;
const PACE = 20;

/** Where `install-envoy.sh` puts it, unless ENVOY names another. @throws Error when it is not there */
export function envoyBinary(): string {
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  const path = process.env['ENVOY'] || join(cache, 'mlflow-to-seldon', 'envoy', 'current', 'envoy');
  if (existsSync(path)) return path;
  throw new Error(`there is no Envoy at ${path}: run test/integration/install-envoy.sh first (it needs the internet)`);
}

/** One Envoy that finds its configuration in a folder of ours. */
export class EnvoyProcess {
  readonly folder = mkdtempSync(join(tmpdir(), 'envoy-'));
  #child: ChildProcess | undefined;
  #admin = '';
  #said = '';

  /** @returns its URL */
  async start(bootstrap: unknown): Promise<string> {
    this.write('bootstrap.json', bootstrap);
    const address = join(this.folder, 'admin');
    const concurrency = '1';
    const args = ['-c', this.pathOf('bootstrap.json'), '--admin-address-path', address, '--concurrency', concurrency];
    const options = ['--log-level', 'warning', '--use-dynamic-base-id', '--drain-time-s', '1'];
    const child = spawn(envoyBinary(), [...args, ...options], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child = child;
    child.stderr.on('data', (chunk: Buffer) => {
      this.#said = `${this.#said}${chunk.toString('utf8')}`.slice(-4000);
    });
    child.once('error', (error) => {
      this.#said += error.message;
    });
    // Whoever ends this process without closing us leaves no Envoy behind.
    process.once('exit', () => child.kill('SIGKILL'));
    await this.until('start', async () => {
      this.#admin = `http://${(await readFile(address, 'utf8')).trim()}`;
      return (await this.ask('/ready')).trim() === 'LIVE';
    });
    const { listener_statuses } = JSON.parse(await this.ask('/listeners?format=json'));
    return `http://127.0.0.1:${listener_statuses[0].local_address.socket_address.port_value}`;
  }

  pathOf(name: string): string {
    return join(this.folder, name);
  }

  /** At once: Envoy reads a file when another is renamed to its name. */
  write(name: string, content: unknown): void {
    writeFileSync(this.pathOf(`${name}.new`), JSON.stringify(content));
    renameSync(this.pathOf(`${name}.new`), this.pathOf(name));
  }

  /** A page of its administration. */
  async ask(path: string): Promise<string> {
    const answer = await fetch(`${this.#admin}${path}`);
    return answer.text();
  }

  /** @throws Error with what Envoy said, when it does not happen */
  async until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    for (const end = Date.now() + PATIENCE; ; await delay(PACE)) {
      if (await isSo().catch(() => false)) return;
      const isOver = this.#child?.exitCode !== null;
      if (isOver || Date.now() > end) throw new Error(`Envoy did not ${what}: ${this.#said.trim() || 'no word'}`);
    }
  }

  async close(): Promise<void> {
    const child = this.#child;
    if (child !== undefined && child.exitCode === null && child.pid !== undefined) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
