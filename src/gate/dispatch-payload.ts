import { isJsonObject } from '../base/json-value.ts';

/** What the payload of a dispatched event says of a model. */
export interface AskedModel {
  readonly modelUri: string | undefined;
  /** It seems to name one in a way that is not read. */
  readonly fault?: string;
}

/** Keys that people write for `model_uri`: `model-uri`, `modelUri`, `MODEL_URI`, `model`, `uri`. */
const MODEL_KEY = /^(?:mlflow)?(?:model|uri|modeluri|modelurl|modelversion)$/;

/** The model that a system asks for. A key that only looks like ours would ship another model without a word. */
export function modelAskedFor(payload: unknown): AskedModel {
  const told = isJsonObject(payload) ? payload : {};
  const uri = told['model_uri'];
  if (typeof uri === 'string' && uri.trim() !== '') return { modelUri: uri };
  const near = Object.keys(told).find((key) =>
    MODEL_KEY.test(
      key
        .slice(0, 40)
        .toLowerCase()
        .replace(/[^a-z]/g, ''),
    ),
  );
  if (near === undefined) return { modelUri: undefined };
  const what = near === 'model_uri' ? 'is no text' : 'is not read';
  return { modelUri: undefined, fault: `\`${near.slice(0, 40)}\` in its \`client_payload\` ${what}` };
}
