import { load } from 'js-yaml';
import { UserError } from '../base/errors.ts';
import { exceeds } from '../base/json/bounded-tree.ts';
import { isJsonObject, type JsonObject } from '../base/json-value.ts';
import { nearestWord } from '../base/nearest-word.ts';
import type { InputDefinition } from '../settings/input-definition.ts';
import { quoted } from '../settings/input-reader.ts';
import { INPUTS, type InputName } from '../settings/inputs.ts';
import { POLICY_INPUTS } from './policy.ts';

/**
 * Several models in one repository: a file of named targets, each a set of inputs with its own policy. Missing values
 * come from the file's `defaults`, then from the inputs of the step.
 */
export interface Target {
  readonly name: string;
  readonly values: ReadonlyMap<InputName, string>;
  /** Targets that must succeed before this one starts. */
  readonly needs: readonly string[];
}

/** The word for all targets. */
export const ALL = 'all';

/** Maximum number of targets in one file. */
export const MOST_TARGETS = 100;
/** Maximum length of a file of targets in characters. */
const LONGEST = 200_000;
/** The same with all aliases written out. */
const BOUND = { size: 2_000_000 };
const MOST_ALIASES = 1000;
const NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

const ALLOWED = INPUTS.filter((one: InputDefinition) => one.isOfStep !== true).map(({ name }) => name);
const POLICY: readonly InputName[] = POLICY_INPUTS;
/** Inputs at the top level of a target. */
export const TARGET_INPUTS = ALLOWED.filter((name) => !POLICY.includes(name));
/** Inputs that may be written as YAML or JSON values. */
export const JSON_INPUTS: readonly InputName[] = ['smoke-request', 'smoke-expect'];

/**
 * @param path for messages
 * @throws UserError targets-invalid with all errors together
 */
export function parseTargets(text: string, path: string): readonly Target[] {
  const faults: string[] = [];
  const document = parseYaml(text, path);
  if (!isJsonObject(document) || !isJsonObject(document['targets'])) throw invalid(path, ['it has no `targets`']);
  checkWords(document, ['version', 'defaults', 'targets'], { where: 'it', faults });
  if (document['version'] !== undefined && document['version'] !== 1) faults.push('`version` must be 1');
  const defaults = readBlock(document['defaults'] ?? {}, 'defaults', faults);
  const targets = Object.entries(document['targets']).map(([name, body]): Target => {
    const where = `target ${quoted(name)}`;
    if (!NAME.test(name) || name === ALL) faults.push(`${where}: a name has lower-case letters, digits and dashes`);
    const { needs, values } = readBlock(body ?? {}, where, faults, ['needs']);
    return { name, needs, values: new Map([...defaults.values, ...values]) };
  });
  if (targets.length === 0 || targets.length > MOST_TARGETS)
    faults.push(`\`targets\` has ${targets.length}, but must have 1 to ${MOST_TARGETS}`);
  for (const fault of needsFaults(targets)) faults.push(fault);
  if (faults.length > 0) throw invalid(path, faults);
  return targets;
}

/** What the file gives to all its targets. @throws UserError targets-invalid */
export function parseDefaults(text: string, path: string): Target['values'] {
  const document = parseYaml(text, path);
  return readBlock((isJsonObject(document) && document['defaults']) || {}, 'defaults', []).values;
}

/** Picks targets by name, in the order of the file. @returns the unknown name if one does not exist */
export function pickTargets(
  targets: readonly Target[],
  names: readonly string[],
): readonly Target[] | { readonly unknown: string } {
  if (names.includes(ALL)) return targets;
  const unknown = names.find((name) => targets.every((one) => one.name !== name));
  return unknown === undefined ? targets.filter(({ name }) => names.includes(name)) : { unknown };
}

