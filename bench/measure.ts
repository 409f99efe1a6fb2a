import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PULL_REQUEST, type Sandbox, startSandbox } from '../sandbox/sandbox.ts';
import { requestsOfWork } from './requests.ts';
import type { Row } from './rows.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const BUNDLE = fileURLToPath(new URL('../dist/index.js', import.meta.url));

/** Measures all rows. @param rounds of each row that is a time; the median counts */
export async function measure(rounds: number): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    return [...(await wholeRun(folder, rounds)), ...(await start(folder, rounds * 2)), ...(await footprint(folder))];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Milliseconds until the process ends. */
async function timed(command: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<number> {
  const started = performance.now();
  const child = spawn(command, args, {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0 && env['MAY_FAIL'] === undefined) throw new Error(`${command} ended with ${code}`);
  return performance.now() - started;
}

interface Probe {
  /** Milliseconds since the epoch. */
  readonly started: number;
  /** Milliseconds. */
  readonly lived: number;
  readonly bytesRead: number;
  readonly maxRss: number;
}

/** The environment in which each process of a run writes a file of its own. */
function probing(folder: string): { readonly env: Readonly<Record<string, string>>; read(): Probes } {
  const place = mkdtempSync(join(folder, 'probe-'));
  const env = { NODE_OPTIONS: `--require ${join(HERE, 'probe.cjs')}`, BENCH_PROBE: place };
  return {
    env,
    read() {
      const files = readdirSync(place).map((name) => JSON.parse(readFileSync(join(place, name), 'utf8')) as Probe);
      const [step, after, ...more] = files.sort((a, b) => a.started - b.started);
      if (step === undefined || after === undefined || more.length > 0)
        throw new Error(`a run has a step and a step after the job, but ${files.length} processes were probed`);
      return { step, after };
    },
  };
}

/** Of the step, and of the step after the job. */
interface Probes {
  readonly step: Probe;
  readonly after: Probe;
}

async function probed(sandbox: Sandbox, folder: string): Promise<Probe> {
  const probe = probing(folder);
  const end = await sandbox.act({ env: probe.env });
  if (end.exitCode !== 0) throw new Error(end.shown);
  return probe.read().step;
}

/** A first deploy on a sandbox whose pods are ready at once, by the action and by the shell script, each on its own. */
async function wholeRun(folder: string, rounds: number): Promise<readonly Row[]> {
  const ours: number[] = [];
  const after: number[] = [];
  const peers: number[] = [];
  const lags: number[] = [];
  let requests = 0;
  const looks: number[] = [];
  let connections = 0;
  for (let round = 0; round < rounds; round++) {
    const sandbox = await startSandbox({ second: 1 });
    const lag = watchLag(sandbox);
    const probe = probing(folder);
    const end = await sandbox.act({ onLine: lag.onLine, env: probe.env });
    if (end.exitCode !== 0) throw new Error(end.shown);
    const probes = probe.read();
    ours.push(probes.step.lived + probes.after.lived);
    after.push(probes.after.lived);
    lags.push(lag.milliseconds());
    const asked = sandbox.cluster.requests.filter((one) => one.user === 'action');
    const ofWork = requestsOfWork(asked);
    requests = Math.max(requests, ofWork.length);
    looks.push(asked.length - ofWork.length);
    connections = Math.max(connections, new Set(ofWork.map((one) => one.connection)).size);
    await sandbox.close();
    peers.push(await peerRun(folder, JSON.parse(end.outputs['result'] ?? '{}')));
  }
  const peer = { peer: median(peers), peerName: '`peer.sh`, the same job with kubectl and curl' };
  return [
    {
      what: 'first deploy, pods ready at once, with the step after the job',
      unit: 'ms',
      ours: median(ours),
      ...peer,
      sane: [20, 60_000],
      aim: 0.8,
      bound: 1,
    },
    { what: 'of that the step after the job', unit: 'ms', ours: median(after), sane: [5, 10_000] },
    { what: 'requests to the API server', unit: 'requests', ours: requests, sane: [5, 1_000], aim: 20 },
    {
      what: 'and further looks at a status that is late',
      unit: 'requests',
      ours: median(looks),
      sane: [0, 100],
      bound: 6,
    },
    { what: 'connections to the API server', unit: 'connections', ours: connections, sane: [1, 100], aim: 3 },
    { what: 'pod Ready → known to us', unit: 'ms', ours: median(lags), sane: [0.01, 5_000], aim: 50, bound: 500 },
  ];
}

/** From the pod's Ready condition in the store to the first line of the log that says so. */
function watchLag(sandbox: Sandbox): { readonly onLine: (line: string) => void; readonly milliseconds: () => number } {
  let ready = Number.NaN;
  let known = Number.NaN;
  const timer = setInterval(() => {
    const pods = sandbox.cluster.api.list('Pod', 'seldon') as unknown as {
      status?: { conditions?: { type: string; status: string }[] };
    }[];
    if (!pods.some((pod) => pod.status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True')))
      return;
    ready = performance.now();
    clearInterval(timer);
  }, 1);
  return {
    onLine: (line) => {
      if (
        Number.isNaN(known) &&
        /pods are available|new pods are ready|the operator (says|reports)|^rolled out: /.test(line)
      )
        known = performance.now();
    },
    milliseconds: () => {
      clearInterval(timer);
      return known - ready;
    },
  };
}

async function peerRun(folder: string, result: { manifest: string; prediction: { request: string } }): Promise<number> {
  const sandbox = await startSandbox({ second: 1 });
  const files = {
    manifest: join(folder, 'manifest.yaml'),
    request: join(folder, 'request.json'),
    kubeconfig: join(folder, 'kubeconfig'),
    ca: join(folder, 'ca.pem'),
  };
  writeFileSync(files.manifest, result.manifest);
  writeFileSync(files.request, result.prediction.request);
  writeFileSync(files.kubeconfig, sandbox.cluster.kubeconfig());
  const comments = `${sandbox.github.url}/repos/acme/wine/issues/${PULL_REQUEST}/comments`;
  const args = [files.manifest, files.request, sandbox.gateway.url, comments, 'ghs_sandbox'];
  const [, token = ''] = /token: (.+)/.exec(sandbox.cluster.kubeconfig()) ?? [];
  writeFileSync(files.ca, sandbox.cluster.ca ?? '');
  const env = {
    KUBECONFIG: files.kubeconfig,
    API_URL: sandbox.cluster.url,
    API_CA: files.ca,
    API_TOKEN: token.trim(),
    HOME: folder,
  };
  const took = await timed(join(HERE, 'peer.sh'), args, env);
  await sandbox.close();
  return took;
}

/** Bad inputs end a run before the Kubernetes client is loaded: what an ignored event will cost. */
async function start(folder: string, rounds: number): Promise<readonly Row[]> {
  const ours: number[] = [];
  const bare: number[] = [];
  const env = { HOME: folder };
  for (let round = 0; round < rounds; round++) {
    bare.push(await timed(process.execPath, ['-e', '0'], env));
    const wrong = { ...env, 'INPUT_MODEL-URI': 'models:/x/1', INPUT_MODE: 'none', MAY_FAIL: '1' };
    ours.push(await timed(process.execPath, [BUNDLE], wrong));
  }
  const [us, peer] = [median(ours), median(bare)];
  const row = { unit: 'ms', ours: us, peer, peerName: '`node -e 0`', sane: [3, 10_000], bound: 4 } as const;
  return [{ what: 'start to inputs read and refused', ...row }];
}

async function footprint(folder: string): Promise<readonly Row[]> {
  const quiet = await startSandbox({ second: 1 });
  const alone = await probed(quiet, folder);
  await quiet.close();
  const busy = await startSandbox({ second: 1 });
  await crowd(busy);
  const crowded = await probed(busy, folder);
  await busy.close();
  const bundle = [BUNDLE, join(dirname(BUNDLE), 'step.js')].reduce((sum, file) => sum + statSync(file).size, 0);
  const kb = (bytes: number) => bytes / 1024;
  const mb = kb(alone.maxRss) / 1024;
  return [
    { what: 'bundle', unit: 'KB', ours: kb(bundle), sane: [50, 50_000], aim: 3_072 },
    { what: 'peak memory of the step', unit: 'MB', ours: mb, sane: [20, 2_000], aim: 85 },
    {
      what: 'bytes read beside 1,000 SeldonDeployments and 5,000 pods',
      unit: 'KB',
      ours: kb(crowded.bytesRead),
      peer: kb(alone.bytesRead),
      peerName: 'alone',
      sane: [1, 100_000],
      aim: 1.1,
    },
  ];
}

/** Strangers in the namespace: SeldonDeployments of another operator, pods of another node. */
async function crowd({ cluster }: Sandbox): Promise<void> {
  for (let i = 0; i < 1_000; i++) {
    const metadata = { name: `other-${i}`, namespace: 'seldon', labels: { 'seldon.io/controller-id': 'other' } };
    const predictors = [{ name: 'main', graph: { name: 'p', implementation: 'MLFLOW_SERVER', modelUri: 's3://x' } }];
    await cluster.api.create({
      apiVersion: 'machinelearning.seldon.io/v1',
      kind: 'SeldonDeployment',
      metadata,
      spec: { predictors },
    });
  }
  for (let i = 0; i < 5_000; i++) {
    const metadata = {
      name: `other-${i}`,
      namespace: 'seldon',
      labels: { 'seldon-deployment-id': `other-${i % 1000}` },
    };
    const spec = { nodeName: 'another-node', containers: [{ name: 'c', image: 'x' }] };
    await cluster.api.create({ apiVersion: 'v1', kind: 'Pod', metadata, spec });
  }
}
