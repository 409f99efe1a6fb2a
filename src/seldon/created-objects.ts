import { createHash } from 'node:crypto';
import { nodesOf } from './graph.ts';
import { type Predictor, SELDON, type SeldonDeployment } from './seldon-deployment.ts';

/**
 * What the operator creates for a SeldonDeployment, by name and label (operator/apis/machinelearning.seldon.io/v1/
 * seldondeployment_types.go and operator/controllers, v1.17.1; checked against recordings of the reference operator).
 * No other module derives such a name.
 */

/** The longest value of a label and name of a Service. A Mapping's name may be longer and is never hashed. */
const LONGEST_NAME = 63;

/** One Deployment of a predictor. */
export interface CreatedDeployment {
  readonly name: string;
  /** Only the orchestrator's Deployment carries no annotations of the predictor. */
  readonly part: 'model' | 'orchestrator' | 'explainer';
  /** The models that its init containers fetch. */
  readonly models: readonly FetchedModel[];
}

export interface FetchedModel {
  /** Name of the init container. */
  readonly initializer: string;
  /** The argument that says what to fetch. */
  readonly source: string;
}

/** All Deployments of one predictor, in the operator's order: components, orchestrator, explainer. */
export function deploymentsOf(
  object: Pick<SeldonDeployment, 'metadata' | 'spec'>,
  predictor: Predictor,
): readonly CreatedDeployment[] {
  const { name } = object.metadata;
  const base = `${name}-${predictor.name}`;
  const { explainer } = predictor;
  return [
    ...componentsOf(predictor).map(({ label, containers }, at): CreatedDeployment => {
      const models = nodesOf(predictor.graph).filter(
        (node) => containers.includes(node.name) && node.modelUri !== undefined,
      );
      return {
        name: hashedIfLong(`${base}-${at}-${label ?? containers.join('-')}`),
        part: 'model',
        models: models.map((node) => ({
          initializer: initializerOf(node.name),
          source: fetchedFrom(node.modelUri ?? ''),
        })),
      };
    }),
    ...(hasSeparateOrchestrator(object, predictor)
      ? [{ name: hashedIfLong(`${base}-svc-orch`), part: 'orchestrator', models: [] } as const]
      : []),
    ...(hasExplainer(explainer)
      ? [{ name: explainerServiceOf(name, predictor.name), part: 'explainer', models: [] } as const]
      : []),
  ];
}

/** Name of the init container that fetches the model of a node (model_initializer_injector.go). */
export function initializerOf(node: string): string {
  return `${node}-model-initializer`.slice(0, LONGEST_NAME);
}

/** The predictor's Service: its orchestrator, or the model itself without one. */
export function predictorServiceOf(
  name: string,
  { name: predictor, annotations }: Pick<Predictor, 'name' | 'annotations'>,
): string {
  return annotations?.[SELDON.serviceName] ?? hashedIfLong(`${name}-${predictor}`);
}

/** The Service of one model container. */
export function containerServiceOf(name: string, predictor: string, container: string): string {
  return hashedIfLong(`${name}-${predictor}-${container}`);
}

/** Value of the label `version` on a predictor's Deployments and pods. Two predictors may share one. */
export function versionLabelOf({ name, labels }: Pick<Predictor, 'name' | 'labels'>): string {
  return labels?.[SELDON.predictorLabel] ?? name;
}

/** Value of the label `seldon-deployment-id` on all that belongs to one SeldonDeployment, but separate orchestrators. */
export function deploymentLabelOf(name: string): string {
  return hashedIfLong(name);
}

/** Every value of the label `seldon-deployment-id`: a separate orchestrator has its predictor's Service name there. */
export function deploymentLabelsOf(object: Pick<SeldonDeployment, 'metadata' | 'spec'>): readonly string[] {
  const { name } = object.metadata;
  const separate = object.spec.predictors.filter((predictor) => hasSeparateOrchestrator(object, predictor));
  return [deploymentLabelOf(name), ...separate.map((predictor) => predictorServiceOf(name, predictor))];
}

/** Istio's VirtualService of all predictors. A long name is hashed, as that of a Mapping is not. */
export function virtualServiceOf(name: string): string {
  return hashedIfLong(name);
}

/** Services that have routes of their own under another prefix than the predictions. */
export function explainerServicesOf({
  metadata,
  spec,
}: Pick<SeldonDeployment, 'metadata' | 'spec'>): readonly string[] {
  const explained = spec.predictors.filter(({ explainer }) => hasExplainer(explainer));
  return explained.map(({ name }) => explainerServiceOf(metadata.name, name));
}

/** Services in the operator's status that belong to no predictor of the spec. */
export function staleServicesOf(object: Pick<SeldonDeployment, 'metadata' | 'spec' | 'status'>): readonly string[] {
  const { name } = object.metadata;
  const wanted = object.spec.predictors.flatMap((predictor) => [
    predictorServiceOf(name, predictor),
    explainerServiceOf(name, predictor.name),
    ...componentsOf(predictor).flatMap(({ containers }) =>
      containers.map((container) => containerServiceOf(name, predictor.name, container)),
    ),
  ]);
  return Object.keys(object.status?.serviceStatus ?? {}).filter((service) => !wanted.includes(service));
}

/** Prefix of every public URL of a SeldonDeployment, for Ambassador and Istio alike. */
export function ingressPrefixOf(namespace: string, name: string): string {
  return `/seldon/${namespace}/${name}`;
}

/** Does an orchestrator stand before the predictor's model? */
export function hasOrchestrator({ annotations }: Pick<Predictor, 'annotations'>): boolean {
  return annotations?.[SELDON.noEngine] === undefined;
}

function hasSeparateOrchestrator({ spec }: Pick<SeldonDeployment, 'spec'>, predictor: Predictor): boolean {
  return spec.annotations?.[SELDON.separateEngine] === 'true' && hasOrchestrator(predictor);
}

/** An explainer without a type is none. */
function hasExplainer(explainer: unknown): boolean {
  return typeof explainer === 'object' && explainer !== null && 'type' in explainer && Boolean(explainer.type);
}

function explainerServiceOf(name: string, predictor: string): string {
  return hashedIfLong(`${name}-${predictor}-explainer`);
}

interface Component {
  /** Given by the component's metadata; stands in the name for its containers. */
  readonly label: string | undefined;
  readonly containers: readonly string[];
}

/** The operator adds a container to the first component for each node with a server of Seldon's that has none. */
function componentsOf({ graph, componentSpecs }: Predictor): readonly Component[] {
  const given = (componentSpecs ?? []).map(({ metadata, spec }): Component => {
    const label = metadata?.['name'];
    return {
      label: typeof label === 'string' && label !== '' ? label : undefined,
      containers: (spec?.containers ?? []).map(({ name }) => name),
    };
  });
  const missing = nodesOf(graph)
    .filter(
      ({ modelUri, name }) => modelUri !== undefined && !given.some(({ containers }) => containers.includes(name)),
    )
    .map(({ name }) => name);
  const [first = { label: undefined, containers: [] }, ...rest] = given;
  return missing.length === 0 ? given : [{ ...first, containers: [...first.containers, ...missing] }, ...rest];
}

/** A claim is mounted, and its path below the mount is what the init container gets. */
function fetchedFrom(uri: string): string {
  const [, path] = /^pvc:\/\/[^/]+\/?(.*)$/.exec(uri) ?? [];
  return path === undefined ? uri : `/mnt/pvc/${path}`;
}

function hashedIfLong(name: string): string {
  return name.length <= LONGEST_NAME ? name : `seldon-${createHash('md5').update(name).digest('hex')}`;
}
