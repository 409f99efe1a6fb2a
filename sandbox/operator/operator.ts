import { KubernetesClient } from '../kubernetes-client.ts';
import type { Kind, KubernetesObject } from '../kubernetes-object.ts';
import type { AmbassadorForm } from './ambassador-annotation.ts';
import { EventRecorder } from './event-recorder.ts';
import { IMAGES, type Images } from './images.ts';
import {
  AUTOSCALER,
  type Autoscaler,
  DEPLOYMENT,
  DESTINATION_RULE,
  type Deployment,
  type DestinationRule,
  LEGACY_SELDON_DEPLOYMENT,
  MAPPING,
  type Mapping,
  SELDON_DEPLOYMENT,
  SERVICE,
  type Service,
  VIRTUAL_SERVICE,
  type VirtualService,
} from './kinds.ts';
import type { Caches } from './pass.ts';
import { reconcile } from './reconciler.ts';
import type { SeldonDeployment } from './seldon-deployment.ts';
import { startWebhook } from './webhook.ts';
import { WorkQueue } from './work-queue.ts';

export interface OperatorOptions {
  /** The text of a kubeconfig. */
  readonly kubeconfig: string;
  /** Only SeldonDeployments of this namespace; default: of all. */
  readonly namespace?: string;
  /** Writes Emissary Mappings. */
  readonly ambassador: boolean;
  /** The form of the Mappings; default: objects. */
  readonly ambassadorForm?: AmbassadorForm;
  /** Writes VirtualServices and DestinationRules. */
  readonly istio: boolean;
  /** Checks SeldonDeployments before they are stored. */
  readonly webhook: boolean;
  readonly images?: Images;
  /** Milliseconds between a change and the pass that sees it; the reference needs 20 to 40. */
  readonly lag?: number;
}

/** Milliseconds between two writes of a Deployment that is as wanted: the reference makes two to six a second. */
const REWRITE_MS = 200;

export interface Operator {
  close(): Promise<void>;
}

/**
 * A Seldon operator 1.17 for any Kubernetes API: its writes, their order and its errors are as recorded from the
 * reference (`test/sandbox/conformance.test.ts`). Not in it: KEDA, PDB, explainers of protocol v2 and behind Istio,
 * TLS, `pvc://` storage.
 */
export async function startOperator(options: OperatorOptions): Promise<Operator> {
  const { images = IMAGES, ambassador, ambassadorForm, istio } = options;
  const client = new KubernetesClient(options.kubeconfig);
  const recorder = new EventRecorder(client);
  const webhook = options.webhook ? await startWebhook(client, images) : undefined;
  const render = { ambassador, ambassadorForm, istio, images };
  // Seldon 0.2 knows one version only.
  const kind = ambassadorForm === 'v0' ? LEGACY_SELDON_DEPLOYMENT : SELDON_DEPLOYMENT;
  const rewritten = new Map<string, number>();
  const queue = new WorkQueue(async (key) => {
    const [namespace, name = ''] = key.split('/');
    const caches = await following;
    const sdep = caches.seldonDeployments.get(namespace, name);
    const mayRewrite = (deployment: string) => {
      const wait = (rewritten.get(`${namespace}/${deployment}`) ?? 0) + REWRITE_MS - performance.now();
      if (wait > 0) queue.addLater(key, wait);
      else rewritten.set(`${namespace}/${deployment}`, performance.now());
      return wait <= 0;
    };
    if (sdep !== undefined) await reconcile(sdep, { client, kind, caches, recorder, render, mayRewrite });
  }, options.lag ?? 20);
  const enqueue = (namespace: string | undefined, name: string) => {
    if (options.namespace === undefined || options.namespace === namespace) queue.add(`${namespace}/${name}`);
  };
  const following = followAll(client, options, {
    kind,
    // An object with this label belongs to an operator with that CONTROLLER_ID; this one has none.
    onObject: ({ metadata }) => {
      if (metadata.labels?.['seldon.io/controller-id'] === undefined) enqueue(metadata.namespace, metadata.name);
    },
    onOwned: ({ metadata }) => {
      const owner = metadata.ownerReferences?.find(({ controller }) => controller);
      if (owner?.kind === SELDON_DEPLOYMENT.kind) enqueue(metadata.namespace, owner.name);
    },
  });
  await following;
  return {
    close: async () => {
      await queue.close();
      await recorder.close();
      await webhook?.close();
      client.close();
    },
  };
}

interface Listener {
  readonly kind: Kind;
  onObject(object: KubernetesObject): void;
  onOwned(object: KubernetesObject): void;
}

async function followAll(
  client: KubernetesClient,
  { ambassador, istio }: OperatorOptions,
  { kind, onObject, onOwned }: Listener,
): Promise<Caches> {
  return {
    deployments: await client.follow<Deployment>(DEPLOYMENT, onOwned),
    services: await client.follow<Service>(SERVICE, onOwned),
    autoscalers: await client.follow<Autoscaler>(AUTOSCALER, onOwned),
    mappings: ambassador ? await client.follow<Mapping>(MAPPING, onOwned) : undefined,
    virtualServices: istio ? await client.follow<VirtualService>(VIRTUAL_SERVICE, onOwned) : undefined,
    destinationRules: istio ? await client.follow<DestinationRule>(DESTINATION_RULE, onOwned) : undefined,
    seldonDeployments: await client.follow<SeldonDeployment>(kind, onObject),
  };
}
