import type { Schema, Tensor } from '../model/model.ts';

/** The default dtypes of JSON arrays in Python, which need no cast. */
export const NATIVE_DTYPES: ReadonlySet<string> = new Set(['float64', 'int64', 'bool', 'str']);

/**
 * Whether Seldon's MLflow server needs `xtype: DataFrame` for a model with these inputs. By default it passes the model
 * a plain array, and MLflow then finds no named columns and refuses all dtypes but the native ones. From a
 * DataFrame it takes the names and casts the values (seen on the wrapper 1.17.1 with MLflow 3.2).
 */
export function wantsDataFrame(inputs: Schema | undefined): boolean {
  if (inputs === undefined) return false;
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
