/**
 * The sandbox's object store: which model folders exist, by storage URI. The MLflow server lists and serves the same
 * files that the storage initializer copies into a pod.
 *
 * Behaviour of a model is written in its files, as on the rig: `FAIL_START` (text: it ends with that), `SLOW_START`
 * (seconds), `OOM` (the kernel kills it), `ANSWER` (`nan`, `error`, `wrong-shape`: what it answers instead).
 */
export type ModelFolder = Readonly<Record<string, string>>;

/** Storage URI as the initializer gets it (`s3://mlflow/1/models/m-…/artifacts`) → files. */
export type ObjectStore = ReadonlyMap<string, ModelFolder>;
