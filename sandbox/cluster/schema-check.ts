import { ApiError, badRequest, type Cause, invalid, kindName } from './api-error.ts';
import { treeOf } from './defaults.ts';
import { DEPLOYMENT, type Kind, SELDON_DEPLOYMENT } from './kinds.ts';
import { isTree, type KubeObject, type Tree } from './objects.ts';
import { type ObjectSchema, type Schema, SELDON_DEPLOYMENT_SCHEMA } from './schema.ts';

/** An error at a path: `spec.predictors[0].trafic`. */
type Problem =
  | { readonly kind: 'unknown' | 'missing'; readonly path: string }
  | { readonly kind: 'type'; readonly path: string; readonly wanted: string; readonly value: unknown };

/** Kinds without a schema take any field. */
function schemaOf(kind: Kind): ObjectSchema | undefined {
  return kind === SELDON_DEPLOYMENT ? SELDON_DEPLOYMENT_SCHEMA : undefined;
}

/** Server-side apply needs the schema to merge: an unknown field is an error without a reason, strict or not. */
export function checkApplied(kind: Kind, version: string, object: KubeObject): void {
  const [problem] = problemsOf(kind, object).filter((one) => one.kind !== 'missing' && !isFraction(one));
  if (problem === undefined) return;
  const { namespace = '', name } = object.metadata;
  const of = `${namespace}/${name}; ${kind.group}/${version}, Kind=${kind.kind}`;
  const why = problem.kind === 'type' ? typedComplaint(problem) : 'field not declared in schema';
  const message = `failed to create typed patch object (${of}): .${problem.path}: ${why}`;
  throw new ApiError({ code: 500, message });
}

export interface Pruned {
  readonly object: KubeObject;
  readonly warnings: readonly string[];
}

/** How a write other than apply treats unknown fields: it drops them with a warning, or refuses them (`Strict`). */
export function pruneUnknown(kind: Kind, object: KubeObject, validation: string): Pruned {
  const unknown = problemsOf(kind, object).filter((one) => one.kind === 'unknown');
  const words = unknown.map(({ path }) => `unknown field "${path}"`);
  if (words.length === 0) return { object, warnings: [] };
  if (validation === 'Strict') {
    const version = object.apiVersion.split('/').at(-1);
    const head = `${kind.kind} in version "${version}" cannot be handled as a ${kind.kind}`;
    throw badRequest(`${head}: strict decoding error: ${words.join(', ')}`);
  }
  const schema = schemaOf(kind) ?? 'object';
  return { object: pruned(object, schema) as KubeObject, warnings: validation === 'Ignore' ? [] : words };
}

/** @throws ApiError 422 with every missing field and wrong type */
export function checkTypes(kind: Kind, object: KubeObject): void {
  const causes = problemsOf(kind, object).flatMap((problem) => {
    const field = problem.path;
    if (problem.kind === 'missing') return [{ reason: 'FieldValueRequired', message: 'Required value', field }];
    if (problem.kind !== 'type') return [];
    const got = jsonTypeOf(problem.value);
    const message = `Invalid value: "${got}": ${field} in body must be of type ${problem.wanted}: "${got}"`;
    return [{ reason: 'FieldValueTypeInvalid', message, field }];
  });
  const all = kind === DEPLOYMENT ? deploymentComplaints(object) : causes;
  if (all.length > 0) throw invalid(kindName(kind), object.metadata.name, all);
}

/** The fields of a Deployment that its controller needs. */
function deploymentComplaints({ metadata: own, spec }: KubeObject): Required<Cause>[] {
  const { selector, template } = treeOf(spec);
  const { metadata, spec: pod } = treeOf(template);
  const wanted = Object.entries(treeOf(treeOf(selector)['matchLabels']));
  const labels = treeOf(treeOf(metadata)['labels']);
  const isMatch = wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
  const containers = treeOf(pod)['containers'];
  const required = (field: string) => ({ reason: 'FieldValueRequired', message: 'Required value', field });
  const message = `Invalid value: ${JSON.stringify(treeOf(metadata)['labels'] ?? null)}: \`selector\` does not match template \`labels\``;
  const mismatch = { reason: 'FieldValueInvalid', message, field: 'spec.template.metadata.labels' };
  return [
    ...(selector === undefined ? [required('spec.selector')] : []),
    ...(isMatch ? [] : [mismatch]),
    ...(Array.isArray(containers) && containers.length > 0 ? [] : [required('spec.template.spec.containers')]),
    ...volumeComplaints(treeOf(pod)),
    ...labelComplaints('metadata.labels', own.labels),
    ...labelComplaints('spec.template.labels', labels),
  ];
}

