import { UserError } from '../base/errors.ts';
import { parseModelUri } from '../model/model-uri.ts';

/** RFC 1123 label: valid in Kubernetes as a name part, a label value and a container name. */
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
/** RFC 1123 subdomain: the name of a Secret or ServiceAccount. */
const SUBDOMAIN = /^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/;

/** Longest name of a graph node: Seldon adds it to `seldon-app-svc-` in a label key of 63 characters. */
const LONGEST_NODE = 48;
const LONGEST_LABEL = 63;

/** `name` as given, or made from the registered model's name: `Wine Quality (v2)` becomes `wine-quality-v2`. */
export function deploymentName(given: string | undefined, modelName: string | undefined): string {
  if (given !== undefined) return checkedLabel('name', given, LONGEST_LABEL);
  const derived = modelName === undefined ? '' : labelFrom(modelName);
  if (derived === '') {
    throw new UserError(
      'bad-input',
      `no name for the SeldonDeployment can be made from ${modelName ?? 'this model URI'}`,
      {
        hint: 'set the input `name`, for example `name: wine`',
      },
    );
  }
  return derived;
}

/** The name that a URI of a registered model produces; undefined if the URI does not contain the model name. */
export function nameInUri(uri: string): string | undefined {
  try {
    const parsed = parseModelUri(uri);
    return 'name' in parsed ? labelFrom(parsed.name) || undefined : undefined;
  } catch {
    return undefined;
  }
}

/** Name of the SeldonDeployment that shares the requests of another one: `wine-canary`. */
export function secondName(name: string, mode: string): string {
  return checkedLabel('name', `${name}-${mode}`, LONGEST_LABEL);
}

export function checkedPredictorName(name: string): string {
  return checkedLabel('predictor name', name, LONGEST_LABEL);
}

/** Seldon's webhook accepts an invalid node name, and the operator then fails (recorded on 1.17.1). */
export function checkedNodeName(name: string): string {
  return checkedLabel('graph node name', name, LONGEST_NODE);
}

export function isLabel(text: string, longest = LONGEST_LABEL): boolean {
  return text.length <= longest && LABEL.test(text);
}

export function isSubdomain(text: string): boolean {
  return text.length <= 253 && SUBDOMAIN.test(text);
}

function checkedLabel(what: string, value: string, longest: number): string {
  if (isLabel(value, longest)) return value;
  throw new UserError('bad-input', `the ${what} \`${value}\` is not a valid Kubernetes name`, {
    hint: `use at most ${longest} lower-case letters, digits and dashes, with a letter or digit at both ends`,
  });
}

function labelFrom(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, LONGEST_LABEL)
    .replace(/^-/, '')
    .replace(/-$/, '');
}
