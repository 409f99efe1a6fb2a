import { createServer } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SandboxCluster, startCluster } from '../../sandbox/cluster/cluster.ts';
import type { ContainerStatus, PodStatus } from '../../sandbox/cluster/pods.ts';
import type { ContainerContext } from '../../sandbox/container.ts';
import { aDeployment, ask, idle, until } from '../support/cluster-client.ts';

let cluster: SandboxCluster;
const contexts = new Map<string, ContainerContext>();

beforeAll(async () => {
  const crash = async ({ log }: ContainerContext) => {
    log('about to fail');
    return { exitCode: 7 };
  };
  const init = async ({ models, env, args, log }: ContainerContext) => {
    models.set('MLmodel', args[0] ?? '');
    log(`copied with ${env['RCLONE_CONFIG_S3_TYPE']}`);
    return { exitCode: 0 };
  };
  const remember = (context: ContainerContext) => {
    contexts.set(context.image, context);
    return idle(context);
  };
  cluster = await startCluster({
    namespaces: ['seldon'],
    images: [
      { match: 'idle:1', image: idle },
      { match: 'crash:1', image: crash },
      { match: 'oom:1', image: async () => ({ exitCode: 137, reason: 'OOMKilled' }) },
      { match: 'throws:1', image: () => Promise.reject(new Error('boom')) },
      { match: 'init:1', image: init },
      { match: /^remember:/, image: remember },
      { match: 'sick:1', image: sick },
    ],
  });
});

afterAll(() => cluster.close());

/** Answers 404 to everything. */
async function sick(context: ContainerContext) {
  const server = createServer((_, response) => response.writeHead(404).end());
  server.listen(context.portOf(8080), '127.0.0.1');
  const exit = await idle(context);
  server.closeAllConnections();
  server.close();
  return exit;
}

/** The one pod of a new Deployment, looked at again and again. */
async function aPod(name: string, container: object, podSpec: object = {}) {
  await cluster.api.create(aDeployment(name, container, podSpec));
  const look = () => cluster.api.list('Pod', 'seldon', `app=${name}`)[0];
  const pod = await until('the pod', look);
  const status = () => (look()?.status ?? {}) as PodStatus;
  const main = () => status().containerStatuses?.[0];
  const becomes = (what: string, test: (status: ContainerStatus) => boolean) =>
    until(what, () => {
      const one = main();
      return one !== undefined && test(one) ? one : undefined;
    });
  const events = () =>
    cluster.api
      .list('Event', 'seldon')
      .filter((event) => (event['involvedObject'] as { name: string }).name === pod.metadata.name)
      .map((event) => `${event['type']} ${event['reason']}: ${event['message']}`);
  const log = async (query = '') => {
    const path = `/api/v1/namespaces/seldon/pods/${pod.metadata.name}/log?${query}`;
    const { code, body } = await ask(cluster, { path });
    return code === 200 ? body : { code, message: (body as { message?: string }).message };
  };
  return { name: pod.metadata.name, uid: pod.metadata.uid, status, becomes, events, log };
}

test('an image that does not exist', async () => {
  const pod = await aPod('absent', { image: 'seldonio/mlflowserver:missing' });
  const error =
    'rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/seldonio/mlflowserver:missing": failed to resolve reference "docker.io/seldonio/mlflowserver:missing": docker.io/seldonio/mlflowserver:missing: not found';
  const first = await pod.becomes('the first failure', ({ state }) => state.waiting?.reason === 'ErrImagePull');
  expect(first.state.waiting?.message).toBe(error);
  const then = await pod.becomes('the back-off', ({ state }) => state.waiting?.reason === 'ImagePullBackOff');
  const message = `Back-off pulling image "seldonio/mlflowserver:missing": ErrImagePull: ${error}`;
  expect(then.state.waiting?.message).toBe(message);
  expect(pod.status().phase).toBe('Pending');
  expect(pod.events()).toEqual(expect.arrayContaining(['Warning Failed: Error: ErrImagePull']));
  const why = 'is waiting to start: trying and failing to pull image';
  expect(await pod.log()).toEqual({ code: 400, message: `container "main" in pod "${pod.name}" ${why}` });
});

test('a container that crashes is restarted at once, then after a back-off', async () => {
  const pod = await aPod('crashing', { image: 'crash:1' });
  const status = await pod.becomes('the crash loop', ({ state }) => state.waiting?.reason === 'CrashLoopBackOff');
  const label = `${pod.name}_seldon(${pod.uid})`;
  expect(status).toMatchObject({
    restartCount: 1,
    ready: false,
    state: { waiting: { message: `back-off 10s restarting failed container=main pod=${label}` } },
    lastState: { terminated: { exitCode: 7, reason: 'Error' } },
  });
  expect(pod.status().phase).toBe('Running');
  expect(pod.events()).toContain(`Warning BackOff: Back-off restarting failed container main in pod ${label}`);
  expect(await pod.log('previous=true')).toBe('about to fail\n');
  expect(await pod.log('limitBytes=5')).toBe('about');
  const again = await pod.becomes('the second restart', ({ restartCount }) => restartCount === 2);
  expect(again.lastState.terminated?.exitCode).toBe(7);
});

