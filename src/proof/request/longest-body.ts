/** Bytes of a request that is made from a model: a proof, not a load test. */
export const LONGEST_BODY = 2_000_000;
