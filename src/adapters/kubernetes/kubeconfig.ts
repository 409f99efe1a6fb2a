/** Finds the kubeconfig as kubectl does, and reduces it to the one cluster and user of the chosen context. */

import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import { load, YAMLException } from 'js-yaml';
import type { UserError } from '../../base/errors.ts';
import { exceeds } from '../../base/json/bounded-tree.ts';
import { isJsonObject } from '../../base/json-value.ts';
import { decodedText, type Entry, invalid, isEmpty, RAW, refuseUnusable } from './kubeconfig-checks.ts';

export interface KubeconfigRequest {
  /** Content (plain or base64) or path; undefined: KUBECONFIG, the default file, in-cluster. */
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The kubeconfig of the pod that we run in; undefined outside a pod. */
  readonly inCluster: () => unknown;
}

/** One context of a kubeconfig, resolved; paths in it are absolute. */
export interface KubeconfigContext {
  readonly name: string;
  readonly namespace: string | undefined;
  readonly cluster: Entry;
  readonly user: Entry;
}

/** @throws UserError kubeconfig-invalid */
export function readKubeconfig(request: KubeconfigRequest): KubeconfigContext {
  const documents = findDocuments(request);
  if (!documents.some((one) => Array.isArray(one.document.clusters)))
    throw invalid(
      `the content of ${request.kubeconfig === undefined ? 'KUBECONFIG' : 'the input `kubeconfig`'} is not a kubeconfig: it has no list \`clusters\``,
      RAW,
    );
  const current = documents.map((one) => one.document['current-context']).find((name) => Boolean(name));
  const contexts = documents.flatMap((one) => entriesOf(one, 'contexts', 'context'));
  if (contexts.length === 0) throw noContexts(documents);
  const known = contexts.map((one) => one.name).join(', ');
  const name = request.context ?? current;
  if (typeof name !== 'string')
    throw invalid('the kubeconfig has no current-context', `name one in the input \`context\`: ${known}`);
  const context = contexts.find((one) => one.name === name)?.entry;
  if (context === undefined) throw invalid(`the kubeconfig has no context \`${name}\``, `it has: ${known}`);

  const find = (list: 'clusters' | 'users', key: 'cluster' | 'user'): Entry => {
    if (!context[key]) throw invalid(`context \`${name}\` names no ${key}`, RAW);
    const found = documents.flatMap((one) => entriesOf(one, list, key)).find((one) => one.name === context[key]);
    if (found !== undefined) return found.entry;
    if (documents.some((one) => isListed(one, list, context[key])))
      throw invalid(
        `context \`${name}\` has no usable ${key}: the entry \`${context[key]}\` of \`${list}\` is empty`,
        RAW,
      );
    throw invalid(`context \`${name}\` names the ${key} \`${context[key]}\`, which the kubeconfig does not have`);
  };
  if (context.user === null)
    throw invalid(`context \`${name}\` has no user`, 'log in again, and make a new kubeconfig');
  const cluster = find('clusters', 'cluster');
  // A context without a user is an anonymous one, as behind `kubectl proxy`.
  const user = context.user ? find('users', 'user') : {};
  refuseUnusable(name, { cluster, user });
  return {
    name,
    namespace: typeof context.namespace === 'string' ? context.namespace.trim() || undefined : undefined,
    cluster,
    user,
  };
}

function noContexts(documents: readonly Source[]): UserError {
  const isListed = documents.some(({ document: { contexts } }) => Array.isArray(contexts) && contexts.length > 0);
  return isListed
    ? invalid('no entry of `contexts` in the kubeconfig can be used: each needs a text as `name`, and a `context`', RAW)
    : invalid('the kubeconfig has no contexts', RAW);
}

/** One kubeconfig file; its relative paths start in `folder`. */
interface Source {
  readonly document: Entry;
  readonly folder: string;
}

function findDocuments({ kubeconfig, env, inCluster }: KubeconfigRequest): readonly Source[] {
  if (kubeconfig !== undefined) return [readGiven(kubeconfig, 'the input `kubeconfig`', homeOf(env))];
  const fromEnv = env.KUBECONFIG ?? '';
  if (isContent(fromEnv)) return [readGiven(fromEnv, 'KUBECONFIG', homeOf(env))];
  const paths = fromEnv === '' ? [join(homeOf(env), '.kube', 'config')] : fromEnv.split(delimiter).filter(Boolean);
  // As in kubectl, some of the files may be missing.
  const found = paths.flatMap((path) => readFile(path) ?? []);
  if (found.length > 0) return found;
  const pod = inCluster();
  if (pod !== undefined) return [{ document: pod as Entry, folder: '/' }];
  throw invalid(
    `there is no kubeconfig: the input \`kubeconfig\` is empty, ${fromEnv === '' ? 'KUBECONFIG is not set, ' : ''}` +
      `${paths.join(' and ')} ${paths.length > 1 ? 'do' : 'does'} not exist, and this runner is not a pod`,
    'set the input `kubeconfig` to its content (from a secret of the repository) or its path',
  );
}

/** Characters; the shortest kubeconfig with a credential is longer. */
const LONGEST_PATH = 120;

/** Windows has no HOME by itself. */
function homeOf(env: KubeconfigRequest['env']): string {
  return env.HOME ?? homedir();
}

