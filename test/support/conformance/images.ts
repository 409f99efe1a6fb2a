import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { SandboxImage } from '../../../sandbox/cluster/kubelet.ts';
import type { ContainerContext, ContainerExit } from '../../../sandbox/container.ts';
import { idle } from '../cluster-client.ts';

/** Seconds until a server listens: long enough for the operator to see that it does not. */
const START = 6;

/** Answers 200 on every path but those, until the pod ends. */
async function serve(context: ContainerContext, port: number, missing: readonly string[] = []): Promise<ContainerExit> {
  const server = createServer(({ url = '' }, response) => {
    response.writeHead(missing.includes(url) ? 404 : 200).end('pong');
  });
  await delay(START * context.second);
  server.listen(context.portOf(port), '127.0.0.1');
  const exit = await idle(context);
  server.closeAllConnections();
  server.close();
  return exit;
}

const modelPort = ({ env }: ContainerContext) => Number(env['PREDICTIVE_UNIT_HTTP_SERVICE_PORT'] ?? 9000);

/** The folder's address is in the pod's shared folder, where our initializer puts it. */
const ADDRESS = 'address';

const BROKEN_FOLDERS = ['s3://extra/crash'];
const MISSING_FOLDERS = ['s3://extra/nowhere', 'models:/wine-quality/1'];

/** What the recorded images did, as far as the operator sees it: up, down, or not there. */
export const RECORDED_IMAGES: readonly SandboxImage[] = [
  {
    match: /storage-initializer/,
    image: async ({ args: [address = ''], models }) => {
      models.set(ADDRESS, address);
      return { exitCode: MISSING_FOLDERS.includes(address) ? 1 : 0 };
    },
  },
  { match: /mlflowserver:oom/, image: async () => ({ exitCode: 137, reason: 'OOMKilled' }) },
  {
    match: /mlflowserver:1/,
    image: async (context) =>
      BROKEN_FOLDERS.includes(context.models.get(ADDRESS) ?? '') ? { exitCode: 1 } : serve(context, modelPort(context)),
  },
  { match: /mlserver:1/, image: (context) => serve(context, modelPort(context), ['/health/ping']) },
  { match: /seldon-core-executor/, image: (context) => serve(context, 8000) },
  { match: /alibiexplainer:1/, image: (context) => serve(context, 9000) },
  { match: /^acme\//, image: (context) => serve(context, modelPort(context)) },
];
