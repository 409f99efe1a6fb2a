import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ActionEnd } from '../../sandbox/runner.ts';
import { openSurroundings, type Surroundings } from './surroundings.ts';

/**
 * Every model of the registry, in both protocols: what was proven, what could not be, and why. A model that MLflow itself
 * can serve may only be missing here where the server image cannot load it.
 */

let world: Surroundings;
const lines: string[] = [];

beforeAll(async () => {
  world = await openSurroundings();
});

afterAll(async () => {
  console.log(['', '| model | protocol | outcome | why |', '|---|---|---|---|', ...lines.sort(), ''].join('\n'));
  await world?.close();
});

/** What cannot be proven, and what the run has to say of it. All others have to be. */
const UNPROVEN: readonly (readonly [of: RegExp, why: RegExp])[] = [
  // Saved as skops, which the MLflow of Seldon's wrapper cannot load.
  [/^models:\/wine-quality\/(?:3|latest|Production) seldon$/, /^crash-loop$/],
  [
    /^models:\/(?:bare|name with spaces|модель-🍷|100% & more\?#\+=@champion|dots\.and_under~scores\(1\))\/1 /,
    /^No prediction was sent: .* neither a signature nor a usable input example.*`input_example`/,
  ],
  [/^models:\/broken\/1 /, /^model-unusable$/],
];

/** MLflow was asked with `factor: 3`. V2 can send a parameter; over Seldon's wrapper the model has its default, 2. */
const WITH_PARAMS = 'models:/with-params/1';
const ASKED_ALIKE = JSON.stringify({
  parameters: { content_type: 'pd', factor: 3 },
  inputs: [
    { name: 'x', datatype: 'FP64', shape: [2, 1], data: [1, 2] },
    { name: 'y', datatype: 'FP64', shape: [2, 1], data: [3, 4] },
  ],
});

/** What the server answers to the request that it gets. */
function rightOf(uri: string, protocol: string, prediction: unknown): readonly unknown[] | undefined {
  if (!Array.isArray(prediction)) return undefined;
  const values = prediction.flat(Number.POSITIVE_INFINITY);
  return uri === WITH_PARAMS && protocol === 'seldon' ? values.map((value) => (Number(value) / 3) * 2) : values;
}

/** `RIG_MODELS` is an expression that the URIs have to match; default: all. */
const ONLY = new RegExp(process.env['RIG_MODELS'] ?? '');

type Served = Surroundings['models'][number];

function servedUri({ uris, status }: Served & { readonly status?: string }): string | undefined {
  return status === undefined || status === 'READY' ? uris[0] : undefined;
}

/** Seldon flattens what V2 nests, and the other way round. */
function answered(end: ActionEnd): readonly unknown[] | undefined {
  const body = JSON.parse(end.outputs['prediction'] || 'null');
  const values = body?.data?.ndarray ?? body?.data?.tensor?.values ?? body?.jsonData ?? body?.outputs?.[0]?.data;
  return Array.isArray(values) ? values.flat(Number.POSITIVE_INFINITY) : undefined;
}

function close(right: unknown): unknown {
  return typeof right === 'number' ? expect.closeTo(right, 5) : right;
}

const PROTOCOLS = ['seldon', 'v2'] as const;

it('is proven as far as its servers can serve it', { timeout: 3_600_000 }, async () => {
  const wrong: string[] = [];
  const seen = new Set<string>();
  const jobs = world.models.flatMap((model) => {
    const uri = servedUri(model);
    if (uri === undefined || seen.has(uri) || !ONLY.test(uri)) return [];
    seen.add(uri);
    return PROTOCOLS.map((protocol) => ({ model, uri, protocol }));
  });
  const work = async () => {
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
      const { model, uri, protocol } = job;
      const name = `every-${seen.size}-${jobs.length}`;
      const asked = uri === WITH_PARAMS && protocol === 'v2' ? { 'smoke-request': ASKED_ALIKE } : {};
      const inputs = { name, protocol, orchestrator: 'false', ...asked };
      const end = await world.deploy({ with: { 'model-uri': uri, ...inputs } });
      const { outcome, reason } = end.outputs;
      const values = answered(end);
      const skipped = /No prediction was sent: [^\n]*|Not proven by a prediction[^\n]*/.exec(end.summary)?.[0];
      const right = rightOf(uri, protocol, model.prediction);
      const isRight = right === undefined || values === undefined || matches(values, right);
      const key = `${uri} ${protocol}`;
      const isProven = outcome === 'deployed' && values !== undefined && isRight;
      const why = isProven ? '' : (skipped ?? `${reason}${isRight ? '' : ', other prediction than MLflow'}`);
      lines.push(`| ${uri} | ${protocol} | ${isProven ? 'proven' : outcome} | ${why.slice(0, 160)} |`);
      const isKnown = UNPROVEN.some(([of, words]) => of.test(key) && words.test(why));
      if (!isProven && !isKnown) wrong.push(`${key}: ${outcome} ${why}`);
      if (outcome === 'deployed') await world.deploy({ with: { mode: 'remove', name } });
    }
  };
  await Promise.all([work(), work()]);
  expect(wrong).toEqual([]);
});

/** The example may have been asked with fewer rows than MLflow answered. */
function matches(values: readonly unknown[], right: readonly unknown[]): boolean {
  try {
    const count = Math.min(values.length, right.length);
    expect(values.slice(0, count)).toEqual(right.slice(0, count).map(close));
    return true;
  } catch {
    return false;
  }
}
