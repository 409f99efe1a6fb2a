import type { ProofContext } from '../../src/proof/proof-context.ts';

/** The notes of a proof that has not begun. */
export function noNotes(): ProofContext['notes'] {
  return {
    prediction: undefined,
    predictionSkipped: undefined,
    comparison: undefined,
    evaluation: undefined,
    gates: [],
    pace: undefined,
    warnings: [],
  };
}