/** Parts of a path; a token has longer ones, or no slash at all, and must not be quoted. */
const PATH = /^~?(?:[A-Za-z]:)?[\w. -]{0,40}(?:[\\/][\w. -]{0,40}){0,20}$/;

function looksLikePath(text: string): boolean {
  return /[\\/]|\.(?:ya?ml|json|conf|config)$|^(?:kube)?config$/.test(text) && PATH.test(text);
}

function readGiven(given: string, where: string, home: string): Source {
  const encoded = encodedContent(given);
  if (encoded !== undefined) return parse(encoded, where, process.cwd());
  if (isContent(given)) return parse(given, where, process.cwd());
  const path = given.trim().replace(/^~(?=\/)/, home);
  const cure = `correct ${where}: it takes a path, or the content itself, plain or in base64`;
  // What is no path may be a kubeconfig that was cut, and must not be told.
  if (path.length > LONGEST_PATH || /\s/.test(path)) throw neither(where, cure);
  const source = readFile(path);
  if (source !== undefined) return source;
  if (!looksLikePath(path)) throw neither(where, cure);
  throw invalid(`the kubeconfig file ${path} does not exist`, cure);
}

/** Content in base64; a secret that is encoded where it already was is so twice. */
function encodedContent(given: string): string | undefined {
  let text = given;
  for (let times = 0; times < 2; times++) {
    if (!/^[A-Za-z0-9+/=\s]+$/.test(text)) return undefined;
    text = decodedText(Buffer.from(text, 'base64'));
    if (text.includes('clusters')) return text;
  }
  return undefined;
}

function neither(where: string, cure: string): UserError {
  return invalid(`${where} is neither the content of a kubeconfig nor the path of a file`, cure);
}

function isContent(text: string): boolean {
  return (
    text.trimStart().startsWith('{') ||
    /^[ \t]*(apiVersion|kind|clusters|contexts|users|current-context|preferences)\s*:/m.test(text)
  );
}

/** Undefined if the file does not exist. */
function readFile(path: string): Source | undefined {
  let text: string;
  try {
    text = decodedText(readFileSync(path));
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw invalid(`the kubeconfig file ${path} cannot be read: ${message}`, undefined, cause);
  }
  return parse(text, path, dirname(resolve(path)));
}

/** Characters with all aliases written out: certificates are some thousands. */
const BOUND = { size: 10_000_000 };

function parse(text: string, where: string, folder: string): Source {
  // As for kubectl, files of KUBECONFIG complete each other, and one may be empty.
  if (isEmpty(text)) return { document: {}, folder };
  let document: unknown;
  if (text.split(/^---[ \t]*\r?$/m).filter((part) => !isEmpty(part)).length > 1)
    throw invalid(`the content of ${where} has several YAML documents, but a kubeconfig is one`, RAW);
  try {
    document = load(text, { maxAliases: 1000 });
  } catch (cause) {
    // The exception's message quotes the text, which is a secret.
    const why =
      cause instanceof YAMLException ? `${cause.reason} in line ${(cause.mark?.line ?? 0) + 1}` : 'unreadable';
    throw invalid(
      `the kubeconfig of ${where} is not YAML: ${why}`,
      'a secret that was pasted manually may have lost its indentation: use base64',
    );
  }
  if (exceeds(document, BOUND))
    throw invalid(`the kubeconfig of ${where} is too large with its aliases written out`, RAW);
  const kind = isJsonObject(document) ? document.kind : undefined;
  if (isJsonObject(document) && (kind === undefined || kind === 'Config' || 'clusters' in document))
    return { document, folder };
  const whose = typeof kind === 'string' ? `; its kind is ${kind.slice(0, 60)}` : '';
  throw invalid(`the content of ${where} is not a kubeconfig: it has no list \`clusters\`${whose}`, RAW);
}

function isListed({ document }: Source, list: string, name: unknown): boolean {
  const items = Array.isArray(document[list]) ? document[list] : [];
  return items.some((item: unknown) => isJsonObject(item) && item.name === name);
}

/** The named entries of one list, in order. For equal names the first wins, as in kubectl. */
function entriesOf({ document, folder }: Source, list: string, key: string): { name: string; entry: Entry }[] {
  const items = Array.isArray(document[list]) ? document[list] : [];
  return items.flatMap((item: unknown) => {
    const entry = isJsonObject(item) ? item[key] : undefined;
    if (!isJsonObject(item) || typeof item.name !== 'string' || !isJsonObject(entry)) return [];
    return [{ name: item.name, entry: withAbsolutePaths(entry, folder) }];
  });
}

const PATH_KEYS: ReadonlySet<string> = new Set([
  'certificate-authority',
  'client-certificate',
  'client-key',
  'tokenFile',
]);

function withAbsolutePaths(entry: Entry, folder: string): Entry {
  const absolute = (path: string) => (isAbsolute(path) ? path : join(folder, path));
  const fields = Object.entries(entry).map(([key, value]) => {
    if (PATH_KEYS.has(key) && typeof value === 'string' && value !== '') return [key, absolute(value)];
    // As in kubectl: a command with a slash is relative to the kubeconfig, one without a slash is searched in PATH.
    if (key !== 'exec' || !isJsonObject(value) || !String(value.command).includes('/')) return [key, value];
    return [key, { ...value, command: absolute(String(value.command)) }];
  });
  return Object.fromEntries(fields);
}
