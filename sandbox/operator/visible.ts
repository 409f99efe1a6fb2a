import type { SandboxCluster } from '../cluster/cluster.ts';
import type { ContainerImage } from '../container.ts';

/** What the operator's pod runs here: nothing, because the operator itself runs in this process. */
export function operatorImage(): ContainerImage {
  return async ({ signal }) => {
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    return { exitCode: 0 };
  };
}

/** The Deployment that Seldon's chart makes of the operator, so that people and mode `check` see one. */
export async function showOperator({ api }: Pick<SandboxCluster, 'api'>): Promise<void> {
  const labels = { app: 'seldon', 'control-plane': 'seldon-controller-manager' };
  await api.create({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'seldon-controller-manager', namespace: 'seldon-system', labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'manager', image: 'seldonio/seldon-core-operator:1.17.1' }] },
      },
    },
  });
}
