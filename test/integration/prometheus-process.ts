import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

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

/** What it reads: the executors of a cluster, as the usual configurations find them, or fixed addresses. */
export type Scraped = { readonly kubeconfig: string } | { readonly addresses: readonly string[] };

/** Starts the real Prometheus on a port of its own, which reads once a second. */
export async function startRealPrometheus(scraped: Scraped): Promise<RealPrometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'prometheus-'));
  writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify(configurationOf(scraped)));
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
  const close = () => end(child, folder);
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

function configurationOf(scraped: Scraped): unknown {
  const job = { job_name: 'executors', metrics_path: '/prometheus' };
  const found =
    'addresses' in scraped
      ? { static_configs: [{ targets: scraped.addresses, labels: { namespace: 'seldon' } }] }
      : { kubernetes_sd_configs: [{ role: 'pod', kubeconfig_file: scraped.kubeconfig }], relabel_configs: RELABELLED };
  return { global: { scrape_interval: '1s', scrape_timeout: '1s' }, scrape_configs: [{ ...job, ...found }] };
}

/** The executor's port of each pod, with the names that most configurations give. */
const RELABELLED = [
  { source_labels: ['__meta_kubernetes_pod_container_name'], action: 'keep', regex: 'seldon-container-engine' },
  { source_labels: ['__meta_kubernetes_pod_container_port_name'], action: 'keep', regex: 'metrics' },
  { source_labels: ['__meta_kubernetes_namespace'], target_label: 'namespace' },
  { source_labels: ['__meta_kubernetes_pod_name'], target_label: 'pod' },
];
