import type { GraphNode } from '../operator/seldon-deployment.ts';
import type { ModelAnswer } from './model-call.ts';

/** What one request to a graph of several nodes asks of each of them (executor/predictor/predictor_process.go, v1.17.1). */
export interface GraphCall {
  readonly protocol: 'seldon' | 'v2';
  /** Sends a message to a container of the graph. */
  readonly ask: (node: GraphNode, path: string, body: string) => Promise<ModelAnswer>;
}

const V2_INFER = (node: GraphNode) => `/v2/models/${node.name}/infer`;

/** The answer of a node and all below it: the input's way down, the children, the output's way up. */
export async function predictGraph(call: GraphCall, node: GraphNode, body: string): Promise<ModelAnswer> {
  const down = await transformed(call, node, { body, isInput: true });
  if (!isGood(down)) return down;
  const { children = [] } = node;
  const inner = children.length === 0 ? down : await predictChildren(call, node, down.body);
  return isGood(inner) ? transformed(call, node, { body: inner.body, isInput: false }) : inner;
}

type Good = Extract<ModelAnswer, { kind: 'answered' }>;

function isGood(answer: ModelAnswer): answer is Good {
  return answer.kind === 'answered' && answer.status === 200;
}

function has(node: GraphNode, type: string, method: string): boolean {
  return node.type === type || node.methods?.includes(method) === true;
}

/** A node without a part in this direction hands the message on. */
async function transformed(
  { ask, protocol }: GraphCall,
  node: GraphNode,
  { body, isInput }: { readonly body: string; readonly isInput: boolean },
): Promise<ModelAnswer> {
  const path = isInput
    ? node.type === 'MODEL'
      ? '/predict'
      : has(node, 'TRANSFORMER', 'TRANSFORM_INPUT') && '/transform-input'
    : has(node, 'OUTPUT_TRANSFORMER', 'TRANSFORM_OUTPUT') && '/transform-output';
  if (path === false) return handedOn(body);
  return protocol === 'v2' ? ask(node, V2_INFER(node), chained(body)) : ask(node, path, body);
}

/** The outputs of one node are the inputs of the next. */
function chained(body: string): string {
  const { outputs, ...message } = JSON.parse(body) as { readonly outputs?: unknown };
  return outputs === undefined ? body : JSON.stringify({ ...message, inputs: outputs });
}

function handedOn(body: string): Good {
  return { kind: 'answered', status: 200, body, contentType: 'application/json' };
}

/** A router chooses one child; else all are asked at once, and a combiner makes one answer of theirs. */
async function predictChildren(call: GraphCall, node: GraphNode, body: string): Promise<ModelAnswer> {
  const { children = [] } = node;
  const route = await routeOf(call, node, body);
  if (typeof route !== 'number') return route;
  const asked = route < 0 ? children : children.slice(route, route + 1);
  const answers = await Promise.all(asked.map((child) => predictGraph(call, child, body)));
  const bad = answers.find((answer) => !isGood(answer));
  if (bad !== undefined) return bad;
  const bodies = answers.filter(isGood).map((answer) => answer.body);
  if (!has(node, 'COMBINER', 'AGGREGATE')) return handedOn(bodies[0] ?? '');
  return call.ask(node, '/aggregate', `{"seldonMessages":[${bodies.join(',')}]}`);
}

/** -1: to all of them. */
async function routeOf({ ask }: GraphCall, node: GraphNode, body: string): Promise<number | ModelAnswer> {
  if (node.implementation === 'RANDOM_ABTEST') return Math.random() < ratioOf(node) ? 0 : 1;
  if (!has(node, 'ROUTER', 'ROUTE')) return -1;
  const answer = await ask(node, '/route', body);
  if (!isGood(answer)) return answer;
  const { data } = JSON.parse(answer.body) as { data?: { ndarray?: number[][]; tensor?: { values: number[] } } };
  return Number(data?.ndarray?.[0]?.[0] ?? data?.tensor?.values[0] ?? -1);
}

function ratioOf({ parameters = [] }: GraphNode): number {
  return Number(parameters.find(({ name }) => name === 'ratioA')?.value ?? 0.5);
}
