import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type GraphNode, isV2, nodesOf, type Predictor } from '../operator/seldon-deployment.ts';
import { predictGraph } from './graph.ts';
import { RequestHistogram } from './metrics.ts';
import { ask, canDial, type ModelAnswer } from './model-call.ts';
import { type Service, type Wish, wishOf } from './routes.ts';

export interface ExecutorOptions {
  /** With endpoints, as the operator writes it into ENGINE_PREDICTOR. */
  readonly predictor: Predictor;
  /** Name of the SeldonDeployment. */
  readonly sdep: string;
  readonly namespace: string;
  readonly port: number;
  readonly host?: string;
  /** Default seldon. */
  readonly protocol?: string;
  /** The port of a container port of the same pod; default: itself. */
  readonly portOf?: (containerPort: number) => number;
  /** The port that stands for one behind a Service's name; default: nothing listens there. */
  readonly portBehind?: (host: string, port: number) => number | undefined;
  /** Milliseconds; `seldon.io/rest-timeout` of the pod. Default: no end. */
  readonly restTimeout?: number | undefined;
}

interface Reply {
  readonly status: number;
  readonly body: string;
  readonly contentType?: string;
}

/** Answers requests like the executor's router, middlewares and client. */
export class Answerer {
  readonly #options: ExecutorOptions;
  readonly #protocol: 'seldon' | 'v2';
  readonly #histogram: RequestHistogram;

  constructor(options: ExecutorOptions) {
    const { predictor, sdep, protocol } = options;
    this.#options = options;
    this.#protocol = isV2(protocol) ? 'v2' : 'seldon';
    this.#histogram = new RequestHistogram({
      deployment_name: sdep,
      predictor_name: predictor.name,
      predictor_version: predictor.annotations?.['version'] ?? '',
    });
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const began = performance.now();
    const { method = 'GET' } = request;
    const path = new URL(request.url ?? '/', 'http://executor').pathname;
    const wish = wishOf({ method, path }, { protocol: this.#protocol, predictor: this.#options.predictor });
    if (wish.kind === 'refused') {
      refuse(response, wish.status);
      return;
    }
    const puid = String(request.headers['seldon-puid'] ?? randomUUID());
    const { status, body, contentType } = await this.#reply(wish, request, puid);
    if (wish.kind === 'relay')
      this.#histogram.observe({
        service: wish.service,
        method,
        code: status,
        seconds: (performance.now() - began) / 1000,
      });
    response
      .writeHead(status, {
        'seldon-puid': puid,
        'x-content-type-options': 'nosniff',
        'access-control-allow-origin': '*',
        ...(contentType !== undefined && { 'content-type': contentType }),
      })
      .end(body);
  }

  async #reply(wish: Exclude<Wish, { kind: 'refused' }>, request: IncomingMessage, puid: string): Promise<Reply> {
    switch (wish.kind) {
      case 'alive':
        return { status: 200, body: '' };
      case 'ready':
        return { status: (await this.#isReady()) ? 200 : 503, body: '' };
      case 'metrics':
        return {
          status: 200,
          body: this.#histogram.toString(),
          contentType: 'text/plain; version=0.0.4; charset=utf-8',
        };
      case 'graph-metadata':
        return this.#graphMetadata(puid);
      case 'relay':
        return this.#relay(wish, { request, puid });
    }
  }

  /** Connects to every node without a request to the models. */
  async #isReady(): Promise<boolean> {
    const dialled = nodesOf(this.#options.predictor.graph).filter(
      ({ endpoint }) => endpoint?.service_port !== undefined,
    );
    return (await Promise.all(dialled.map((node) => canDial(this.#placeOf(node).port)))).every(Boolean);
  }

  async #relay(
    { service, node, path }: { readonly service: Service; readonly node: string; readonly path: string },
    { request, puid }: { readonly request: IncomingMessage; readonly puid: string },
  ): Promise<Reply> {
    const body = request.method === 'POST' ? await bodyOf(request) : undefined;
    const found = nodesOf(this.#options.predictor.graph).find(({ name }) => name === node);
    if (found === undefined) return failure(`Failed to find model ${node}`);
    const contentType = request.headers['content-type'];
    if (service !== 'predictions' || (found.children ?? []).length === 0)
      return replyOf(await this.#ask(found, path, { body, contentType, puid }));
    const call = {
      protocol: this.#protocol,
      ask: (one: GraphNode, at: string, message: string) => this.#ask(one, at, { body: message, contentType, puid }),
    };
    return replyOf(await predictGraph(call, found, body ?? ''));
  }

  async #graphMetadata(puid: string): Promise<Reply> {
    const { graph, name } = this.#options.predictor;
    const path = this.#protocol === 'v2' ? `/v2/models/${graph.name}` : '/metadata';
    const answer = await this.#ask(graph, path, { body: undefined, contentType: undefined, puid });
    if (answer.kind === 'failed') return failure(answer.message);
    const model = JSON.parse(answer.body) as { readonly inputs?: unknown; readonly outputs?: unknown };
    const metadata = {
      name,
      models: { [graph.name]: model },
      graphinputs: model.inputs ?? null,
      graphoutputs: model.outputs ?? null,
    };
    return { status: 200, body: JSON.stringify(metadata), contentType: 'application/json' };
  }

  #ask(
    node: GraphNode,
    path: string,
    call: { body: string | undefined; contentType: string | undefined; puid: string },
  ): Promise<ModelAnswer> {
    return ask({ ...call, path, ...this.#placeOf(node), timeout: this.#options.restTimeout });
  }

  /** Nodes of the executor's own pod are on localhost, all others behind their Services. */
  #placeOf({ endpoint }: GraphNode): { readonly host: string; readonly port: number; readonly containerPort: number } {
    const { service_host: host = 'localhost', httpPort, service_port } = endpoint ?? {};
    const containerPort = httpPort ?? service_port ?? 9000;
    const port = host === 'localhost' ? this.#portOf(containerPort) : this.#options.portBehind?.(host, containerPort);
    // Nothing listens on port 0.
    return { host, port: port ?? 0, containerPort };
  }

  #portOf(containerPort: number): number {
    return this.#options.portOf?.(containerPort) ?? containerPort;
  }
}

/** Any status but 200 is an error: its status and body are forwarded, its content type is not. */
function replyOf(answer: ModelAnswer): Reply {
  if (answer.kind === 'failed') return failure(answer.message);
  const { status, contentType } = answer;
  const body = htmlEscaped(answer.body);
  if (status !== 200) return { status, body, contentType: 'text/plain; charset=utf-8' };
  return { status, body, ...(contentType !== undefined && { contentType }) };
}

/** The executor's own errors. The header is sent before the content type is set: Go guesses one. */
function failure(info: string): Reply {
  const body = htmlEscaped(JSON.stringify({ status: { code: 500, info, status: 'FAILURE' } }));
  return { status: 500, body, contentType: 'text/plain; charset=utf-8' };
}

/** Go's json.HTMLEscape, which the executor applies to every body. */
function htmlEscaped(body: string): string {
  return body.replace(/[<>&\u2028\u2029]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** As Go's router answers, without the executor's headers. */
function refuse(response: ServerResponse, status: 404 | 405): void {
  if (status === 405) response.writeHead(405).end();
  else
    response
      .writeHead(404, { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' })
      .end('404 page not found\n');
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
