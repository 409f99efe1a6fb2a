/** The operator's configuration as Helm writes it: the image of each server. */
export interface Images {
  readonly executor: string;
  readonly storageInitializer: string;
  readonly explainer: { readonly seldon: string; readonly v2: string };
  /** By `graph.implementation`. */
  readonly servers: Readonly<Record<string, ServerImages>>;
}

export interface ServerImages {
  readonly seldon: string;
  readonly v2: string;
  /** The class that MLServer loads. */
  readonly runtime: string;
}

/** The values of the chart of Seldon Core 1.17.1. */
export const IMAGES: Images = {
  executor: 'docker.io/seldonio/seldon-core-executor:1.17.1',
  storageInitializer: 'seldonio/rclone-storage-initializer:1.17.1',
  explainer: { seldon: 'seldonio/alibiexplainer:1.17.1', v2: 'seldonio/mlserver:1.3.5-alibi-explain' },
  servers: {
    MLFLOW_SERVER: {
      seldon: 'seldonio/mlflowserver:1.17.1',
      v2: 'seldonio/mlserver:1.3.5-mlflow',
      runtime: 'mlserver_mlflow.MLflowRuntime',
    },
    SKLEARN_SERVER: {
      seldon: 'seldonio/sklearnserver:1.17.1',
      v2: 'seldonio/mlserver:1.3.5-sklearn',
      runtime: 'mlserver_sklearn.SKLearnModel',
    },
  },
};
