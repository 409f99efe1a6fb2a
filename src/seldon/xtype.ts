import type { Model, Tensor } from '../model/model.ts';

/** The default dtypes of JSON arrays in Python, which need no cast. */
export const NATIVE_DTYPES: ReadonlySet<string> = new Set(['float64', 'int64', 'bool', 'str']);

/**
 * Must Seldon's MLflow server be told `xtype: DataFrame` for this model? By default it hands the model a bare array, and
 * MLflow then misses every named column and refuses every dtype but the native ones; out of a DataFrame it takes the
 * names and casts (seen on the wrapper 1.17.1 with MLflow 3.2). A model without a signature takes what it was tried with.
 */
export function wantsDataFrame({ signature, example }: Pick<Model, 'signature' | 'example'>): boolean {
  const inputs = signature?.inputs;
  if (inputs === undefined) return example?.type === 'dataframe';
  if (inputs.kind === 'columns') return inputs.columns.some((column) => column.name !== undefined);
  return inputs.tensors.some((tensor) => tensor.name !== undefined || needsCast(tensor));
}

/** Whether MLflow can make this tensor from a DataFrame's rows: only if all other dimensions are fixed. */
export function fitsDataFrame({ shape: [rows, ...rest] }: Tensor): boolean {
  return rows === -1 && rest.every((dimension) => dimension >= 0);
}

function needsCast(tensor: Tensor): boolean {
  return !NATIVE_DTYPES.has(tensor.dtype) && fitsDataFrame(tensor);
}