/** Names separated by commas, as in `wine-staging,wine-prod`. */
export function listOfNames(text: string): readonly string[] {
  return text
    .split(/[\n,]/)
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

function parseYaml(text: string, path: string): unknown {
  if (text.length > LONGEST) throw invalid(path, [`it has more than ${LONGEST} characters`]);
  let document: unknown;
  try {
    document = load(text, { maxAliases: MOST_ALIASES });
  } catch (error) {
    throw invalid(path, [`it is not one YAML document: ${error instanceof Error ? error.message.split('\n')[0] : ''}`]);
  }
  if (exceeds(document, BOUND)) throw invalid(path, ['it is too large or too deep with its aliases written out']);
  return document;
}

function readBlock(
  body: unknown,
  where: string,
  faults: string[],
  more: readonly string[] = [],
): Pick<Target, 'values' | 'needs'> {
  if (!isJsonObject(body)) {
    faults.push(`${where}: must contain inputs, such as \`model-uri: models:/wine@champion\``);
    return { values: new Map(), needs: [] };
  }
  const { policy = {}, needs = [], ...inputs } = body;
  checkWords(body, [...TARGET_INPUTS, 'policy', ...more], { where, faults });
  if (!isJsonObject(policy)) faults.push(`${where}: \`policy\` must contain inputs, such as \`require-review: true\``);
  const rules = isJsonObject(policy) ? policy : {};
  checkWords(rules, POLICY, { where: `${where}, \`policy\``, faults });
  const values = new Map<InputName, string>();
  for (const [name, value] of [...Object.entries(inputs), ...Object.entries(rules)]) {
    const known = ALLOWED.find((one) => one === name);
    const told = textOf(name, value);
    if (known !== undefined && told === undefined)
      faults.push(`${where}: \`${name}\` must be a text, a number, \`true\` or \`false\`, or a list of them`);
    if (known !== undefined && told !== undefined) values.set(known, told);
  }
  return { values, needs: namesOf(needs, where, faults) };
}

/** The value in the form of a step's input: lists have one entry per line. */
function textOf(name: string, value: unknown): string | undefined {
  if (['string', 'number', 'boolean'].includes(typeof value)) return String(value);
  if (JSON_INPUTS.some((one) => one === name) && typeof value === 'object') return JSON.stringify(value);
  const isList = Array.isArray(value) && value.every((one) => ['string', 'number'].includes(typeof one));
  return isList ? value.join('\n') : undefined;
}

function namesOf(needs: unknown, where: string, faults: string[]): readonly string[] {
  const list = typeof needs === 'string' ? [needs] : needs;
  if (Array.isArray(list) && list.every((one) => typeof one === 'string')) return list;
  faults.push(`${where}: \`needs\` must be the name of a target, or a list of names`);
  return [];
}

function checkWords(
  body: JsonObject,
  known: readonly string[],
  { where, faults }: { readonly where: string; readonly faults: string[] },
): void {
  for (const word of Object.keys(body).filter((one) => !known.includes(one))) {
    const near = nearestWord(word, known);
    const meant = near === undefined ? '' : `; did you mean \`${near}\`?`;
    faults.push(`${where}: ${whyNot(word)}${meant}`);
  }
}

function whyNot(word: string): string {
  if (POLICY.some((one) => one === word)) return `\`${word}\` belongs under \`policy\``;
  if (INPUTS.some(({ name }) => name === word))
    return `\`${word}\` belongs to the \`with:\` of the step, not to this file`;
  return `${quoted(word)} is not a known key`;
}

/** Needed targets must exist, and the dependencies must not form a cycle. */
function needsFaults(targets: readonly Target[]): readonly string[] {
  const names = targets.map(({ name }) => name);
  const missing = targets.flatMap(({ name, needs }) =>
    needs
      .filter((one) => !names.includes(one))
      .map((one) => `target ${quoted(name)}: needs ${quoted(one)}, which is not a target`),
  );
  return missing.length > 0 ? missing : circleFaults(targets);
}

/** Removes targets without remaining dependencies, until none or a cycle is left. */
function circleFaults(targets: readonly Target[]): readonly string[] {
  let left = targets;
  for (;;) {
    const names = left.map(({ name }) => name);
    const rest = left.filter(({ needs }) => needs.some((one) => names.includes(one)));
    if (rest.length === 0) return [];
    if (rest.length === left.length) return [`the dependencies of targets form a cycle: ${names.join(', ')}`];
    left = rest;
  }
}

function invalid(path: string, faults: readonly string[]): UserError {
  const [only, ...more] = faults;
  const list =
    more.length === 0 ? `${only}` : `${faults.length} errors:\n${faults.map((one) => `- ${one}`).join('\n')}`;
  return new UserError('targets-invalid', `${path}, the file of targets, cannot be used: ${list}`, {
    hint: `correct ${path} on the base branch; no request was sent and nothing was changed`,
  });
}
