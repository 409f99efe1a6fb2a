import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { secondObject } from '../../../src/plan/modes/second-object.ts';
import { legacyObjection } from '../../../src/seldon/ingress.ts';
import { ANNOTATIONS, type SeldonDeployment } from '../../../src/seldon/seldon-deployment.ts';
import type { Route } from '../../../src/seldon/snapshot.ts';
import { aModel, aPlanRequest, applied, someOptions, someShares } from '../../support/models.ts';

const GUIDE_URI = 's3://mlflow/1/0123456789abcdef0123456789abcdef/artifacts/model';

function golden(name: string): SeldonDeployment {
  const path = new URL(`../../fixtures/manifests/${name}.yaml`, import.meta.url);
  return load(readFileSync(path, 'utf8')) as SeldonDeployment;
}

function annotated(dialect: string): readonly Route[] {
  return [{ kind: 'Service', dialect, name: 'wine-main', backends: [] }];
}

const request = aPlanRequest({
  name: 'wine-canary',
  model: aModel({ storageUri: GUIDE_URI }),
  options: someOptions({ replicas: 1 }),
  share: someShares({ traffic: 25, routing: 'ambassador-annotations' }),
  ingress: { served: ['v1alpha2'], routes: annotated('ambassador/v0') },
  front: { name: 'wine', live: applied(aPlanRequest()) },
});

/** What the guide leaves out: marker, pinned metrics port, deadline, timeout, our notes. */
function withoutOurs(manifest: SeldonDeployment): unknown {
  const { annotations: _notes, ...metadata } = manifest.metadata;
  const { 'seldon.io/rest-timeout': _timeout, ...annotations } = manifest.spec.annotations ?? {};
  const predictors = manifest.spec.predictors.map(({ progressDeadlineSeconds: _, annotations: marks, ...one }) => {
    expect(Object.keys(marks ?? {})).toEqual([ANNOTATIONS.rollout]);
    const specs = structuredClone(one.componentSpecs ?? []);
    for (const spec of specs) for (const container of spec.spec?.containers ?? []) delete container['ports'];
    return { ...one, componentSpecs: specs };
  });
  return { ...manifest, metadata, spec: { ...manifest.spec, annotations, predictors } };
}

describe("the guide's second SeldonDeployment", () => {
  it('is what the guide writes for a canary', () => {
    const { manifest } = secondObject({ ...request, mode: 'canary' });
    expect(withoutOurs(manifest)).toEqual(golden('guide-canary'));
  });

  it('is what the guide writes for a shadow', () => {
    const { manifest } = secondObject({ ...request, mode: 'shadow', name: 'wine-shadow' });
    expect(withoutOurs(manifest)).toEqual(golden('guide-shadow'));
  });

  it('is refused where the operator would give it half of the requests, with the mode that works', () => {
    const now = { served: ['v1', 'v1alpha2'], routes: [] };
    expect(() => secondObject({ ...request, mode: 'canary', ingress: now })).toThrow(
      /ignores `seldon.io\/ambassador-weight`/,
    );
  });
});

describe('operators that support the annotations', () => {
  it.each([
    ['canary', ['v1alpha2'], 'ambassador/v0', undefined],
    ['shadow', ['v1alpha2'], 'ambassador/v0', undefined],
    ['canary', ['v1alpha2'], 'ambassador/v1', 'ignores `seldon.io/ambassador-weight`'],
    ['shadow', ['v1alpha2'], 'ambassador/v1', undefined],
    ['canary', ['v1', 'v1alpha2'], 'ambassador/v1', 'Seldon 1.x'],
    ['shadow', ['v1', 'v1alpha2'], 'ambassador/v1', 'Seldon 1.x'],
    ['canary', ['v1alpha2'], undefined, 'it is not known if this operator supports'],
  ] as const)('%s with %j served and %s routes: %s', (mode, served, dialect, sentence) => {
    const objection = legacyObjection(mode, { served, routes: dialect === undefined ? [] : annotated(dialect) });
    if (sentence === undefined) expect(objection).toBeUndefined();
    else expect(objection).toContain(sentence);
  });
});
