import { createHash } from 'node:crypto';
import { type ModelDescription, modelFiles } from './model-files.ts';

/**
 * The sandbox's object store: the model folders by storage URI. The MLflow server lists and serves the same
 * files that the storage initializer copies into a pod.
 *
 * Behaviour of a model is written in its files, as on the rig: `FAIL_START` (text: the server exits with it),
 * `SLOW_START` (seconds), `OOM` (the kernel kills it), `ANSWER` (`nan`, `error`, `wrong-shape`: the answer instead of a
 * prediction). Only here: `SLOW_ANSWER` (seconds for each prediction), `REFUSE`
 * (`422`, or `422 note`: the status with which it refuses requests that have a column `note`).
 */
export type ModelFolder = Readonly<Record<string, string>>;

/** Storage URI as the storage initializer gets it (`s3://mlflow/1/models/m-…/artifacts`) → files. */
export type ObjectStore = ReadonlyMap<string, ModelFolder>;

/** A registered model, as the MLflow server returns it. */
export interface RegisteredModel {
  readonly name: string;
  readonly versions: readonly RegisteredVersion[];
}

export interface RegisteredVersion {
  readonly version: string;
  /** Default READY. */
  readonly status?: 'READY' | 'PENDING_REGISTRATION' | 'FAILED_REGISTRATION';
  readonly stage?: string;
  readonly runId: string;
  /** Undefined in the classic layout, where a model is a folder of its run. */
  readonly modelId: string | undefined;
  readonly artifactUri: string;
  readonly aliases?: readonly string[];
  readonly description?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** The last values of its run's metrics. */
  readonly metrics?: Readonly<Record<string, number>>;
}

/** Behind the server's `mlflow-artifacts:/`. */
export const ARTIFACTS_DESTINATION = 's3://mlflow';

const WINE_COLUMNS = [
  'fixed acidity',
  'volatile acidity',
  'citric acid',
  'residual sugar',
  'chlorides',
  'free sulfur dioxide',
  'total sulfur dioxide',
  'density',
  'pH',
  'sulphates',
  'alcohol',
];
const WINE_ROWS = [
  [7.0, 0.27, 0.36, 20.7, 0.045, 45.0, 170.0, 1.001, 3.0, 0.45, 8.8],
  [6.3, 0.3, 0.34, 1.6, 0.049, 14.0, 132.0, 0.994, 3.3, 0.49, 9.5],
];

/** An ElasticNet on the white wine data, with rounded weights; the versions differ in their regularisation. */
function wine(alcohol: number, behaviour: Readonly<Record<string, string>> = {}): ModelDescription {
  return {
    inputs: WINE_COLUMNS.map((name) => ({ type: 'double', name, required: true })),
    outputs: [{ type: 'tensor', 'tensor-spec': { dtype: 'float64', shape: [-1] } }],
    example: { columns: WINE_COLUMNS, data: WINE_ROWS },
    weights: { intercept: 3, weights: [0, -0.4, 0, 0, 0, 0.004, -0.002, 0, 0, 0.3, alcohol], estimator: 'ElasticNet' },
    behaviour,
  };
}

const MISSING_MODULE = `Traceback (most recent call last):
  File "/opt/conda/envs/mlflow/lib/python3.11/site-packages/mlflow/sklearn/__init__.py", line 461, in _load_model
    return cloudpickle.load(f)
           ^^^^^^^^^^^^^^^^^^^
ModuleNotFoundError: No module named 'wine_features'`;

const SEGMENT: ModelDescription = {
  inputs: [
    { type: 'long', name: 'age', required: true },
    { type: 'string', name: 'city', required: true },
  ],
  outputs: [{ type: 'string', required: true }],
  example: {
    columns: ['age', 'city'],
    data: [
      [20, 'Kraków'],
      [65, 'Łódź'],
    ],
  },
  weights: { intercept: -40, weights: [1, 0], labels: ['junior', 'senior'], estimator: 'Pipeline' },
};

