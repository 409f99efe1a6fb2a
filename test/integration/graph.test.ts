import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ActionEnd } from '../../sandbox/runner.ts';
import { kubectl, Story } from './story.ts';
import { openSurroundings, type Surroundings } from './surroundings.ts';

/**
 * A graph of two nodes in one pod: a transformer of Seldon's Python wrapper, and the model. A graph needs Seldon's executor,
 * which has no preStop hook: it closes its port while an ingress still knows its pod. So the model is proven first: main
 * changes without requests.
 */

const FILE = 'deploy/base.yaml';
const GRAPH = readFileSync(new URL('../fixtures/manifests/graph-transformer.yaml', import.meta.url), 'utf8')
  .replace('{name: wine}', '{name: chain}')
  .replace('name: default', 'name: main');

/** What `acme/scaler:1` contains: it hands the columns' names on, and says in its log that it was asked. */
const SCALER = `import numpy


class scaler:
    def __init__(self, factor=1.0):
        self.factor = factor

    def transform_input(self, X, names, meta=None):
        self.names = names
        print("scaled", len(X), "rows", flush=True)
        return numpy.asarray(X, dtype=float) * self.factor

    def class_names(self):
        return list(self.names)
`;

let world: Surroundings;

beforeAll(async () => {
  world = await openSurroundings();
  addImage('acme/scaler:1', { module: 'scaler', text: SCALER });
});

afterAll(() => world?.close());

/** Adds an image to the table of the rig, which reads it again when it has changed. */
function addImage(image: string, { module, text }: { readonly module: string; readonly text: string }): void {
  const rig = process.env['RIG_DIR'] ?? '';
  const folder = join(rig, 'images', module);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${module}.py`), text);
  const program = join(process.env['RIG_HOME'] ?? '', 'venv', 'seldon', 'bin', 'seldon-core-microservice');
  const argv = [program, module, '--service-type', 'TRANSFORMER', '--grpc-workers', '0'];
  const entry = { match: `*${image}`, argv, workingDir: folder, privateRoot: true, init: true };
  const table = readFileSync(join(rig, 'images.yaml'), 'utf8');
  writeFileSync(join(rig, 'images.yaml'), table.replace(/^images:$/m, `images:\n- ${JSON.stringify(entry)}`));
}

function predictionOf(end: ActionEnd): unknown {
  return JSON.parse(end.outputs['prediction'] || 'null')?.data?.ndarray;
}

/** How often the transformers of the living pods were asked. */
async function scaled(): Promise<number> {
  const said = await kubectl('-n', 'seldon', 'logs', '-l', 'seldon-deployment-id=chain', '-c', 'scaler', '--tail=-1');
  return said.split('\n').filter((line) => line.startsWith('scaled')).length;
}

it('a model behind a transformer goes live, is updated without a lost request, and every prediction passes through both', {
  timeout: 480_000,
}, async () => {
  const story = new Story(world, 'chain');
  const { v1 = [], v2 = [] } = story.target.answers;
  const near = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 6));
  const read = async () => JSON.parse(await kubectl('-n', 'seldon', 'get', 'sdep', 'chain', '-o', 'json'));

  const first = await story.run('direct', { 'model-uri': 'models:/wine-quality/1', manifest: FILE }, { [FILE]: GRAPH });
  expect(first.outputs, first.shown).toMatchObject({ outcome: 'deployed', reason: 'ok' });
  expect(predictionOf(first), first.shown).toEqual(near(v1));
  expect(await scaled()).toBeGreaterThan(0);
  const { graph } = (await read()).spec.predictors[0];

  const proven = { 'model-uri': 'models:/wine-quality/2', 'prove-first': 'true' };
  const { end, traffic } = await story.runUnderLoad('direct', proven);
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'deployed', reason: 'ok' });
  expect(predictionOf(end), end.shown).toEqual(near(v2));
  expect(traffic.answered['v2']).toBeGreaterThan(0);
  expect(await scaled()).toBeGreaterThan(0);
  const { modelUri, ...model } = graph.children[0];
  const [updated, ...others] = (await read()).spec.predictors;
  expect(others).toEqual([]);
  expect(updated.graph).toEqual({ ...graph, children: [{ ...model, modelUri: end.outputs['model-storage-uri'] }] });
  expect(end.outputs['model-storage-uri']).not.toBe(modelUri);
});
