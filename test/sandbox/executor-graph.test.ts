import { expect, it } from 'vitest';
import { predictGraph } from '../../sandbox/executor/graph.ts';
import type { GraphNode } from '../../sandbox/operator/seldon-deployment.ts';

/** What the nodes are asked, in order, and what comes of it; each says its name, a chooser takes its second child. */
async function asked(
  graph: GraphNode,
  { protocol = 'seldon', broken = '' }: { protocol?: 'seldon' | 'v2'; broken?: string } = {},
) {
  const calls: string[] = [];
  const answer = await predictGraph(
    {
      protocol,
      ask: async ({ name }, path, body) => {
        calls.push(`${name} ${path} ${body}`);
        if (name === broken) return { kind: 'answered', status: 500, body: 'no' };
        const said =
          path === '/route' ? { data: { ndarray: [[1]] } } : protocol === 'v2' ? { outputs: [name] } : { by: name };
        return { kind: 'answered', status: 200, body: JSON.stringify(said) };
      },
    },
    graph,
    '{}',
  );
  return { calls, body: answer.kind === 'answered' ? `${answer.status} ${answer.body}` : answer.message };
}

const model = (name: string): GraphNode => ({ name, type: 'MODEL' });

it('a transformer changes the input before the model, and an output transformer the answer after it', async () => {
  const graph = {
    name: 'out',
    type: 'OUTPUT_TRANSFORMER',
    children: [{ name: 'in', type: 'TRANSFORMER', children: [model('m')] }],
  };
  expect(await asked(graph)).toEqual({
    calls: ['in /transform-input {}', 'm /predict {"by":"in"}', 'out /transform-output {"by":"m"}'],
    body: '200 {"by":"out"}',
  });
});

it('a router asks one child, a combiner all of them, and a node of another type hands the message on', async () => {
  const children = [model('a'), model('b')];
  expect((await asked({ name: 'r', type: 'ROUTER', children })).calls).toEqual(['r /route {}', 'b /predict {}']);
  expect((await asked({ name: 'c', type: 'COMBINER', children })).calls).toEqual([
    'a /predict {}',
    'b /predict {}',
    'c /aggregate {"seldonMessages":[{"by":"a"},{"by":"b"}]}',
  ]);
  expect(await asked({ name: 'plain', children })).toEqual({
    calls: ['a /predict {}', 'b /predict {}'],
    body: '200 {"by":"a"}',
  });
  const methods = { name: 'm', methods: ['TRANSFORM_INPUT', 'ROUTE'], children };
  expect((await asked(methods)).calls).toEqual([
    'm /transform-input {}',
    'm /route {"by":"m"}',
    'b /predict {"by":"m"}',
  ]);
});

it('an A/B test of the executor itself needs no container', async () => {
  const graph = (ratio: string): GraphNode => ({
    name: 'ab',
    implementation: 'RANDOM_ABTEST',
    parameters: [{ name: 'ratioA', type: 'FLOAT', value: ratio }],
    children: [model('a'), model('b')],
  });
  expect((await asked(graph('1'))).calls).toEqual(['a /predict {}']);
  expect((await asked(graph('0'))).calls).toEqual(['b /predict {}']);
});

it('the error of one node is the answer of the graph', async () => {
  const graph = { name: 'in', type: 'TRANSFORMER', children: [model('m')] };
  expect(await asked(graph, { broken: 'in' })).toEqual({ calls: ['in /transform-input {}'], body: '500 no' });
  expect((await asked({ name: 'c', type: 'COMBINER', children: [model('a'), model('b')] }, { broken: 'b' })).body).toBe(
    '500 no',
  );
});

it('with protocol v2 the outputs of one model are the inputs of the next', async () => {
  expect((await asked({ ...model('a'), children: [model('b')] }, { protocol: 'v2' })).calls).toEqual([
    'a /v2/models/a/infer {}',
    'b /v2/models/b/infer {"inputs":["a"]}',
  ]);
});
