import { describe, expect, it } from 'vitest';
import { lastOtherWriter, otherManagersOf, refuseManaged, takeoverNote } from '../../../src/plan/live/ownership.ts';
import type { ManagedFields, SeldonDeployment } from '../../../src/seldon/seldon-deployment.ts';
import { aPlanRequest, applied } from '../../support/models.ts';

const PREDICTORS = { 'f:spec': { 'f:predictors': {} } };

function writtenBy(...managedFields: readonly ManagedFields[]): SeldonDeployment {
  const live = applied(aPlanRequest());
  return { ...live, metadata: { ...live.metadata, managedFields } };
}

function marked(part: 'labels' | 'annotations', key: string): SeldonDeployment {
  const live = applied(aPlanRequest());
  return { ...live, metadata: { ...live.metadata, [part]: { ...live.metadata[part], [key]: 'wine' } } };
}

describe('who wrote the predictors', () => {
  it('is everybody whose fields hold them, but not us, and not the operator that writes the status', () => {
    const live = writtenBy(
      { manager: 'mlflow-to-seldon', operation: 'Apply', fieldsV1: PREDICTORS },
      { manager: 'manager', operation: 'Update', subresource: 'status', fieldsV1: { 'f:status': {} } },
      { manager: 'kubectl-scale', operation: 'Update', fieldsV1: { 'f:spec': { 'f:replicas': {} } } },
      { manager: 'helm', operation: 'Update', fieldsV1: PREDICTORS },
      { manager: 'kubectl-edit', operation: 'Update', fieldsV1: PREDICTORS },
    );
    expect(otherManagersOf(live)).toEqual(['helm', 'kubectl-edit']);
    expect(takeoverNote(live)).toContain(
      '`spec.predictors` of SeldonDeployment seldon/wine was last written by `helm`, `kubectl-edit` (field manager): this action takes it over',
    );
  });

  it('is nobody else where only we wrote, and in a void', () => {
    expect(takeoverNote(writtenBy({ manager: 'mlflow-to-seldon', operation: 'Apply', fieldsV1: PREDICTORS }))).toBe(
      undefined,
    );
    expect(takeoverNote(undefined)).toBeUndefined();
  });
});

describe('an object that a GitOps tool keeps at what is in git', () => {
  const controlled = writtenBy({ manager: 'kustomize-controller', operation: 'Apply', fieldsV1: PREDICTORS });

  it.each([
    ['Argo CD', 'annotation `argocd.argoproj.io/tracking-id`', marked('annotations', 'argocd.argoproj.io/tracking-id')],
    ['Argo CD', 'label `argocd.argoproj.io/instance`', marked('labels', 'argocd.argoproj.io/instance')],
    ['Flux', 'label `kustomize.toolkit.fluxcd.io/name`', marked('labels', 'kustomize.toolkit.fluxcd.io/name')],
    ['Flux', 'label `helm.toolkit.fluxcd.io/name`', marked('labels', 'helm.toolkit.fluxcd.io/name')],
    ['Flux', 'field manager `kustomize-controller`', controlled],
  ])('%s is recognised by %s and refused, unless an input allows it', (tool, evidence, live) => {
    expect(() => refuseManaged(live, false)).toThrow(
      expect.objectContaining({
        code: 'object-not-ours',
        message: `SeldonDeployment seldon/wine is managed by ${tool} (${evidence})`,
        hint: expect.stringMatching(/`apply: false` with `manifest-file`.*`take-over: true`/),
      }),
    );
    expect(() => refuseManaged(live, true)).not.toThrow();
  });

  it('is no object that helm or kubectl installed once', () => {
    const live = marked('labels', 'app.kubernetes.io/managed-by');
    expect(() => refuseManaged(live, false)).not.toThrow();
  });
});

describe('who changed the spec last', () => {
  const entry = (manager: string, time: string, fields: object = { 'f:predictors': {} }): ManagedFields => {
    return { manager, operation: 'Update', time, fieldsV1: { 'f:spec': fields } };
  };

  it('is the newest of the others, but not who scales', () => {
    const live = writtenBy(
      entry('mlflow-to-seldon', '2026-11-27T08:00:09Z'),
      entry('helm', '2026-11-27T08:00:01Z', { 'f:protocol': {} }),
      entry('kubectl-edit', '2026-11-27T08:00:05Z'),
      entry('kubectl', '2026-11-27T08:00:08Z', { 'f:replicas': {} }),
    );
    expect(lastOtherWriter(live)).toEqual({
      words: 'another person or tool (field manager `kubectl-edit`)',
      cure: undefined,
    });
  });

  it('is a GitOps tool by its name, with the way in terms of our inputs', () => {
    const { words, cure } = lastOtherWriter(writtenBy(entry('argocd-controller', '2026-11-27T08:00:05Z')));
    expect(words).toBe('Argo CD (field manager `argocd-controller`)');
    expect(cure).toContain('`apply: false` with `manifest-file`');
  });

  it('is not known where nobody else is named', () => {
    expect(lastOtherWriter(undefined)).toEqual({ words: 'another person or tool', cure: undefined });
  });
});
