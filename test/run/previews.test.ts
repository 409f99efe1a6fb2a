import { describe, expect, it } from 'vitest';
import { ageInWords, previewsAmong } from '../../src/run/previews.ts';
import { ANNOTATIONS, FIELD_MANAGER, type SeldonDeployment } from '../../src/seldon/seldon-deployment.ts';
import { isPreviewName } from '../../src/settings/preview-name.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z');

function object(name: string, created: string, metadata: Partial<SeldonDeployment['metadata']> = {}): SeldonDeployment {
  const annotations = { [ANNOTATIONS.rendered]: '{}' };
  return {
    apiVersion: 'machinelearning.seldon.io/v1',
    kind: 'SeldonDeployment',
    metadata: { name, creationTimestamp: created, annotations, ...metadata },
    spec: { predictors: [] },
  };
}

describe('previews', () => {
  it('are those of that name which this action made, oldest first', () => {
    const objects = [
      object('wine', '2026-01-01T00:00:00Z'),
      object('wine-pr-7', '2026-11-20T12:00:00Z'),
      object('wine-pr-8', '2026-11-01T12:00:00Z'),
      object('wine-pr-x', '2026-01-01T00:00:00Z'),
      object('wine-pr-7-b', '2026-01-01T00:00:00Z'),
      object('red-wine-pr-7', '2026-01-01T00:00:00Z'),
      object('wine-pr-9', '2026-01-01T00:00:00Z', { annotations: {} }),
    ];
    const found = previewsAmong(objects, { name: 'wine', now: NOW });
    expect(found.map((one) => [one.object.metadata.name, ageInWords(one.age)])).toEqual([
      ['wine-pr-8', '22 days'],
      ['wine-pr-7', '3 days'],
    ]);
  });

  it('age from the last time that we shipped them; what others wrote since, or the operator, does not count', () => {
    const fields = (manager: string, time: string, subresource?: string) => ({
      manager,
      operation: 'Apply',
      time,
      ...(subresource !== undefined && { subresource }),
    });
    const managedFields = [
      fields(FIELD_MANAGER, '2026-11-20T12:00:00Z'),
      fields('kubectl-edit', '2026-11-23T11:00:00Z'),
      fields('manager', '2026-11-23T11:59:00Z', 'status'),
    ];
    const [one] = previewsAmong([object('wine-pr-7', '2026-01-01T00:00:00Z', { managedFields })], {
      name: 'wine',
      now: NOW,
    });
    expect(ageInWords(one?.age ?? 0)).toBe('3 days');
  });

  it('whose time nobody can read count as new', () => {
    const [one] = previewsAmong([object('wine-pr-7', 'yesterday')], { name: 'wine', now: NOW });
    expect(one?.age).toBe(0);
  });

  it('are known by their names', () => {
    expect(['wine-pr-7', '-pr-7', 'wine', 'wine-pr-', 'wine-pr-7x'].map(isPreviewName)).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});

it.each([
  [0, '0 hours'],
  [3_700_000, '1 hour'],
  [47 * 3_600_000, '47 hours'],
  [50 * 3_600_000, '2 days'],
])('%i ms are %s', (age, words) => {
  expect(ageInWords(age)).toBe(words);
});
