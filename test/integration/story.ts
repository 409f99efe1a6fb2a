import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual, promisify } from 'node:util';
import { expect } from 'vitest';
import type { ActionEnd } from '../../sandbox/runner.ts';
import { predictions, type Target, type Traffic, underLoad } from './load.ts';
import type { Surroundings } from './surroundings.ts';

/** Never blocks: the operator's webhook answers in this process. */
export async function kubectl(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('kubectl', args);
  return stdout;
}

/** One SeldonDeployment: the action upon it, its pods, and the people who use it meanwhile. */
export class Story {
  readonly #world: Surroundings;
  readonly #name: string;
  readonly #namespace: string;
  readonly #inputs: Readonly<Record<string, string>>;

  /** @param inputs of the action in every run */
  constructor(world: Surroundings, name: string, inputs: Readonly<Record<string, string>> = {}) {
    this.#world = world;
    this.#name = name;
    this.#namespace = inputs['namespace'] ?? 'seldon';
    this.#inputs = inputs;
  }

  get target(): Target {
    const modelOf = (version: number) => {
      const uri = `models:/wine-quality/${version}`;
      const model = this.#world.models.find(({ uris }) => uris.includes(uri));
      if (model === undefined) throw new Error(`the manifest of logged models has no ${uri}`);
      return model as { readonly example: { columns: unknown; data: unknown }; readonly prediction: readonly number[] };
    };
    const { example, prediction } = modelOf(1);
    return {
      url: `${this.#world.gatewayUrl}/seldon/${this.#namespace}/${this.#name}/api/v0.1/predictions`,
      body: JSON.stringify({ data: { names: example.columns, ndarray: example.data } }),
      answers: { v1: prediction, v2: modelOf(2).prediction },
    };
  }

  async run(
    mode: string,
    inputs: Readonly<Record<string, string>> = {},
    files: Readonly<Record<string, string>> = {},
  ): Promise<ActionEnd> {
    const ingress = this.#world.gatewayUrl === undefined ? {} : { 'ingress-url': this.#world.gatewayUrl };
    return this.#world.deploy({ files, with: { mode, name: this.#name, ...ingress, ...this.#inputs, ...inputs } });
  }

  /** The action while people send predictions; not one of them may fail. */
  async runUnderLoad(
    mode: string,
    inputs: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly end: ActionEnd; readonly traffic: Traffic }> {
    const { end, traffic } = await underLoad(this.target, () => this.run(mode, inputs));
    report(`${this.#name}: ${mode}`, traffic);
    expect(traffic.failures, `${mode} of ${this.#name}: ${traffic.sent} requests\n${end.shown}`).toEqual([]);
    return { end, traffic };
  }

  /** Predictions once the gateway routes as these weights say; an ingress that is not ours has to be quick. */
  async ask(count: number, weights: Readonly<Record<string, number>>): Promise<Traffic> {
    const named = Object.entries(weights).map(([predictor, weight]) => [`${this.#name}-${predictor}`, weight]);
    const prefix = `/seldon/${this.#namespace}/${this.#name}/`;
    const wanted = Object.fromEntries(named);
    const { gateway } = this.#world;
    if (gateway !== undefined) expect(await settled(() => gateway.weights(prefix), wanted)).toEqual(wanted);
    const traffic = await predictions(this.target, count);
    report(`${this.#name}: afterwards`, traffic);
    expect(traffic.failures).toEqual([]);
    return traffic;
  }

  /** Requests and copies that the gateway has sent to a predictor; undefined where it is not ours to ask. */
  async sentTo(predictor: string): Promise<number | undefined> {
    return this.#world.gateway?.requestsTo({ namespace: this.#namespace, name: `${this.#name}-${predictor}` });
  }

  /** Of the pods that are not on their way out. */
  async podUids(predictor: string): Promise<readonly string[]> {
    const selector = `seldon-deployment-id=${this.#name},seldon-app=${this.#name}-${predictor}`;
    const text = await kubectl('-n', this.#namespace, 'get', 'pods', '-l', selector, '-o', 'json');
    const pods = JSON.parse(text).items as readonly { metadata: { uid: string; deletionTimestamp?: string } }[];
    return pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined).map(({ metadata }) => metadata.uid);
  }
}

/** What comes about in moments: asks until it is as wanted. @returns the last answer, whatever it is */
export async function settled<T>(ask: () => Promise<T>, wanted: T): Promise<T> {
  for (const end = Date.now() + 10_000; ; await delay(100)) {
    const answer = await ask();
    if (isDeepStrictEqual(answer, wanted) || Date.now() > end) return answer;
  }
}

/** Figures for the reader of the log. */
function report(what: string, { sent, failures, answered }: Traffic): void {
  process.stdout.write(`${what}: ${sent} requests, ${failures.length} failed, ${JSON.stringify(answered)}\n`);
}
