import { dump } from 'js-yaml';

/** MLflow's schema JSON, one element per column or tensor. */
export type SchemaJson = readonly (
  | { readonly type: string; readonly name?: string; readonly required: boolean }
  | { readonly type: 'tensor'; readonly name?: string; readonly 'tensor-spec': TensorSpec }
)[];

export interface TensorSpec {
  readonly dtype: string;
  readonly shape: readonly number[];
}

/** `model.json`, the sandbox's pickle: a line, and with labels the side of it. */
export interface Weights {
  readonly intercept: number;
  readonly weights: readonly number[];
  /** Below zero, above zero. */
  readonly labels?: readonly [number | string, number | string];
  /** scikit-learn's name, for error messages. */
  readonly estimator: string;
}

export interface ModelDescription {
  readonly inputs?: SchemaJson;
  readonly outputs?: SchemaJson;
  /** A DataFrame in split orientation, or the rows of an array. */
  readonly example?:
    | { readonly columns: readonly string[]; readonly data: readonly (readonly unknown[])[] }
    | readonly number[][];
  readonly weights: Weights;
  /** Extra files that control the model servers. */
  readonly behaviour?: Readonly<Record<string, string>>;
  /** A folder without `MLmodel` is not a model. */
  readonly withoutDocument?: boolean;
}

export interface Place {
  readonly modelId: string | undefined;
  readonly runId: string;
  readonly artifactUri: string;
}

const REQUIREMENTS = ['mlflow==3.2.0', 'cloudpickle==3.1.2', 'numpy==1.26.4', 'scikit-learn==1.5.2'];

/** The folder that `mlflow.sklearn.log_model` of MLflow 3 writes, with JSON instead of the pickle. */
export function modelFiles(model: ModelDescription, place: Place): Readonly<Record<string, string>> {
  const { example, behaviour, withoutDocument, weights } = model;
  const frame = example !== undefined && 'columns' in example;
  const floats = model.inputs?.[0]?.type !== 'long';
  return {
    ...(!withoutDocument && { MLmodel: dump(documentOf(model, place), { sortKeys: true }) }),
    'conda.yaml': dump({
      channels: ['conda-forge'],
      dependencies: ['python=3.11.7', 'pip<=23.2.1', { pip: REQUIREMENTS }],
      name: 'mlflow-env',
    }),
    'model.json': `${JSON.stringify(weights)}\n`,
    'python_env.yaml': dump({
      python: '3.11.7',
      build_dependencies: ['pip==23.2.1', 'setuptools==65.5.0', 'wheel'],
      dependencies: ['-r requirements.txt'],
    }),
    'requirements.txt': `${REQUIREMENTS.join('\n')}\n`,
    ...(example !== undefined && {
      'input_example.json': pythonJson(example, floats),
      'serving_input_example.json': pythonJson(frame ? { dataframe_split: example } : { inputs: example }, floats),
    }),
    ...behaviour,
  };
}

function documentOf({ inputs, outputs, example }: ModelDescription, { modelId, runId, artifactUri }: Place): object {
  const frame = example !== undefined && 'columns' in example;
  return {
    artifact_path: artifactUri,
    flavors: {
      python_function: {
        env: { conda: 'conda.yaml', virtualenv: 'python_env.yaml' },
        loader_module: 'mlflow.sklearn',
        model_path: 'model.json',
        predict_fn: 'predict',
        python_version: '3.11.7',
      },
      sklearn: {
        code: null,
        pickled_model: 'model.json',
        serialization_format: 'cloudpickle',
        sklearn_version: '1.5.2',
      },
    },
    is_signature_from_type_hint: false,
    mlflow_version: modelId === undefined ? '2.22.0' : '3.2.0',
    ...(modelId !== undefined && { model_id: modelId }),
    model_uuid: modelId ?? runId,
    run_id: runId,
    ...(example !== undefined && {
      saved_input_example_info: {
        artifact_path: 'input_example.json',
        ...(frame && { pandas_orient: 'split' }),
        serving_input_path: 'serving_input_example.json',
        type: frame ? 'dataframe' : 'ndarray',
      },
    }),
    ...(inputs !== undefined && {
      signature: { inputs: JSON.stringify(inputs), outputs: JSON.stringify(outputs), params: null },
    }),
    utc_time_created: '2026-11-23 06:06:47.241255',
  };
}

/** As in Python: a float keeps its fraction. */
function pythonJson(value: unknown, floats: boolean): string {
  const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };
  return JSON.stringify(value, (_key, one) => (floats && Number.isInteger(one) ? rawJSON(`${one}.0`) : one));
}