test('a container that the kernel kills, and one whose program throws', async () => {
  const pod = await aPod('greedy', { image: 'oom:1' });
  const killed = await pod.becomes('the kill', ({ state }) => state.terminated !== undefined);
  expect(killed.state.terminated).toMatchObject({ exitCode: 137, reason: 'OOMKilled' });
  const thrower = await aPod('thrower', { image: 'throws:1' });
  await thrower.becomes('the crash', ({ lastState }) => lastState.terminated?.exitCode === 1);
  expect(await thrower.log()).toMatch(/^Error: boom/);
});

test('a container is not created until its Secret exists', async () => {
  const envFrom = [{ secretRef: { name: 'rclone-s3' } }];
  const initContainers = [{ name: 'get', image: 'init:1', args: ['s3://models/1'], envFrom }];
  const pod = await aPod('secretive', { image: 'remember:secretive' }, { initContainers });
  const look = () => pod.status().initContainerStatuses?.[0]?.state.waiting;
  await until('the error', () => look()?.reason === 'CreateContainerConfigError');
  expect(look()?.message).toBe('secret "rclone-s3" not found');
  expect(pod.events()).toContain('Warning Failed: Error: secret "rclone-s3" not found');
  const data = { RCLONE_CONFIG_S3_TYPE: Buffer.from('s3').toString('base64') };
  await cluster.api.create({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'rclone-s3', namespace: 'seldon' },
    data,
  });
  await pod.becomes('the start', ({ state }) => state.running !== undefined);
  expect(await pod.log('container=get')).toBe('copied with s3\n');
  expect(contexts.get('remember:secretive')?.models.get('MLmodel')).toBe('s3://models/1');
});

test('the environment: values, fields of the pod, references to earlier variables', async () => {
  const env = [
    { name: 'PORT', value: '9000' },
    { name: 'URL', value: 'http://localhost:$(PORT)' },
    { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    { name: 'MARKER', valueFrom: { fieldRef: { fieldPath: "metadata.annotations['marker']" } } },
  ];
  const pod = await aPod('settings', { image: 'remember:settings', args: ['--port', '$(PORT)'], env });
  await pod.becomes('the start', ({ state }) => state.running !== undefined);
  const context = contexts.get('remember:settings');
  expect(context?.env).toEqual({ PORT: '9000', URL: 'http://localhost:9000', POD: pod.name, MARKER: 'one' });
  expect(context?.args).toEqual(['--port', '9000']);
  expect(context?.annotations).toEqual({ marker: 'one' });
});

test('a pod that fits on no node has the reason in its status', async () => {
  const pod = await aPod('huge', { image: 'idle:1', resources: { requests: { cpu: '900', memory: '9999Gi' } } });
  const condition = await until('the verdict', () => pod.status().conditions?.[0]);
  const message =
    '0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory. no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.';
  expect(condition).toMatchObject({ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message });
  expect(pod.events()).toEqual([`Warning FailedScheduling: ${message}`]);
  expect(await pod.log()).toMatchObject({ code: 204 });
});

test('a startup probe that fails too often kills the container', async () => {
  const startupProbe = { httpGet: { path: '/ping', port: 9000 }, periodSeconds: 1, failureThreshold: 3 };
  const pod = await aPod('stillborn', { image: 'idle:1', ports: [{ containerPort: 9000 }], startupProbe });
  await pod.becomes('the restart', ({ restartCount }) => restartCount === 1);
  const address = `${pod.status().podIP}:9000`;
  expect(pod.events()).toEqual(
    expect.arrayContaining([
      `Warning Unhealthy: Startup probe failed: Get "http://${address}/ping": dial tcp ${address}: connect: connection refused`,
      'Normal Killing: Container main failed startup probe, will be restarted',
    ]),
  );
});

test('a container whose probe fails is never ready, and a liveness probe restarts it', async () => {
  const probe = { httpGet: { path: '/', port: 8080 }, periodSeconds: 1, failureThreshold: 2 };
  const ports = [{ containerPort: 8080 }];
  const pod = await aPod('sick', { image: 'sick:1', ports, readinessProbe: probe, livenessProbe: probe });
  const status = await pod.becomes('the restart', ({ restartCount }) => restartCount === 1);
  expect(status.ready).toBe(false);
  const messages = pod.events();
  expect(messages).toContain('Warning Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 404');
  expect(messages).toContain('Normal Killing: Container main failed liveness probe, will be restarted');
});

test('a log belongs to one container, by its name', async () => {
  const pod = await aPod(
    'chatty',
    { image: 'idle:1' },
    {
      containers: [
        { name: 'a', image: 'idle:1' },
        { name: 'b', image: 'idle:1' },
      ],
    },
  );
  await pod.becomes('the start', ({ state }) => state.running !== undefined);
  const message = `a container name must be specified for pod ${pod.name}, choose one of: [a b]`;
  expect(await pod.log()).toEqual({ code: 400, message });
  expect(await pod.log('container=c')).toEqual({ code: 400, message: `container c is not valid for pod ${pod.name}` });
  expect(await pod.log('container=a&tailLines=0')).toBe('');
  const none = `previous terminated container "a" in pod "${pod.name}" not found`;
  expect(await pod.log('container=a&previous=true')).toEqual({ code: 400, message: none });
});
