/** The operator as a program: `KUBECONFIG=… node sandbox/operator/main.ts`. Ends with SIGTERM or SIGINT. */
import { readFileSync } from 'node:fs';
import { startOperator } from './operator.ts';

const operator = await startOperator({
  kubeconfig: readFileSync(process.env['KUBECONFIG'] ?? '', 'utf8'),
  ambassador: process.env['AMBASSADOR_ENABLED'] !== 'false',
  istio: process.env['ISTIO_ENABLED'] === 'true',
  webhook: true,
});
process.stdout.write('operator: ready\n');
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void operator.close());
