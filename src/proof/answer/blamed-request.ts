import type { HttpAnswer } from '../../base/ports.ts';

/** Characters of an error that are looked at, from each end: the reason comes first or, in a traceback, last. */
const LOOKED_AT = 20_000;

/**
 * What MLflow, pandas, numpy, scikit-learn, pydantic and MLServer say of an input that does not fit. A model that is
 * broken says something else.
 */
const ABOUT_INPUT: readonly RegExp[] = [
  // Schema enforcement
  /failed to enforce schema|incompatible input types|can(?:'t| ?not) safely convert/i,
  /model is missing inputs|extra inputs|columns are missing|missing (?:required )?(?:columns|fields|keys)/i,
  /(?:dtype|type|shape) of input .{0,200}does not match|does not match expected (?:dtype|type|shape)/i,
  /does not match the (?:model )?schema|could not be converted to the expected shape|cannot reshape array/i,
  /not in index|expected \d+ (?:columns|features)|expecting \d+ features|feature names (?:should|must|seen|unseen)/i,
  // Type hints
  /failed to validate data against type hint|expected type \S+, but got|data doesn't match type hint/i,
  /validation errors? for|value is not a valid|field required/i,
  // Categories
  /found unknown categor|previously unseen label|unknown categor|unseen categor|not a valid categor/i,
  // Values and their encoding
  /could not convert string to|invalid literal for|cannot be decoded|can't decode|incorrect padding|invalid isoformat/i,
  /input (?:x )?contains nan|contains nan or infinity|unable to parse string|unknown datetime string format/i,
  /unhashable type|tuple cells|invalid object type at position|has no attribute 'decode'/i,
  /ufunc '\w+' (?:did not contain a loop|not supported)|unsupported operand type/i,
];

/** Does the server say that the request is wrong, and not that the model is? */
export function blamesRequest(answer: HttpAnswer): boolean {
  if (answer.kind !== 'answer') return false;
  const { status, body } = answer;
  if (status === 400 || status === 422) return true;
  // Seldon's wrapper may put an error into a 200.
  if (status !== 500 && status !== 200) return false;
  const text = body.length <= 2 * LOOKED_AT ? body : `${body.slice(0, LOOKED_AT)}\n${body.slice(-LOOKED_AT)}`;
  return ABOUT_INPUT.some((words) => words.test(text));
}
