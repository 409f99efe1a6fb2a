import { EXPLAINER_PORT, hasExplainer } from './explainer.ts';
import {
  DESTINATION_RULE,
  type DestinationRule,
  MAPPING,
  type Mapping,
  type MappingSpec,
  VIRTUAL_SERVICE,
  type VirtualService,
} from './kinds.ts';
import { explainerName, predictorServiceName, seldonId } from './names.ts';
import type { Predictor, SeldonDeployment } from './seldon-deployment.ts';

export interface Ports {
  readonly http: number;
  readonly grpc: number;
}

/** A predictor and where its Service listens. */
export interface RoutedPredictor {
  readonly predictor: Predictor;
  readonly ports: Ports;
}

const GRPC_METHODS = '/(seldon.protos.*|tensorflow.serving.*|inference.*)/.*';

/** One pair of Emissary Mappings for each predictor. The first predictor has no weight: it gets the rest. */
export function mappingsOf(sdep: SeldonDeployment, routed: readonly RoutedPredictor[]): readonly Mapping[] {
  const { name, namespace = 'default' } = sdep.metadata;
  const annotation = (key: string) => sdep.spec.annotations?.[key] ?? sdep.metadata.annotations?.[key];
  const publicName = annotation('seldon.io/ambassador-service-name') ?? name;
  const timeout_ms = Number(annotation('seldon.io/rest-timeout') ?? 3000);
  const header = headerOf(annotation('seldon.io/ambassador-header'));
  return routed.flatMap(({ predictor, ports }, index) => {
    const weighed = predictor.shadow === true || index > 0;
    const shared = {
      timeout_ms,
      ...(weighed && { weight: predictor.traffic ?? 0 }),
      ...(predictor.shadow && { shadow: true }),
    };
    const mapping = (core: string, transport: string, spec: MappingSpec): Mapping => ({
      apiVersion: MAPPING.apiVersion,
      kind: MAPPING.kind,
      metadata: {
        name: `seldon-${namespace}-${name}-${core}-${transport}`,
        namespace,
        labels: { 'seldon-deployment-id': seldonId(sdep) },
      },
      spec: { ...spec, ...shared },
    });
    const pair = ({ core, path, seldon, service }: Target, at: Ports) => [
      mapping(core, 'rest', {
        cluster_tag: 'seldon_http',
        prefix: `/seldon/${namespace}/${path}/`,
        rewrite: '/',
        service: `${service}.${namespace}:${at.http}`,
        ...(header !== undefined && { headers: header }),
      }),
      mapping(core, 'grpc', {
        cluster_tag: 'seldon_grpc',
        prefix: GRPC_METHODS,
        prefix_regex: true,
        grpc: true,
        rewrite: '',
        service: `${service}.${namespace}:${at.grpc}`,
        headers: { ...header, seldon },
      }),
    ];
    const main = { core: predictor.name, path: publicName, seldon: publicName };
    const explainer = {
      core: `${predictor.name}-explainer`,
      path: `${publicName}-explainer/${predictor.name}`,
      seldon: `${publicName}-explainer`,
      service: explainerName(sdep, predictor),
    };
    return [
      ...pair({ ...main, service: predictorServiceName(sdep, predictor) }, ports),
      ...(hasExplainer(predictor) ? pair(explainer, { http: EXPLAINER_PORT, grpc: 0 }) : []),
    ];
  });
}

interface Target {
  /** The word in the Mappings' names. */
  readonly core: string;
  readonly path: string;
  /** The header that distinguishes gRPC. */
  readonly seldon: string;
  readonly service: string;
}

/** `name: value`, or `name` alone for any value. */
function headerOf(annotation: string | undefined): MappingSpec['headers'] {
  if (annotation === undefined) return undefined;
  const [name = '', value, ...more] = annotation.split(':').map((part) => part.trim());
  if (more.length > 0)
    throw new Error(`Only a single custom header match is allowed at present but you provided: ${annotation}`);
  return { [name]: value ?? true };
}

const ISTIO_METHODS = '.*tensorflow.*|.*seldon.protos.*|.*inference.*';

/** Istio: one VirtualService with a weighted destination for each predictor; a shadow becomes a mirror. */
export function virtualServiceOf(sdep: SeldonDeployment, routed: readonly RoutedPredictor[]): VirtualService {
  const { name, namespace = 'default' } = sdep.metadata;
  const annotations = { ...sdep.metadata.annotations, ...sdep.spec.annotations };
  const shadow = routed.find(({ predictor }) => predictor.shadow);
  const destination = ({ predictor, ports }: RoutedPredictor, transport: keyof Ports) => ({
    host: `${predictorServiceName(sdep, predictor)}.${namespace}.svc.cluster.local`,
    subset: predictor.name,
    port: { number: ports[transport] },
  });
  const routes = (transport: keyof Ports) => ({
    route: routed
      .filter(({ predictor }) => !predictor.shadow)
      .map((one) => ({
        destination: destination(one, transport),
        // Protobuf's JSON omits zeros.
        ...(one.predictor.traffic && { weight: one.predictor.traffic }),
      })),
    ...(shadow && { mirror: destination(shadow, transport) }),
    ...(shadow?.predictor.traffic && { mirrorPercentage: { value: shadow.predictor.traffic } }),
  });
  const headers = { seldon: { exact: name }, namespace: { exact: namespace } };
  return {
    apiVersion: VIRTUAL_SERVICE.apiVersion,
    kind: VIRTUAL_SERVICE.kind,
    metadata: { name: seldonId(sdep), namespace },
    spec: {
      hosts: [annotations['seldon.io/istio-host'] ?? '*'],
      gateways: [annotations['seldon.io/istio-gateway'] ?? 'istio-system/seldon-gateway'],
      http: [
        { match: [{ uri: { prefix: `/seldon/${namespace}/${name}/` } }], rewrite: { uri: '/' }, ...routes('http') },
        { match: [{ uri: { regex: ISTIO_METHODS }, headers }], ...routes('grpc') },
      ],
    },
  };
}

export function destinationRulesOf(
  sdep: SeldonDeployment,
  routed: readonly RoutedPredictor[],
): readonly DestinationRule[] {
  const { namespace = 'default' } = sdep.metadata;
  return routed.map(({ predictor }): DestinationRule => {
    const name = predictorServiceName(sdep, predictor);
    return {
      apiVersion: DESTINATION_RULE.apiVersion,
      kind: DESTINATION_RULE.kind,
      metadata: { name, namespace },
      spec: {
        host: `${name}.${namespace}.svc.cluster.local`,
        subsets: [{ name: predictor.name, labels: { version: predictor.labels?.['version'] ?? predictor.name } }],
        trafficPolicy: { connectionPool: { http: { idleTimeout: '60s' } } },
      },
    };
  });
}
