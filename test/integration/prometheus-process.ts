import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { KubernetesClient } from '../../sandbox/kubernetes-client.ts';
import type { Kind, KubernetesObject } from '../../sandbox/kubernetes-object.ts';

interface Pod extends KubernetesObject {
  readonly spec?: { readonly containers?: readonly (Named & { readonly ports?: readonly Port[] })[] };
  readonly status?: { readonly podIP?: string };
}

interface Named {
  readonly name: string;
}

interface Port {
  readonly name?: string;
  readonly containerPort: number;
}

const POD: Kind = { apiVersion: 'v1', kind: 'Pod', plural: 'pods' };

/** Milliseconds until Prometheus answers, on a machine that has other work. */
const PATIENCE = 30_000;

/** Where `install-prometheus.sh` puts it, unless PROMETHEUS names another. @throws Error when it is not there */
export function prometheusBinary(): string {
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  const path = process.env['PROMETHEUS'] || join(cache, 'mlflow-to-seldon', 'prometheus', 'current', 'prometheus');
  if (existsSync(path)) return path;
  throw new Error(`there is no Prometheus at ${path}: run test/integration/install-prometheus.sh first`);
}

export interface RealPrometheus {
  readonly url: string;
  close(): Promise<void>;
}

/** What it reads: the executors of a cluster (the text of a kubeconfig), or fixed addresses. */
export type Scraped = { readonly kubeconfig: string } | { readonly addresses: readonly string[] };

/** Starts the real Prometheus on a port of its own, which reads once a second. */
export async function startRealPrometheus(scraped: Scraped): Promise<RealPrometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'prometheus-'));
  writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify(configurationOf(folder)));
  const stop = await keepTargets(scraped, folder);
  const options = ['--web.listen-address=127.0.0.1:0', '--storage.tsdb.retention.time=1h', '--log.level=info'];
  const paths = [`--config.file=${join(folder, 'prometheus.yml')}`, `--storage.tsdb.path=${join(folder, 'data')}`];
  const child = spawn(prometheusBinary(), [...paths, ...options], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = `${said}${chunk.toString('utf8')}`.slice(-20_000);
  });
  child.once('error', (error) => {
    said += error.message;
  });
  process.once('exit', () => child.kill('SIGKILL'));
  const close = async () => {
    stop();
    await end(child, folder);
  };
  try {
    return { url: await addressOf(child, () => said), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Its log names the port; a question shows that it is ready. */
async function addressOf(child: ChildProcess, said: () => string): Promise<string> {
  for (const end = Date.now() + PATIENCE; ; await delay(50)) {
    const address = /msg="Listening on" address=(\S+)/.exec(said())?.[1];
    const isReady = async () => (await fetch(`http://${address}/-/ready`)).status === 200;
    if (address !== undefined && (await isReady().catch(() => false))) return `http://${address}`;
    if (child.exitCode !== null || Date.now() > end)
      throw new Error(`Prometheus did not start: ${said().slice(-2_000)}`);
  }
}

async function end(child: ChildProcess, folder: string): Promise<void> {
  if (child.exitCode === null && child.pid !== undefined) {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
}

function configurationOf(folder: string): unknown {
  const job = { job_name: 'executors', metrics_path: '/prometheus' };
  const found = { file_sd_configs: [{ files: [join(folder, 'targets.json')], refresh_interval: '1s' }] };
  return { global: { scrape_interval: '1s', scrape_timeout: '1s' }, scrape_configs: [{ ...job, ...found }] };
}

/** Keeps the file of targets at what is to be read: Debian's Prometheus does not find pods by itself. @returns how to stop */
async function keepTargets(scraped: Scraped, folder: string): Promise<() => void> {
  const write = (targets: readonly unknown[]) => {
    writeFileSync(join(folder, 'targets.new'), JSON.stringify(targets));
    renameSync(join(folder, 'targets.new'), join(folder, 'targets.json'));
  };
  if ('addresses' in scraped) {
    write([{ targets: scraped.addresses, labels: { namespace: 'seldon' } }]);
    return () => undefined;
  }
  const client = new KubernetesClient(scraped.kubeconfig);
  const targets = new Map<string, unknown>();
  const pods = await client.follow<Pod>(POD, () => setImmediate(changed));
  let isOpen = true;
  function changed(): void {
    if (!isOpen) return;
    targets.clear();
    for (const pod of pods.list()) for (const target of targetsOf(pod)) targets.set(pod.metadata.name, target);
    write([...targets.values()]);
  }
  changed();
  return () => {
    isOpen = false;
    client.close();
  };
}

/** The executor of a pod, with the labels that most configurations give. */
function targetsOf({ metadata, spec, status }: Pod): readonly unknown[] {
  const executor = spec?.containers?.find(({ name }) => name === 'seldon-container-engine');
  const port = executor?.ports?.find(({ name }) => name === 'metrics')?.containerPort;
  if (port === undefined || status?.podIP === undefined) return [];
  return [{ targets: [`${status.podIP}:${port}`], labels: { namespace: metadata.namespace, pod: metadata.name } }];
}
