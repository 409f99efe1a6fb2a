import type { Images } from './images.ts';
import {
  containerOf,
  type GraphNode,
  isPrepackaged,
  nodesOf,
  type Predictor,
  type SeldonSpec,
} from './seldon-deployment.ts';

/** One error, in the words of Kubernetes. */
export interface FieldError {
  readonly field: string;
  readonly value: string;
  readonly text: string;
}

/** The refusals of Seldon's admission webhook, in its order and words. */
export function validate(spec: SeldonSpec, images: Images): readonly FieldError[] {
  const { predictors = [] } = spec;
  return [
    ...wordErrors(spec),
    ...kafkaErrors(spec),
    ...(predictors.length === 1 && predictors[0]?.shadow
      ? [at(predictors[0], 0, 'Shadow can not exist as only predictor')]
      : []),
    ...serviceNameErrors(predictors),
    ...(predictors.length === 0 ? [error('spec', spec.transport ?? '', 'Graph contains no predictors')] : []),
    ...predictors.flatMap((predictor, index) => predictorErrors(spec, { predictor, index, images })),
    ...transportErrors(spec),
    ...trafficErrors(predictors),
  ];
}

const WORDS = {
  protocol: ['', 'seldon', 'tensorflow', 'kfserving', 'v2'],
  transport: ['', 'rest', 'grpc'],
  serverType: ['', 'rpc', 'kafka'],
} as const;

function wordErrors(spec: SeldonSpec): readonly FieldError[] {
  return (['protocol', 'transport', 'serverType'] as const).flatMap((field) => {
    const value = spec[field] ?? '';
    const isKnown = WORDS[field].some((word) => word === value);
    return isKnown ? [] : [error('spec', value, `Invalid ${field}`)];
  });
}

const KAFKA = ['KAFKA_BROKER', 'KAFKA_INPUT_TOPIC', 'KAFKA_OUTPUT_TOPIC'];

function kafkaErrors({ serverType, predictors }: SeldonSpec): readonly FieldError[] {
  if (serverType !== 'kafka') return [];
  return predictors.flatMap((predictor, index) => {
    const names = (predictor.svcOrchSpec?.env ?? []).map(({ name }) => name);
    const hasAll = KAFKA.every((name) => names.includes(name));
    return hasAll ? [] : [at(predictor, index, `For kafka please supply svcOrchSpec envs ${KAFKA.join(', ')}`)];
  });
}

function serviceNameErrors(predictors: readonly Predictor[]): readonly FieldError[] {
  const key = 'seldon.io/svc-name';
  return predictors.flatMap((predictor, index) => {
    const name = predictor.annotations?.[key];
    const isTaken = name !== undefined && predictors.slice(0, index).some((one) => one.annotations?.[key] === name);
    return isTaken ? [at(predictor, index, `Found duplicate service name in ${key} with value ${name}`)] : [];
  });
}

interface Checked {
  readonly predictor: Predictor;
  readonly index: number;
  readonly images: Images;
}

function predictorErrors(spec: SeldonSpec, { predictor, index, images }: Checked): readonly FieldError[] {
  const withoutEngine = predictor.annotations?.['seldon.io/no-engine'] !== undefined;
  const isTaken = spec.predictors.slice(0, index).some(({ name }) => name === predictor.name);
  return [
    ...(withoutEngine && nodesOf(predictor.graph).length > 1
      ? [at(predictor, index, 'Running without engine only valid for single element graphs')]
      : []),
    ...(isTaken ? [at(predictor, index, 'Duplicate predictor name')] : []),
    ...nodeErrors(predictor.graph, { spec, predictor, images, path: `spec.predictors[${index}].graph` }),
  ];
}

interface NodePlace {
  readonly spec: SeldonSpec;
  readonly predictor: Predictor;
  readonly images: Images;
  readonly path: string;
}

const NO_TENSORFLOW = ['SKLEARN_SERVER', 'XGBOOST_SERVER', 'MLFLOW_SERVER', 'HUGGINGFACE_SERVER'];

function nodeErrors(node: GraphNode, place: NodePlace): readonly FieldError[] {
  const { spec, predictor, images, path } = place;
  const { implementation = 'UNKNOWN_IMPLEMENTATION', type, methods = [], modelUri, logger, children = [] } = node;
  const container = containerOf(predictor, node.name);
  const rules: readonly (readonly [boolean, string])[] = isPrepackaged(node)
    ? [
        [
          !modelUri && implementation !== 'HUGGINGFACE_SERVER',
          'Predictive unit modelUri required when using standalone servers',
        ],
        [
          spec.protocol === 'tensorflow' && NO_TENSORFLOW.includes(implementation),
          `Prepackaged server does not handle tensorflow protocol ${implementation}`,
        ],
        [!container?.image && !images.servers[implementation], `No entry in predictors map for ${implementation}`],
      ]
    : [
        [
          implementation === 'UNKNOWN_IMPLEMENTATION' && container === undefined,
          "Can't find container for Predictive Unit",
        ],
        [
          implementation === 'UNKNOWN_IMPLEMENTATION' && type === 'UNKNOWN_TYPE' && methods.length === 0,
          'Predictive Unit has no implementation methods defined. Change to a known type or add what methods it defines',
        ],
      ];
  return [
    ...rules.filter(([isWrong]) => isWrong).map(([, text]) => error(path, node.name, text)),
    ...(logger !== undefined && !logger.mode ? [error(path, '', 'No logger mode specified')] : []),
    ...children.flatMap((child, index) => nodeErrors(child, { ...place, path: `${path}[${index}]` })),
  ];
}

function transportErrors({ predictors = [], transport }: SeldonSpec): readonly FieldError[] {
  const types = new Set(
    predictors.flatMap(({ graph }) => nodesOf(graph)).flatMap(({ endpoint }) => endpoint?.type ?? []),
  );
  const [only] = types;
  if (types.size > 1)
    return [
      error('spec', '', 'Multiple endpoint.types found - can only have 1 type in graph. Please use spec.transport'),
    ];
  if (only === undefined || !transport || only.toLowerCase() === transport) return [];
  const text = 'Mixed transport types found. Remove graph endpoint.types if transport set at deployment level';
  return [error('spec', '', text)];
}

function trafficErrors(predictors: readonly Predictor[]): readonly FieldError[] {
  const shadows = predictors.filter(({ shadow }) => shadow);
  const routed = predictors.filter(({ shadow }) => !shadow);
  const sum = routed.reduce((total, { traffic = 0 }) => total + traffic, 0);
  const first = predictors[0]?.name ?? '';
  const shadowErrors = shadows.flatMap(({ name, traffic = 0 }, index) => [
    ...(index > 0 ? [error('spec', name, 'Multiple shadows are not allowed')] : []),
    ...(traffic < 0 || traffic > 100
      ? [error('spec', name, 'shadow traffic is illegal, the traffic number should be between [0, 100]')]
      : []),
  ]);
  if (routed.length > 1 && sum !== 100)
    return [...shadowErrors, error('spec', first, 'Traffic must sum to 100 for multiple predictors')];
  if (predictors.length === 1 && sum > 0 && sum < 100)
    return [...shadowErrors, error('spec', first, 'Traffic must sum be 100 for a single predictor when set')];
  return shadowErrors;
}

function at({ name }: Predictor, index: number, text: string): FieldError {
  return error(`spec.predictors[${index}]`, name, text);
}

function error(field: string, value: string, text: string): FieldError {
  return { field, value, text };
}
