import type { InputDefinition } from '../input-definition.ts';
import type { InputReader } from '../input-reader.ts';
import { INPUTS, type InputName } from '../inputs.ts';

/** Inputs whose text is free: JSON, words for people, the content of a file. */
const FREE: readonly InputName[] = ['smoke-request', 'smoke-expect', 'gate-queries', 'lock-reason', 'kubeconfig'];
const TOKENS: readonly InputName[] = ['mlflow-token', 'prometheus-token', 'github-token'];
const SECRETS: readonly InputName[] = [...TOKENS, 'mlflow-password'];
/** One entry per line. */
const LISTS: readonly InputName[] = [
  'steps',
  'targets',
  'storage-uri-map',
  'allow-storages',
  'allow-commands',
  'allow-models',
  'allow-names',
  'allow-namespaces',
  'allow-users',
  'allow-bases',
  'allow-events',
  'command-roles',
  'write-back',
];

/** Signs that nobody sees and nobody means. Joiners are left out: names with emoji may hold them. */
const UNSEEN = /[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/;

/** Values that no input can have, whatever it is about: the workflow around this step made them. */
export function checkStrangeValues(read: InputReader): void {
  const inputs: readonly InputDefinition[] = INPUTS;
  for (const { name: text, default: usual } of inputs) {
    const name = text as InputName;
    const value = read.text(name);
    if (value === undefined || value === usual || FREE.includes(name)) continue;
    const fault = SECRETS.includes(name) ? faultOfSecret(name, value) : faultOf(name, value);
    if (fault !== undefined) read.fault(name, fault);
  }
}

function faultOf(name: InputName, value: string): string | undefined {
  if (/^(?:null|undefined|\[object Object\])$/.test(value))
    return `is \`${value}\`: an earlier step or an expression gave no value; check where it comes from`;
  if (value.includes('\n') && !LISTS.includes(name))
    return `has ${value.split('\n').length} lines, but is one value: write it on one line`;
  const unseen = UNSEEN.exec(value)?.[0];
  if (unseen === undefined) return faultOfWriting(value);
  const code = unseen.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0');
  return `has a sign that cannot be seen (U+${code}): write it anew, without copying`;
}

function faultOfSecret(name: InputName, value: string): string | undefined {
  if (/^(?:bearer|token)\s/i.test(value) && TOKENS.includes(name))
    return 'begins with the word before a token, which is added: give the token alone';
  if (/\s/.test(value) && TOKENS.includes(name)) return 'has a blank or a line break in it: give the token alone';
  return faultOfWriting(value);
}

/** The value itself is not shown: it may be a secret. */
function faultOfWriting(value: string): string | undefined {
  if (/\$\{\{/.test(value))
    return 'has an expression that GitHub did not replace: write it in the workflow file, not in a variable or a file';
  if (/^\$\{?\w+\}?$/.test(value))
    return 'is the name of a shell variable, which is not replaced in `with:`: use `${{ env.NAME }}`';
  if (/^"[^"]*"$|^'[^']*'$|^`[^`]*`$/.test(value)) return 'is in quotation marks: leave them out';
  return undefined;
}
