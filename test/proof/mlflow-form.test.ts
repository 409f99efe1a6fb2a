import { describe, expect, it } from 'vitest';
import { fromMlflowForm } from '../../src/proof/mlflow-form.ts';

describe("a request in MLflow's own form", () => {
  it.each([
    [{ dataframe_split: { columns: ['a', 'b'], data: [[1, 2]] } }, { names: ['a', 'b'], ndarray: [[1, 2]] }],
    [
      { dataframe_records: [{ a: 1, b: 2 }, { a: 3 }] },
      {
        names: ['a', 'b'],
        ndarray: [
          [1, 2],
          [3, null],
        ],
      },
    ],
    [{ instances: [[1, 2]] }, { ndarray: [[1, 2]] }],
    [{ inputs: [[1, 2]] }, { ndarray: [[1, 2]] }],
  ])('%j is sent in the form of protocol seldon, and that is reported', (request, data) => {
    const { body, warning } = fromMlflowForm(JSON.stringify(request), 'seldon');
    expect(JSON.parse(body)).toEqual({ data });
    expect(warning).toMatch(/MLflow's own form/);
  });

  it('is refused for protocol v2, whose form is shown', () => {
    const work = () => fromMlflowForm('{"dataframe_split": {"columns": ["a"], "data": [[1]]}}', 'v2');
    expect(work).toThrow(expect.objectContaining({ code: 'bad-input', hint: expect.stringContaining('"datatype"') }));
  });
});

it.each([
  ['{"data": {"ndarray": [[1]]}}', 'seldon'],
  ['{"inputs": [{"name": "x", "shape": [1], "datatype": "FP64", "data": [1]}]}', 'v2'],
  ['{"jsonData": {}}', 'seldon'],
] as const)('a request in the form of its protocol stays as it is: %s', (body, protocol) => {
  expect(fromMlflowForm(body, protocol)).toEqual({ body, warning: undefined });
});
