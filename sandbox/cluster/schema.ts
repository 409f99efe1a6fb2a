/** The fields that the CRD of Seldon Core 1.17 declares. Below a container's own fields everything is allowed. */

export type Schema = Scalar | 'object' | 'array' | 'strings' | ObjectSchema | ListSchema;
export type Scalar = 'string' | 'integer' | 'boolean';

export interface ObjectSchema {
  readonly fields: Readonly<Record<string, Schema>>;
  readonly required: readonly string[];
}

export interface ListSchema {
  readonly items: Schema;
}

function struct(fields: Record<string, Schema>, ...required: string[]): ObjectSchema {
  return { fields, required };
}

/** The same type for many names. */
function each(type: Schema, names: string): Record<string, Schema> {
  return Object.fromEntries(names.split(' ').map((name) => [name, type]));
}

function list(items: Schema): ListSchema {
  return { items };
}

const CONTAINER = struct(
  {
    ...each('string', 'image imagePullPolicy name terminationMessagePath terminationMessagePolicy workingDir'),
    ...each('object', 'lifecycle livenessProbe readinessProbe resources securityContext startupProbe'),
    ...each(list('string'), 'args command'),
    ...each(list('object'), 'env envFrom ports volumeDevices volumeMounts'),
    ...each('boolean', 'stdin stdinOnce tty'),
  },
  'name',
);

const POD_SPEC = struct(
  {
    ...each(list(CONTAINER), 'containers initContainers'),
    ...each('array', 'ephemeralContainers hostAliases imagePullSecrets readinessGates tolerations volumes'),
    ...each('array', 'topologySpreadConstraints'),
    ...each('object', 'affinity dnsConfig nodeSelector os overhead securityContext'),
    ...each('integer', 'activeDeadlineSeconds priority terminationGracePeriodSeconds'),
    ...each('boolean', 'automountServiceAccountToken enableServiceLinks hostIPC hostNetwork hostPID'),
    ...each('boolean', 'setHostnameAsFQDN shareProcessNamespace'),
    ...each('string', 'dnsPolicy hostname nodeName preemptionPolicy priorityClassName restartPolicy runtimeClassName'),
    ...each('string', 'schedulerName serviceAccount serviceAccountName subdomain'),
  },
  'containers',
);

const METADATA = struct({
  ...each('strings', 'annotations labels'),
  ...each('string', 'creationTimestamp deletionTimestamp generateName name namespace resourceVersion selfLink uid'),
  ...each('integer', 'deletionGracePeriodSeconds generation'),
  ...each('array', 'finalizers managedFields ownerReferences'),
});

const COMPONENT = struct({
  metadata: METADATA,
  spec: POD_SPEC,
  hpaSpec: struct({ ...each('integer', 'maxReplicas minReplicas'), ...each('array', 'metrics metricsv2') }),
  kedaSpec: 'object',
  pdbSpec: 'object',
  replicas: 'integer',
});

const ENDPOINT = struct({
  ...each('string', 'service_host type'),
  ...each('integer', 'service_port httpPort grpcPort'),
});

const PARAMETER = struct(each('string', 'name type value'), 'name', 'type', 'value');

const GRAPH: ObjectSchema = struct(
  {
    ...each('string', 'name type implementation modelUri serviceAccountName envSecretRefName storageInitializerImage'),
    methods: list('string'),
    endpoint: ENDPOINT,
    parameters: list(PARAMETER),
    logger: struct(each('string', 'mode url')),
    children: list({
      get fields() {
        return GRAPH.fields;
      },
      required: ['name'],
    }),
  },
  'name',
);

const EXPLAINER = struct({
  ...each('string', 'type modelUri serviceAccountName envSecretRefName storageInitializerImage'),
  config: 'strings',
  containerSpec: CONTAINER,
  endpoint: ENDPOINT,
  initParameters: 'string',
  replicas: 'integer',
});

const PREDICTOR = struct(
  {
    name: 'string',
    graph: GRAPH,
    componentSpecs: list(COMPONENT),
    ...each('integer', 'progressDeadlineSeconds replicas traffic'),
    ...each('strings', 'annotations labels'),
    engineResources: 'object',
    explainer: EXPLAINER,
    shadow: 'boolean',
    ssl: struct(each('string', 'certSecretName')),
    svcOrchSpec: struct({ env: list('object'), replicas: 'integer', resources: 'object' }),
  },
  'graph',
  'name',
);

export const SELDON_DEPLOYMENT_SCHEMA: ObjectSchema = struct({
  ...each('string', 'apiVersion kind'),
  metadata: METADATA,
  spec: struct(
    {
      ...each('string', 'name oauth_key oauth_secret protocol serverType transport'),
      annotations: 'strings',
      predictors: list(PREDICTOR),
      replicas: 'integer',
    },
    'predictors',
  ),
  status: 'object',
});