function labelComplaints(field: string, labels: Tree = {}): Required<Cause>[] {
  const long = Object.values(labels).filter((value) => typeof value === 'string' && value.length > 63);
  return long.map((value) => {
    const message = `Invalid value: "${value}": must be no more than 63 characters`;
    return { reason: 'FieldValueInvalid', message, field };
  });
}

/** The lists with unique keys in Kubernetes that a model's container can repeat. */
function volumeComplaints({ volumes = [], containers = [] }: Tree): Required<Cause>[] {
  const names = (volumes as readonly Tree[]).map(({ name }) => name);
  const twice = names.flatMap((name, index) => {
    const field = `spec.template.spec.volumes[${index}].name`;
    const message = `Duplicate value: "${name}"`;
    return names.indexOf(name) < index ? [{ reason: 'FieldValueDuplicate', message, field }] : [];
  });
  const mounts = (containers as readonly Tree[]).flatMap(({ volumeMounts = [] }, container) => {
    const paths = (volumeMounts as readonly Tree[]).map(({ mountPath }) => mountPath);
    return paths.flatMap((path, index) => {
      const field = `spec.template.spec.containers[${container}].volumeMounts[${index}].mountPath`;
      const message = `Invalid value: "${path}": must be unique`;
      return paths.indexOf(path) < index ? [{ reason: 'FieldValueInvalid', message, field }] : [];
    });
  });
  return [...twice, ...mounts];
}

function problemsOf(kind: Kind, object: KubeObject): Problem[] {
  const schema = schemaOf(kind);
  return schema === undefined ? [] : [...walk(object, schema, '')];
}

function* walk(value: unknown, schema: Schema, path: string): Generator<Problem> {
  const wanted = jsonTypeFor(schema);
  if (!isOfType(value, wanted)) {
    if (value !== null) yield { kind: 'type', path, wanted, value };
    return;
  }
  if (Array.isArray(value)) {
    const items = typeof schema === 'object' && 'items' in schema ? schema.items : undefined;
    if (items !== undefined) for (const [index, item] of value.entries()) yield* walk(item, items, `${path}[${index}]`);
  } else if (isTree(value) && typeof schema === 'object' && 'fields' in schema) yield* walkFields(value, schema, path);
  else if (isTree(value) && schema === 'strings')
    for (const [key, item] of Object.entries(value)) yield* walk(item, 'string', `${path}.${key}`);
}

/** Sorted by name, as the API server reports them. */
function* walkFields(value: Tree, { fields, required }: ObjectSchema, path: string): Generator<Problem> {
  for (const key of [...new Set([...Object.keys(value), ...required])].sort()) {
    const at = path === '' ? key : `${path}.${key}`;
    const schema = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (schema === undefined) yield { kind: 'unknown', path: at };
    else if (!Object.hasOwn(value, key)) yield { kind: 'missing', path: at };
    else yield* walk(value[key], schema, at);
  }
}

function pruned(value: unknown, schema: Schema): unknown {
  if (typeof schema !== 'object') return value;
  if ('items' in schema) return Array.isArray(value) ? value.map((item) => pruned(item, schema.items)) : value;
  if (!isTree(value)) return value;
  const kept = Object.entries(value).flatMap(([key, item]) => {
    const of = Object.hasOwn(schema.fields, key) ? schema.fields[key] : undefined;
    return of === undefined ? [] : [[key, pruned(item, of)]];
  });
  return Object.fromEntries(kept);
}

function jsonTypeFor(schema: Schema): string {
  if (typeof schema === 'object') return 'items' in schema ? 'array' : 'object';
  return schema === 'strings' ? 'object' : schema;
}

function jsonTypeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function isOfType(value: unknown, wanted: string): boolean {
  return jsonTypeOf(value) === wanted && value !== null;
}

/** Apply does not distinguish types of numbers. */
function isFraction(problem: Problem): boolean {
  return problem.kind === 'type' && problem.wanted === 'integer' && typeof problem.value === 'number';
}

function typedComplaint({ wanted, value }: Problem & { readonly kind: 'type' }): string {
  if (wanted === 'integer') return `expected numeric (int or float), got ${jsonTypeOf(value)}`;
  const words: Readonly<Record<string, string>> = { array: 'list', object: 'map' };
  return `expected ${words[wanted] ?? wanted}, got &value.valueUnstructured{Value:${JSON.stringify(value)}}`;
}
