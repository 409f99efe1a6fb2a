import { expect, it } from 'vitest';
import type { Signature } from '../../src/model/model.ts';
import { deployModes } from '../../src/plan/modes/index.ts';
import { type PlanPreview, previewOf } from '../../src/plan/plan-preview.ts';
import { aModel, aPlanRequest, applied, namedColumns, someOptions } from '../support/models.ts';

const live = applied(aPlanRequest());
const NEW = aModel({ storageUri: 's3://mlflow/2' });

interface Told {
  readonly signature?: Signature;
  readonly tags?: Readonly<Record<string, string>>;
  readonly metrics?: Readonly<Record<string, number>>;
}

function preview(before: Told, after: Told): PlanPreview {
  const described = ({ signature, ...details }: Told) => ({
    model: { isDescribed: true, signature },
    details: {
      description: undefined,
      tags: new Map(Object.entries(details.tags ?? {})),
      metrics: new Map(Object.entries(details.metrics ?? {})),
    },
  });
  const plan = deployModes.direct(aPlanRequest({ live, model: NEW }));
  return previewOf({ live, plan, before: described(before), after: described(after), estimates: [], stepSeconds: 60 });
}

it('reports columns that are added, removed or change their type', () => {
  const retyped: Signature = {
    inputs: {
      kind: 'columns',
      columns: [
        { name: 'b', type: 'long', required: false },
        { name: 'c', type: 'double', required: true },
      ],
    },
    outputs: undefined,
  };
  expect(preview({ signature: namedColumns('a', 'b') }, { signature: retyped }).signature).toEqual([
    'input a is removed (was double)',
    'input b: double → long, optional',
    'input c is new: double',
  ]);
  expect(preview({ signature: namedColumns('a') }, { signature: namedColumns('a') }).signature).toEqual([]);
});

it('sets metrics beside each other, and names the tags that differ', () => {
  const { metrics, tags } = preview(
    { metrics: { rmse: 0.7, old: 1 }, tags: { stage: 'prod', team: 'a' } },
    { metrics: { rmse: 0.6, mae: 2 }, tags: { stage: 'dev', team: 'a' } },
  );
  expect(metrics).toEqual([
    { name: 'mae', before: undefined, after: 2 },
    { name: 'old', before: 1, after: undefined },
    { name: 'rmse', before: 0.7, after: 0.6 },
  ]);
  expect(tags).toEqual(['stage: prod → dev']);
});

it('reports which pods restart, are added or removed, and why', () => {
  const pods = (mode: keyof typeof deployModes, over: Parameters<typeof aPlanRequest>[0]) => {
    const plan = deployModes[mode](aPlanRequest({ mode, live, ...over }));
    const nothing = { model: { isDescribed: false, signature: undefined }, details: undefined };
    return previewOf({ live, plan, before: nothing, after: nothing, estimates: [], stepSeconds: 60 }).pods;
  };
  expect(pods('direct', { model: NEW })).toEqual(['main: 1 pod to be replaced by a rolling update, another model']);
  expect(pods('canary', { model: NEW })).toEqual(['canary: 1 pod to be created']);
  expect(pods('direct', { options: someOptions({ replicas: 3 }) })).toEqual(['main: 1 pod → 3']);
  expect(pods('direct', { options: someOptions({ envSecret: 's3' }) })).toEqual([
    'main: 1 pod to be replaced by a rolling update, other settings',
  ]);
  expect(pods('direct', {})).toEqual(['no pod is replaced']);
});
