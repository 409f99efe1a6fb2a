/** Measurements, as ratios against a peer in the same run. `npm run bench`; what they mean: bench/README.md. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PULL_REQUEST, type Sandbox, startSandbox } from '../sandbox/sandbox.ts';

const ROUNDS = Number(process.argv[2] ?? 7);
const HERE = fileURLToPath(new URL('.', import.meta.url));
const BUNDLE = fileURLToPath(new URL('../dist/index.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'bench-'));

interface Row {
  readonly what: string;
  readonly ours: string;
  readonly peer: string;
  readonly ratio: string;
  readonly aim: string;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Milliseconds until the process ends. */
async function timed(command: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<number> {
  const started = performance.now();
  const child = spawn(command, args, {
    env: { PATH: process.env['PATH'] ?? '', HOME: folder, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0 && env['MAY_FAIL'] === undefined) throw new Error(`${command} ended with ${code}`);
  return performance.now() - started;
}

interface Probe {
  readonly bytesRead: number;
  readonly maxRss: number;
}

async function probed(sandbox: Sandbox): Promise<Probe> {
  const file = join(folder, 'probe.json');
  const env = { NODE_OPTIONS: `--require ${join(HERE, 'probe.cjs')}`, BENCH_PROBE: file };
  const end = await sandbox.act({ env });
  if (end.exitCode !== 0) throw new Error(end.shown);
  return JSON.parse(readFileSync(file, 'utf8')) as Probe;
}

/** A first deploy on a sandbox whose pods are ready at once, by the action and by the shell script, each on its own. */
async function wholeRun(): Promise<readonly Row[]> {
  const ours: number[] = [];
  const peers: number[] = [];
  const lags: number[] = [];
  let requests = 0;
  let connections = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const sandbox = await startSandbox({ second: 1 });
    const lag = watchLag(sandbox);
    const started = performance.now();
    const end = await sandbox.act({ onLine: lag.onLine });
    ours.push(performance.now() - started);
    if (end.exitCode !== 0) throw new Error(end.shown);
    lags.push(lag.milliseconds());
    const asked = sandbox.cluster.requests.filter((one) => one.user === 'action');
    requests = Math.max(requests, asked.length);
    connections = Math.max(connections, new Set(asked.map((one) => one.connection)).size);
    await sandbox.close();
    peers.push(await peerRun(JSON.parse(end.outputs['result'] ?? '{}')));
  }
  const [us, them] = [median(ours), median(peers)];
  return [
    {
      what: 'first deploy, pods ready at once',
      ours: `${Math.round(us)} ms`,
      peer: `${Math.round(them)} ms (kubectl, curl)`,
      ratio: (us / them).toFixed(2),
      aim: '≤ 0.8',
    },
    { what: 'requests to the API server', ours: String(requests), peer: '', ratio: '', aim: '≤ 25' },
    { what: 'connections to the API server', ours: String(connections), peer: '', ratio: '', aim: '≤ 3' },
    { what: 'pod Ready → known to us', ours: `${median(lags).toFixed(0)} ms`, peer: '', ratio: '', aim: '≤ 50 ms' },
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
      if (Number.isNaN(known) && /the operator says|^rolled out: /.test(line)) known = performance.now();
    },
    milliseconds: () => {
      clearInterval(timer);
      return Math.max(0, known - ready);
    },
  };
}

async function peerRun(result: { manifest: string; prediction: { request: string } }): Promise<number> {
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
  const env = { KUBECONFIG: files.kubeconfig, API_URL: sandbox.cluster.url, API_CA: files.ca, API_TOKEN: token.trim() };
  const took = await timed(join(HERE, 'peer.sh'), args, env);
  await sandbox.close();
  return took;
}

/** Bad inputs end a run before the Kubernetes client is loaded: what an ignored event will cost. */
async function start(): Promise<readonly Row[]> {
  const ours: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < ROUNDS * 2; round++) {
    bare.push(await timed(process.execPath, ['-e', '0'], {}));
    ours.push(
      await timed(process.execPath, [BUNDLE], { 'INPUT_MODEL-URI': 'models:/x/1', INPUT_MODE: 'none', MAY_FAIL: '1' }),
    );
  }
  const [us, them] = [median(ours), median(bare)];
  return [
    {
      what: 'start to inputs read and refused',
      ours: `${Math.round(us)} ms`,
      peer: `${Math.round(them)} ms (node -e 0)`,
      ratio: (us / them).toFixed(2),
      aim: '',
    },
  ];
}

async function footprint(): Promise<readonly Row[]> {
  const quiet = await startSandbox({ second: 1 });
  const alone = await probed(quiet);
  await quiet.close();
  const busy = await startSandbox({ second: 1 });
  await crowd(busy);
  const crowded = await probed(busy);
  await busy.close();
  const kb = (bytes: number) => `${Math.round(bytes / 1024)} KB`;
  return [
    { what: 'bundle', ours: kb(statSync(BUNDLE).size), peer: '', ratio: '', aim: '≤ 3 MB' },
    { what: 'peak memory', ours: `${Math.round(alone.maxRss / 1024 / 1024)} MB`, peer: '', ratio: '', aim: '≤ 85 MB' },
    {
      what: 'bytes read beside 1,000 SeldonDeployments and 5,000 pods',
      ours: kb(crowded.bytesRead),
      peer: `${kb(alone.bytesRead)} (alone)`,
      ratio: (crowded.bytesRead / alone.bytesRead).toFixed(2),
      aim: 'about 1',
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

function show(rows: readonly Row[]): void {
  const cells = [
    ['', 'ours', 'peer', 'ratio', 'aim'],
    ...rows.map(({ what, ours, peer, ratio, aim }) => [what, ours, peer, ratio, aim]),
  ];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  for (const row of cells) process.stdout.write(`${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')}\n`);
}

try {
  show([...(await wholeRun()), ...(await start()), ...(await footprint())]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
