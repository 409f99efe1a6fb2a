import { AMBASSADOR_CONFIG, type AmbassadorForm, ambassadorAnnotation } from './ambassador-annotation.ts';
import { autoscalerOf } from './autoscaler.ts';
import { withDefaults } from './defaults.ts';
import { engineContainer } from './engine.ts';
import { engineDeployment } from './engine-deployment.ts';
import { explainerDeployment, hasExplainer } from './explainer.ts';
import type { Images } from './images.ts';
import {
  type Autoscaler,
  DEPLOYMENT,
  type Deployment,
  type DestinationRule,
  type Mapping,
  type Service,
  type VirtualService,
} from './kinds.ts';
import { modelContainer, modelInitializer, volumeName } from './model-container.ts';
import { containerServiceName, deploymentName, predictorServiceName, seldonId } from './names.ts';
import { PODINFO } from './pod-info.ts';
import { destinationRulesOf, mappingsOf, virtualServiceOf } from './routes.ts';
import {
  type ComponentSpec,
  hasEngine,
  hasSeparateEngine,
  isPrepackaged,
  isV2,
  nodesOf,
  type Predictor,
  type SeldonDeployment,
} from './seldon-deployment.ts';
import { containerService, explainerService, kindLabels, predictorPorts, predictorService } from './services.ts';

export interface RenderOptions {
  readonly ambassador: boolean;
  /** Default: Mapping objects. */
  readonly ambassadorForm?: AmbassadorForm | undefined;
  readonly istio: boolean;
  readonly images: Images;
}

/** All objects of one SeldonDeployment. */
export interface Components {
  readonly deployments: readonly Deployment[];
  /** The predictor whose replicas are in the status. */
  readonly defaultDeployment: string | undefined;
  readonly autoscalers: readonly Autoscaler[];
  readonly services: readonly Service[];
  readonly mappings: readonly Mapping[];
  readonly virtualServices: readonly VirtualService[];
  readonly destinationRules: readonly DestinationRule[];
  /** Of the first predictor, inside the cluster. */
  readonly address: string;
}

/** @throws Error; its message becomes the description of a Failed SeldonDeployment */
export function renderComponents(live: SeldonDeployment, options: RenderOptions): Components {
  const defaulted = withDefaults(live, options.images);
  const predictors = defaulted.spec.predictors.map((one) => withRunningContainers(one, defaulted, options.images));
  const sdep = { ...defaulted, spec: { ...defaulted.spec, predictors } };
  const { ambassadorForm: form = 'mappings' } = options;
  const withRoute = (service: Service, annotation: (form: 'v0' | 'v1') => string): Service => {
    if (!options.ambassador || form === 'mappings') return service;
    const { metadata } = service;
    const annotations = { ...metadata.annotations, [AMBASSADOR_CONFIG]: annotation(form) };
    return { ...service, metadata: { ...metadata, annotations } };
  };
  const routed = predictors.map((predictor) => ({ predictor, ports: predictorPorts(predictor) }));
  return {
    deployments: predictors.flatMap((predictor) => deploymentsOf(sdep, predictor, options.images)),
    defaultDeployment: namesOf(sdep, predictors[0])[0]?.name,
    autoscalers: predictors.flatMap((predictor) =>
      namesOf(sdep, predictor).flatMap(({ name, component }) => autoscalerOf(sdep, name, component) ?? []),
    ),
    services: routed.flatMap(({ predictor, ports }, at) => [
      ...nodesOf(predictor.graph)
        .filter(({ endpoint }) => endpoint !== undefined)
        .map((node) => containerService(sdep, predictor, node)),
      withRoute(predictorService(sdep, predictor), (form) =>
        ambassadorAnnotation(sdep, { predictor, ports }, { isFirst: at === 0, form }),
      ),
      ...(hasExplainer(predictor) ? [explainerService(sdep, predictor)] : []),
    ]),
    mappings: options.ambassador && form === 'mappings' ? mappingsOf(sdep, routed) : [],
    virtualServices: options.istio ? [virtualServiceOf(sdep, routed)] : [],
    destinationRules: options.istio ? destinationRulesOf(sdep, routed) : [],
    address: addressOf(sdep),
  };
}

function withRunningContainers(predictor: Predictor, sdep: SeldonDeployment, images: Images): Predictor {
  const nodes = nodesOf(predictor.graph);
  const componentSpecs = (predictor.componentSpecs ?? []).map((component): ComponentSpec => {
    const containers = component.spec?.containers.map((container) => {
      const node = nodes.find(({ name }) => name === container.name);
      return node === undefined ? container : modelContainer(container, { sdep, predictor, node, images });
    });
    return containers === undefined ? component : { ...component, spec: { ...component.spec, containers } };
  });
  return { ...predictor, componentSpecs };
}

function deploymentsOf(sdep: SeldonDeployment, predictor: Predictor, images: Images): readonly Deployment[] {
  return [
    ...(hasEngine(predictor) && hasSeparateEngine(sdep) ? [engineDeployment(sdep, predictor, images)] : []),
    ...(predictor.componentSpecs ?? []).flatMap((component, index) =>
      component.spec?.containers.length ? [deploymentOf(sdep, predictor, { component, index, images })] : [],
    ),
    ...(hasExplainer(predictor) ? [explainerDeployment(sdep, predictor, images)] : []),
  ];
}

