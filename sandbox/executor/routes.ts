import type { Predictor } from '../operator/seldon-deployment.ts';

/** The action that a request asks for. */
export type Wish =
  | { readonly kind: 'ready' | 'alive' | 'metrics' | 'graph-metadata' }
  /** For a node of the graph, at `path` of its container. */
  | { readonly kind: 'relay'; readonly service: Service; readonly node: string; readonly path: string }
  | { readonly kind: 'refused'; readonly status: 404 | 405 };

export type Service = 'predictions' | 'feedback' | 'status' | 'metadata';

interface Rule {
  readonly methods: readonly string[];
  readonly path: RegExp;
  readonly wish: (model: string | undefined, root: string) => Wish;
}

const ANY = ['GET', 'POST', 'PUT', 'HEAD'];

const PROBES: readonly Rule[] = [
  { methods: ANY, path: /^\/ready$/, wish: () => ({ kind: 'ready' }) },
  { methods: ANY, path: /^\/live$/, wish: () => ({ kind: 'alive' }) },
  { methods: ANY, path: /^\/prometheus$/, wish: () => ({ kind: 'metrics' }) },
];

/** There is no `/health/ping` here: only the model server has it. */
const SELDON: readonly Rule[] = [
  post(/^\/api\/v(?:0\.1|1\.0)\/predictions$/, (_, root) => relay('predictions', root, '/predict')),
  post(/^\/api\/v(?:0\.1|1\.0)\/feedback$/, (_, root) => relay('feedback', root, '/send-feedback')),
  get(/^\/api\/v1\.0\/(?:health\/)?status$/, () => ({ kind: 'ready' })),
  get(/^\/api\/v(?:0\.1|1\.0)\/status\/([^/]+)$/, (model = '') => relay('status', model, '/health/status')),
  get(/^\/api\/v1\.0\/metadata$/, () => ({ kind: 'graph-metadata' })),
  get(/^\/api\/v(?:0\.1|1\.0)\/metadata\/([^/]+)$/, (model = '') => relay('metadata', model, '/metadata')),
];

const V2: readonly Rule[] = [
  post(/^\/v2\/models\/(?:([^/]+)\/)?infer$/, (model, root) =>
    relay('predictions', root, `/v2/models/${model ?? root}/infer`),
  ),
  get(/^\/v2\/models\/([^/]+)\/ready$/, (model = '') => relay('status', model, `/v2/models/${model}/ready`)),
  get(/^\/v2\/models\/([^/]+)$/, (model = '') => relay('metadata', model, `/v2/models/${model}`)),
  get(/^\/v2\/health\/ready$/, () => ({ kind: 'ready' })),
];

/** The meaning of a request in the deployment's protocol. */
export function wishOf(
  { method, path }: { readonly method: string; readonly path: string },
  { protocol, predictor }: { readonly protocol: 'seldon' | 'v2'; readonly predictor: Predictor },
): Wish {
  const rules = [...PROBES, ...(protocol === 'v2' ? V2 : SELDON)].filter((rule) => rule.path.test(path));
  const rule = rules.find(({ methods }) => methods.includes(method));
  if (rule === undefined) return { kind: 'refused', status: rules.length > 0 ? 405 : 404 };
  return rule.wish(rule.path.exec(path)?.[1], predictor.graph.name);
}

function get(path: RegExp, wish: Rule['wish']): Rule {
  return { methods: ['GET'], path, wish };
}

function post(path: RegExp, wish: Rule['wish']): Rule {
  return { methods: ['POST'], path, wish };
}

function relay(service: Service, node: string, path: string): Wish {
  return { kind: 'relay', service, node, path };
}
