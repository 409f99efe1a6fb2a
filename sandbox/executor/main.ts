/**
 * The executor as the container's program: `--sdep … --namespace … --predictor … --http_port … --grpc_port …` and
 * ENGINE_PREDICTOR, base64 of the predictor's JSON. Ends with SIGTERM.
 */
import { existsSync, readFileSync } from 'node:fs';
import { optionsOf, restTimeoutOf, startExecutor } from './executor.ts';

const PODINFO = '/etc/podinfo/annotations';

/** The downward API's file: one `key="value"` for each line. */
function podAnnotation(key: string): string | undefined {
  const lines = existsSync(PODINFO) ? readFileSync(PODINFO, 'utf8').split('\n') : [];
  const line = lines.find((one) => one.startsWith(`${key}=`));
  return line === undefined ? undefined : String(JSON.parse(line.slice(key.length + 1)));
}

const options = optionsOf(process.argv.slice(2), process.env['ENGINE_PREDICTOR'] ?? '');
const executor = await startExecutor({
  ...options,
  restTimeout: restTimeoutOf(podAnnotation('seldon.io/rest-timeout')),
});
process.stdout.write(`${JSON.stringify({ level: 'info', msg: 'Listening', Address: `0.0.0.0:${options.port}` })}\n`);
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void executor.close());