function namesOf(sdep: SeldonDeployment, predictor: Predictor | undefined) {
  if (predictor === undefined) return [];
  return (predictor.componentSpecs ?? []).flatMap((component, index) =>
    component.spec?.containers.length
      ? [{ name: deploymentName(sdep, predictor, { component, index }), component }]
      : [],
  );
}

interface Pod {
  readonly component: ComponentSpec;
  readonly index: number;
  readonly images: Images;
}

function deploymentOf(sdep: SeldonDeployment, predictor: Predictor, { component, index, images }: Pod): Deployment {
  const name = deploymentName(sdep, predictor, { component, index });
  const withEngine = holdsEngine(sdep, predictor, index);
  const annotations = { ...sdep.spec.annotations, ...predictor.annotations, ...component.metadata?.annotations };
  const matchLabels = selectorOf(sdep, predictor, { component, index });
  const nodes = nodesIn(component, predictor);
  const labels = {
    ...matchLabels,
    app: name,
    fluentd: 'true',
    ...Object.assign({}, ...nodes.map((node) => kindLabels(node, predictor))),
    ...predictor.labels,
    ...component.metadata?.labels,
  };
  // Only the autoscaler sets the number.
  const replicas = component.hpaSpec ? undefined : (component.replicas ?? predictor.replicas ?? sdep.spec.replicas);
  const scraped = { 'prometheus.io/path': '/prometheus', 'prometheus.io/scrape': 'true' };
  return {
    apiVersion: DEPLOYMENT.apiVersion,
    kind: DEPLOYMENT.kind,
    metadata: {
      name,
      namespace: sdep.metadata.namespace ?? 'default',
      labels: withEngine ? { ...labels, 'seldon-deployment-contains-svcorch': 'true' } : labels,
      annotations,
    },
    spec: {
      ...(replicas !== undefined && { replicas }),
      selector: { matchLabels },
      // The result of "10%" in an IntOrString without a type.
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0 } },
      ...(predictor.progressDeadlineSeconds && { progressDeadlineSeconds: predictor.progressDeadlineSeconds }),
      template: {
        metadata: { labels, annotations: { ...scraped, ...annotations } },
        spec: podSpecOf(sdep, predictor, { component, index, images }),
      },
    },
  };
}

function podSpecOf(sdep: SeldonDeployment, predictor: Predictor, { component, index, images }: Pod) {
  const { containers = [], initContainers = [], volumes = [], ...rest } = component.spec ?? {};
  const engine = holdsEngine(sdep, predictor, index) ? [engineContainer(sdep, { predictor, images })] : [];
  const served = nodesIn(component, predictor).filter((node) => isPrepackaged(node) && node.modelUri);
  const initializers = served.map((node) => modelInitializer(node, images));
  const isGiven = (name: string) => initContainers.some((container) => container.name === name);
  const account = served.find(({ serviceAccountName }) => serviceAccountName)?.serviceAccountName;
  return {
    terminationGracePeriodSeconds: 20,
    restartPolicy: 'Always',
    dnsPolicy: 'ClusterFirst',
    schedulerName: 'default-scheduler',
    ...(account !== undefined && { serviceAccountName: account }),
    ...rest,
    containers: [...containers, ...engine],
    initContainers: [...initContainers, ...initializers.filter(({ name }) => !isGiven(name))],
    volumes: [...volumes, PODINFO, ...served.map((node) => ({ name: volumeName(node), emptyDir: {} }))],
  };
}

/** Does the executor run in this pod? */
function holdsEngine(sdep: SeldonDeployment, predictor: Predictor, index: number): boolean {
  return hasEngine(predictor) && !hasSeparateEngine(sdep) && index === 0;
}

function selectorOf(
  sdep: SeldonDeployment,
  predictor: Predictor,
  { component, index }: Omit<Pod, 'images'>,
): Readonly<Record<string, string>> {
  const services = nodesIn(component, predictor).map(({ name }) => [
    `seldon-app-svc-${name}`,
    containerServiceName(sdep.metadata.name, predictor.name, name),
  ]);
  return {
    'seldon-deployment-id': seldonId(sdep),
    ...Object.fromEntries(services),
    ...((holdsEngine(sdep, predictor, index) || !hasEngine(predictor)) && {
      'seldon-app': predictorServiceName(sdep, predictor),
    }),
  };
}

function nodesIn(component: ComponentSpec, predictor: Predictor) {
  const names = component.spec?.containers.map(({ name }) => name);
  return nodesOf(predictor.graph).filter(({ name }) => names?.includes(name));
}

function addressOf(sdep: SeldonDeployment): string {
  const [first] = sdep.spec.predictors;
  if (first === undefined) throw new Error('Graph contains no predictors');
  const host = `${predictorServiceName(sdep, first)}.${sdep.metadata.namespace}.svc.cluster.local`;
  const path = isV2(sdep.spec.protocol) ? `/v2/models/${first.graph.name}/infer` : '/api/v1.0/predictions';
  return `http://${host}:${predictorPorts(first).http}${path}`;
}
