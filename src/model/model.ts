/** An MLflow model: the location of its files, its identity, its inputs and outputs. */

/** Column types of MLflow's signature JSON (`mlflow/types/schema.py`); anything newer arrives as `other`. */
export type ColumnType =
  | 'boolean'
  | 'integer'
  | 'long'
  | 'float'
  | 'double'
  | 'string'
  | 'binary'
  | 'datetime'
  | 'array'
  | 'object'
  | 'map'
  | 'any'
  | 'other';

/** A type of MLflow's signature with what is inside it, as far as the signature says. */
export interface DataType {
  readonly type: ColumnType;
  /** Of an array's elements. */
  readonly items?: DataType;
  /** Of a map's values. */
  readonly values?: DataType;
  /** Of an object. */
  readonly properties?: readonly Property[];
}

export interface Property {
  readonly name: string;
  readonly required: boolean;
  readonly content: DataType;
}

export interface Column {
  /** Absent for unnamed columns. */
  readonly name: string | undefined;
  /** The name is a number in pandas: `0`, which is another name than the text `"0"`. */
  readonly isNumberName?: boolean;
  /** The name is neither a text nor a number: the list of a MultiIndex. No server takes it. */
  readonly isOddName?: boolean;
  readonly type: ColumnType;
  readonly required: boolean;
  /** The whole type, where it has something inside. */
  readonly content?: DataType;
}

export interface Tensor {
  readonly name: string | undefined;
  /** numpy name: `float64`, `int64`, `object`, … */
  readonly dtype: string;
  /** -1 is a variable dimension. */
  readonly shape: readonly number[];
}

/** MLflow never mixes columns and tensors in one schema. */
export type Schema =
  | { readonly kind: 'columns'; readonly columns: readonly Column[] }
  | { readonly kind: 'tensors'; readonly tensors: readonly Tensor[] };

export interface Signature {
  readonly inputs: Schema | undefined;
  readonly outputs: Schema | undefined;
  /** It describes nothing but parameters of the prediction. */
  readonly hasOnlyParams?: boolean;
  /** Made from a Python type hint: MLflow gives the model the values themselves, not a DataFrame. */
  readonly isFromTypeHint?: boolean;
  /** Its columns say whether they are required, as MLflow 2.10 and newer write it: older ones cannot read that. */
  readonly saysRequired?: boolean;
}

/** The model's logged input example, as text: a number literal such as `5.0` must not change before it is sent. */
export interface InputExample {
  /** Content of `input_example.json`. */
  readonly text: string;
  /** `saved_input_example_info.type`: dataframe, ndarray, json_object, sparse_matrix_csr, … */
  readonly type: string;
  /** `saved_input_example_info.pandas_orient`, if the type is dataframe. */
  readonly orient: string | undefined;
  /** MLflow wrapped the example as `{"inputs": …, "params": …}`. */
  readonly hasParams: boolean;
}

/** Content of the `MLmodel` file. */
export interface ModelDocument {
  readonly signature: Signature | undefined;
  readonly example:
    | { readonly path: string; readonly type: string; readonly orient: string | undefined; readonly hasParams: boolean }
    | undefined;
  readonly warnings: readonly string[];
}

/** Description, tags and metrics of a model. */
export interface ModelDetails {
  readonly description: string | undefined;
  /** Of the registered version. */
  readonly tags: ReadonlyMap<string, string>;
  /** Last values of its run. */
  readonly metrics: ReadonlyMap<string, number>;
}

export interface Model {
  /** As the user wrote it. */
  readonly requestedUri: string;
  /** One immutable folder that contains `MLmodel`, in the form that Seldon's rclone initializer reads. */
  readonly storageUri: string;
  readonly origin: 'registry' | 'run' | 'logged-model' | 'storage';
  readonly name: string | undefined;
  readonly version: string | undefined;
  /** The requested alias, stage or `latest`. */
  readonly alias: string | undefined;
  readonly runId: string | undefined;
  readonly modelId: string | undefined;
  /** Whether a server provided `MLmodel`. Without it, signature and example are unknown. */
  readonly isDescribed: boolean;
  readonly signature: Signature | undefined;
  readonly example: InputExample | undefined;
  /** Of the files: whether the folder still holds what was loaded from it. Undefined if the files are not known. */
  readonly digest?: string | undefined;
  /** A page about this model in the MLflow UI. */
  readonly link: string | undefined;
  /** Possible later failures, each one sentence with its cure. */
  readonly warnings: readonly string[];
}

export interface ModelIdentity {
  readonly requestedUri: string;
  readonly storageUri: string;
  readonly name: string | undefined;
  readonly version: string | undefined;
  readonly alias: string | undefined;
  readonly runId: string | undefined;
  readonly link: string | undefined;
}
