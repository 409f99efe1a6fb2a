import { isJsonObject } from '../../base/json-value.ts';

/**
 * What is wrong with the parts of a manifest that this action reads, as `spec.predictors[0].graph is missing`. All other
 * fields are checked by the API server.
 */
export function shapeFault(document: Readonly<Record<string, unknown>>): string | undefined {
  return [...faultsIn(document)][0];
}

function* faultsIn({ metadata, spec }: Readonly<Record<string, unknown>>): Generator<string> {
  if (isJsonObject(metadata)) {
    for (const field of ['name', 'namespace']) yield* textFault(metadata[field], `metadata.${field}`);
    for (const field of ['labels', 'annotations']) yield* textsFault(metadata[field], `metadata.${field}`);
  }
  if (!isJsonObject(spec) || !Array.isArray(spec['predictors'])) return;
  yield* textsFault(spec['annotations'], 'spec.annotations');
  yield* textFault(spec['protocol'], 'spec.protocol');
  for (const [at, predictor] of spec['predictors'].entries())
    yield* predictorFaults(predictor, `spec.predictors[${at}]`);
}

function* predictorFaults(predictor: unknown, path: string): Generator<string> {
  if (!isJsonObject(predictor)) return yield `${path} is no mapping`;
  yield* textFault(predictor['name'], `${path}.name`);
  for (const field of ['labels', 'annotations']) yield* textsFault(predictor[field], `${path}.${field}`);
  if (predictor['graph'] === undefined) yield `${path}.graph is missing`;
  yield* nodeFaults(predictor['graph'], `${path}.graph`);
  for (const [at, component] of listOf(predictor['componentSpecs'])) {
    const where = `${path}.componentSpecs[${at}]`;
    if (!isJsonObject(component)) return yield `${where} is no mapping`;
    const { spec } = component;
    if (spec === undefined) continue;
    if (!isJsonObject(spec) || !Array.isArray(spec['containers'])) return yield `${where}.spec.containers is no list`;
    for (const [index, container] of spec['containers'].entries())
      if (!isJsonObject(container) || typeof container['name'] !== 'string')
        yield `${where}.spec.containers[${index}].name is missing`;
  }
  yield* listFault(predictor['componentSpecs'], `${path}.componentSpecs`);
}

function* nodeFaults(node: unknown, path: string): Generator<string> {
  if (!isJsonObject(node)) return yield `${path} is no mapping`;
  for (const field of ['name', 'implementation', 'type', 'modelUri']) yield* textFault(node[field], `${path}.${field}`);
  for (const field of ['children', 'parameters']) yield* listFault(node[field], `${path}.${field}`);
  for (const [at, child] of listOf(node['children'])) {
    if (isJsonObject(child) && child['name'] === undefined) yield `${path}.children[${at}].name is missing`;
    yield* nodeFaults(child, `${path}.children[${at}]`);
  }
}

function listOf(value: unknown): Iterable<readonly [number, unknown]> {
  return Array.isArray(value) ? value.entries() : [];
}

function* listFault(value: unknown, path: string): Generator<string> {
  if (value !== undefined && !Array.isArray(value)) yield `${path} is no list`;
}

function* textFault(value: unknown, path: string): Generator<string> {
  if (value !== undefined && typeof value !== 'string') yield `${path} is no text`;
}

function* textsFault(value: unknown, path: string): Generator<string> {
  if (value === undefined) return;
  if (!isJsonObject(value)) return yield `${path} is no mapping`;
  for (const [key, text] of Object.entries(value))
    if (typeof text !== 'string') yield `${path}.${key} is no text: write it in quotes`;
}
