import { isJsonObject } from '../base/json-value.ts';

/** What the payload of a dispatched event says of a model. */
export interface AskedModel {
  readonly modelUri: string | undefined;
  /** It seems to name one in a way that is not read. */
  readonly fault?: string;
}

/** Keys that people write for `model_uri`: `model-uri`, `modelUri`, `MODEL_URI`, `model`, `uri`. */
const MODEL_KEY = /^(?:mlflow)?(?:model|uri|modeluri|modelurl|modelversion)$/;

/** A payload without `model_uri`: a key that only looks like ours would ship another model without a word. */
export function misnamedModel(payload: unknown): AskedModel {
  const keys = Object.keys(isJsonObject(payload) ? payload : {}).slice(0, MOST_KEYS);
  const near = keys.find((key) => key !== 'model_uri' && MODEL_KEY.test(lettersOf(key)));
  if (near === undefined) return { modelUri: undefined };
  return { modelUri: undefined, fault: `\`${near.slice(0, 40)}\` in its \`client_payload\` is not read` };
}

/** GitHub allows ten. */
const MOST_KEYS = 10;

function lettersOf(key: string): string {
  const short = key.slice(0, 40).toLowerCase();
  return short.replace(/[^a-z]/g, '');
}
