import { isJsonObject, type JsonObject } from '../base/json-value.ts';

/** What the payload of a dispatched event says of a model. */
export interface AskedModel {
  readonly modelUri: string | undefined;
  /** It seems to name one in a way that is not read. */
  readonly fault?: string;
}

/** What a person typed for a run by hand; empty for another event. */
export function typedInputs({ name, payload }: Readonly<{ name: string; payload: unknown }>): JsonObject {
  const inputs = name === 'workflow_dispatch' && isJsonObject(payload) ? payload['inputs'] : undefined;
  return isJsonObject(inputs) ? inputs : {};
}

/** Keys by which people and MLflow's webhooks name a model: `model-uri`, `MODEL_NAME`, `model`, `uri`, `version`, `alias`. */
const MODEL_KEY =
  /^model|model(?:uri|url|name|version|id)?$|^(?:uri|version|alias|stage|runid|runuri|artifacturi|storageuri)$/;

/** Keys below which a whole payload may be. */
const WRAPPER = /^(?:data|body|payload|clientpayload|event|inputs?|message|object)$/;

/** A payload without `model_uri`: a key that only looks like ours would ship another model without a word. */
export function misnamedModel(payload: unknown): AskedModel {
  const fault = (key: string) => ({ modelUri: undefined, fault: `\`${key}\` in its \`client_payload\` is not read` });
  const keys = keysOf(payload);
  if (keys.includes('model_uri')) return fault('model_uri: null');
  const near = keys.find(isModelKey);
  if (near !== undefined) return fault(shown(near));
  // MLflow's webhooks, and payloads that were wrapped once more, have it one level below.
  for (const key of keys.filter((one) => WRAPPER.test(lettersOf(one)))) {
    const below = keysOf((payload as Readonly<Record<string, unknown>>)[key]).find(
      (one) => isModelKey(one) || (key === 'data' && one === 'name'),
    );
    if (below !== undefined) return fault(`${shown(key)}.${shown(below)}`);
  }
  return { modelUri: undefined };
}

/** GitHub allows ten. */
const MOST_KEYS = 10;

function keysOf(value: unknown): readonly string[] {
  return Object.keys(isJsonObject(value) ? value : {}).slice(0, MOST_KEYS);
}

function isModelKey(key: string): boolean {
  return MODEL_KEY.test(lettersOf(key));
}

function shown(key: string): string {
  return key.slice(0, 40);
}

function lettersOf(key: string): string {
  return shown(key)
    .toLowerCase()
    .replace(/[^a-z]/g, '');
}
