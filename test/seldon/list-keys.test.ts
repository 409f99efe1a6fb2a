import { describe, expect, it } from 'vitest';
import { changesBetween } from '../../src/plan/changes.ts';
import { overlay } from '../../src/plan/overlay.ts';
import { keyedList } from '../../src/seldon/list-keys.ts';

describe('a list is keyed as Kubernetes keys it', () => {
  it.each([
    [
      'volumeMounts',
      [
        { name: 'v', mountPath: '/a' },
        { name: 'v', mountPath: '/b' },
      ],
      ['/a', '/b'],
    ],
    ['ports', [{ containerPort: 53, protocol: 'UDP' }, { containerPort: 53 }], ['53/UDP', '53/TCP']],
    ['env', [{ name: 'A' }, { name: 'B' }], ['A', 'B']],
    ['hostAliases', [{ ip: '10.0.0.1' }], ['10.0.0.1']],
    [
      'topologySpreadConstraints',
      [{ topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' }],
      ['zone/DoNotSchedule'],
    ],
    ['componentSpecs', [{ hpaSpec: {} }, { spec: {} }], ['0', '1']],
  ])('%s', (field, list, keys) => {
    expect([...(keyedList(field, list)?.keys() ?? [])]).toEqual(keys);
  });

  it.each([
    ['tolerations', [{ key: 'gpu' }]],
    ['args', ['a', 'b']],
    ['env', [{ name: 'A' }, { name: 'A' }]],
    ['volumeMounts', [{ name: 'no path' }]],
  ])('%s is one value as a whole where it has no key, or not one for each item', (field, list) => {
    expect(keyedList(field, list)).toBeUndefined();
  });
});

describe('merge and change list use the same keys', () => {
  const twice = {
    volumeMounts: [
      { name: 'v', mountPath: '/a', readOnly: true },
      { name: 'v', mountPath: '/b' },
    ],
  };

  it('two mounts of one volume stay two, at the second deploy as well', () => {
    expect(overlay(twice, twice, twice)).toEqual(twice);
    expect(changesBetween(twice, overlay(twice, twice, twice))).toEqual([]);
  });

  it('a mount that changes is named by its path', () => {
    const after = {
      volumeMounts: [
        { name: 'v', mountPath: '/a', readOnly: false },
        { name: 'v', mountPath: '/b' },
      ],
    };
    expect(changesBetween(twice, after)).toEqual(['volumeMounts[/a].readOnly: true → false']);
  });

  it('unnamed ports of others stay, and ours are not lost', () => {
    const live = { ports: [{ containerPort: 8080 }] };
    const ours = { ports: [{ name: 'metrics', containerPort: 6000, protocol: 'TCP' }] };
    expect(overlay<unknown>(live, ours)).toEqual({ ports: [...live.ports, ...ours.ports] });
  });

  it('a component that only scales stays, and gets our containers', () => {
    const live = { componentSpecs: [{ hpaSpec: { minReplicas: 2 } }] };
    const ours = { componentSpecs: [{ spec: { containers: [{ name: 'prediction' }] } }] };
    expect(overlay<unknown>(live, ours)).toEqual({
      componentSpecs: [{ hpaSpec: { minReplicas: 2 }, ...ours.componentSpecs[0] }],
    });
  });
});
