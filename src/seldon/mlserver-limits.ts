import type { Schema, Signature } from '../model/model.ts';

/** What MLServer's MLflow runtime cannot load (tried on 1.7.1), a sentence each with its cure. */
export function mlserverWarnings(signature: Signature | undefined): readonly string[] {
  if (signature === undefined) return [];
  const reasons = [
    numberNameIn(signature.inputs) ?? numberNameIn(signature.outputs),
    signature.inputs === undefined ? 'whose signature has no inputs' : undefined,
    signature.inputs !== undefined && signature.outputs === undefined ? 'whose signature has no outputs' : undefined,
    hasDates(signature.inputs) || hasDates(signature.outputs) ? 'whose signature has a tensor of dates' : undefined,
  ];
  return reasons
    .filter((reason) => reason !== undefined)
    .map((reason) => `MLServer cannot load a model ${reason}: set \`protocol: seldon\`, or log the model again.`);
}

function numberNameIn(schema: Schema | undefined): string | undefined {
  const columns = schema?.kind === 'columns' ? schema.columns : [];
  const column = columns.find((one) => one.isNumberName === true || one.isOddName === true);
  return column && `whose columns have ${column.isOddName ? 'lists' : 'numbers'} as names (${column.name})`;
}

function hasDates(schema: Schema | undefined): boolean {
  return schema?.kind === 'tensors' && schema.tensors.some((tensor) => tensor.dtype.startsWith('datetime64'));
}