const IRIS: ModelDescription = {
  inputs: [{ type: 'tensor', 'tensor-spec': { dtype: 'float32', shape: [-1, 4] } }],
  outputs: [{ type: 'tensor', 'tensor-spec': { dtype: 'int64', shape: [-1] } }],
  example: [
    [0.386, 0.971, 0.568, 0.79],
    [0.608, 0.984, 0.275, 0.006],
  ],
  weights: { intercept: -2, weights: [1, 1, 1, 1], labels: [0, 1], estimator: 'LogisticRegression' },
};

const BARE: ModelDescription = {
  weights: { intercept: 0.5, weights: [0.1, 0, 0, 0], estimator: 'ElasticNet' },
};

interface Entry
  extends Partial<Pick<RegisteredVersion, 'status' | 'stage' | 'aliases' | 'description' | 'tags' | 'metrics'>> {
  readonly model: ModelDescription;
}

const LIBRARY: Readonly<Record<string, readonly Entry[]>> = {
  'wine-quality': [
    { model: wine(0.3), aliases: ['champion'], metrics: { rmse: 0.731, r2: 0.402 }, tags: { reviewed: 'yes' } },
    {
      model: wine(0.28),
      aliases: ['challenger'],
      metrics: { rmse: 0.712, r2: 0.417, mae: 0.55 },
      tags: { reviewed: 'no' },
      description: 'Less weight on alcohol; trained on the 2026 harvest.',
    },
    { model: wine(0.25), stage: 'Production' },
    { model: wine(0.3, { ANSWER: 'nan' }) },
    { model: wine(0.3, { FAIL_START: MISSING_MODULE }) },
    { model: wine(0.3, { OOM: '' }) },
    { model: wine(0.3, { SLOW_START: '30' }) },
  ],
  'wine-slow': [{ model: wine(0.28, { SLOW_ANSWER: '40' }) }],
  'customer-segment': [{ model: SEGMENT }],
  'tensor-iris': [{ model: IRIS }],
  bare: [{ model: BARE }],
  broken: [{ model: { ...BARE, withoutDocument: true } }],
  'not-ready': [
    { model: BARE, status: 'PENDING_REGISTRATION' },
    { model: BARE, status: 'FAILED_REGISTRATION' },
  ],
};

/** The run whose model is a folder of it, as MLflow 2 stored them. */
export const CLASSIC_RUN = idOf('run of classic-layout');
const CLASSIC_PATH = `1/${CLASSIC_RUN}/artifacts/wine_model`;

export const REGISTERED_MODELS: readonly RegisteredModel[] = [
  ...Object.entries(LIBRARY).map(([name, entries]) => ({
    name,
    versions: entries.map(({ model: _model, ...told }, at) => {
      const modelId = modelIdOf(name, at);
      const runId = idOf(`run of ${name} ${at + 1}`);
      return { version: String(at + 1), runId, modelId, artifactUri: `mlflow-artifacts:/${pathOf(modelId)}`, ...told };
    }),
  })),
  {
    name: 'classic-layout',
    versions: [
      { version: '1', runId: CLASSIC_RUN, modelId: undefined, artifactUri: `mlflow-artifacts:/${CLASSIC_PATH}` },
    ],
  },
];

/** All folders of the registered models. */
export function sandboxStore(): ObjectStore {
  const logged = Object.entries(LIBRARY).flatMap(([name, entries]) =>
    entries.map(({ model }, at): [string, ModelFolder] => {
      const modelId = modelIdOf(name, at);
      const place = {
        modelId,
        runId: idOf(`run of ${name} ${at + 1}`),
        artifactUri: `mlflow-artifacts:/${pathOf(modelId)}`,
      };
      return [`${ARTIFACTS_DESTINATION}/${pathOf(modelId)}`, modelFiles(model, place)];
    }),
  );
  const classic = modelFiles(wine(0.3), { modelId: undefined, runId: CLASSIC_RUN, artifactUri: 'wine_model' });
  return new Map([...logged, [`${ARTIFACTS_DESTINATION}/${CLASSIC_PATH}`, classic]]);
}

function pathOf(modelId: string): string {
  return `1/models/${modelId}/artifacts`;
}

function modelIdOf(name: string, at: number): string {
  return `m-${idOf(`model ${name} ${at + 1}`)}`;
}

/** 32 hex digits, the same in every run. */
function idOf(what: string): string {
  return createHash('md5').update(what).digest('hex');
}
