import { badRequest } from './api-error.ts';
import { EVENT, type Kind, POD } from './kinds.ts';
import type { KubeObject, Tree } from './objects.ts';
import { isTree } from './objects.ts';

export type Matcher = (object: KubeObject) => boolean;

type Labels = Readonly<Record<string, string>>;

/** Both selectors of a list or watch. @throws ApiError 400 */
export function selectorOf(kind: Kind, query: URLSearchParams): Matcher {
  const labels = parseLabelSelector(query.get('labelSelector') ?? '');
  const fields = parseFieldSelector(kind, query.get('fieldSelector') ?? '');
  return (object) => labels(object.metadata.labels ?? {}) && fields(object);
}

/** `a=b`, `a==b`, `a!=b`, `a in (b,c)`, `a notin (b)`, `a`, `!a`, joined by commas. */
export function parseLabelSelector(text: string): (labels: Labels) => boolean {
  const terms = text.split(/,(?![^(]*\))/).filter((term) => term.trim() !== '');
  const tests = terms.map((term) => labelTest(term.trim()));
  return (labels) => tests.every((test) => test(labels));
}

function labelTest(term: string): (labels: Labels) => boolean {
  const set = /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(term);
  if (set !== null) {
    const [, key = '', operator, list = ''] = set;
    const values = list.split(',').map((value) => value.trim());
    return (labels) => values.includes(labels[key] ?? '\0') === (operator === 'in');
  }
  const pair = /^([^\s=!]+)\s*(==|!=|=)\s*([^\s=!]*)$/.exec(term);
  if (pair !== null) {
    const [, key = '', operator, value] = pair;
    return (labels) => (labels[key] === value) === (operator !== '!=');
  }
  const exists = /^(!?)\s*([^\s=!()]+)$/.exec(term);
  if (exists === null) throw badRequest(`unable to parse requirement: found '${term}'`);
  const [, not, key = ''] = exists;
  return (labels) => Object.hasOwn(labels, key) === (not === '');
}

/** Every kind has its name and namespace; events and pods have a few more fields. */
function parseFieldSelector(kind: Kind, text: string): Matcher {
  const tests = text
    .split(',')
    .filter(Boolean)
    .map((term) => fieldTest(kind, term));
  return (object) => tests.every((test) => test(object));
}

function fieldTest(kind: Kind, term: string): Matcher {
  const [, path = '', operator, value = ''] = /^([^=!]+)(==|!=|=)(.*)$/.exec(term) ?? [];
  if (operator === undefined) throw badRequest(`invalid selector: '${term}'; can't understand '${term}'`);
  if (!isSelectable(kind, path)) throw badRequest(`field label not supported: ${path}`);
  return (object) => (textAt(object, path.split('.')) === value) === (operator !== '!=');
}

function isSelectable(kind: Kind, path: string): boolean {
  if (path === 'metadata.name' || path === 'metadata.namespace') return true;
  if (kind === EVENT) return /^(involvedObject\.\w+|reason|type|source)$/.test(path);
  return kind === POD && ['spec.nodeName', 'spec.restartPolicy', 'status.phase', 'status.podIP'].includes(path);
}

function textAt(value: unknown, [key, ...rest]: readonly string[]): string {
  if (key === undefined) return typeof value === 'string' ? value : '';
  return isTree(value) ? textAt(value[key], rest) : '';
}

/** `spec.selector` of Deployments and ReplicaSets (`matchLabels` only), or of Services. */
export function matchesLabels(wanted: Tree | undefined, { metadata }: KubeObject): boolean {
  const pairs = Object.entries(wanted ?? {});
  return pairs.length > 0 && pairs.every(([key, value]) => metadata.labels?.[key] === value);
}
