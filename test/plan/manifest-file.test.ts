import { describe, expect, it } from 'vitest';
import { parseManifest } from '../../src/plan/given/parse-manifest.ts';
import { formatManifest, mergedFile } from '../../src/plan/manifest-file.ts';
import { direct } from '../../src/plan/modes/direct.ts';
import { ANNOTATIONS, type SeldonDeployment } from '../../src/seldon/seldon-deployment.ts';
import { aModel, aPlanRequest, someOptions } from '../support/models.ts';

const CONTEXT = {
  repository: 'acme/wine',
  runUrl: 'https://run',
  commit: 'abc',
  actor: 'maria',
  event: 'push',
  pullRequest: 7,
};

/** What a run that ships this model makes of a file. */
function rendered(live?: SeldonDeployment, over: Parameters<typeof aPlanRequest>[0] = {}): SeldonDeployment {
  return mergedFile(live, direct(aPlanRequest({ live, context: CONTEXT, ...over })).manifest);
}

function read(text: string): SeldonDeployment {
  const object = parseManifest(text, 'deploy/wine.yaml', 'manifest-file');
  if (object === undefined) throw new Error('the file is empty');
  return object;
}

describe('a file of a SeldonDeployment', () => {
  it('is read as it was written, and written again the same', () => {
    const text = formatManifest(rendered());
    expect(read(text)).toEqual(rendered());
    expect(formatManifest(rendered(read(text)))).toBe(text);
  });

  it('holds no trace of a run or of a cluster', () => {
    const exported = {
      uid: 'u-1',
      resourceVersion: '7',
      generation: 3,
      creationTimestamp: '2026-11-02T08:15:00Z',
      managedFields: [{ manager: 'x' }],
    };
    const live = rendered();
    const annotations = {
      ...live.metadata.annotations,
      [ANNOTATIONS.runUrl]: 'https://run',
      [ANNOTATIONS.history]: '[]',
      'kubectl.kubernetes.io/last-applied-configuration': '{}',
    };
    const metadata = { ...live.metadata, ...exported, annotations };
    const again = rendered({ ...live, metadata, status: { state: 'Available' } });
    expect(again).toEqual(live);
    expect(formatManifest(again)).not.toMatch(/https:\/\/run|abc|maria|pull-request/);
  });

  it('keeps what others wrote in it, wherever it stands', () => {
    const file = rendered();
    const metadata = {
      ...file.metadata,
      labels: { team: 'wine' },
      annotations: { 'argocd.argoproj.io/sync-wave': '2', ...file.metadata.annotations },
      finalizers: ['wine.example.com/keep'],
    };
    const edited = { ...file, metadata, spec: { ...file.spec, name: 'cellar' } };
    const next = rendered(edited, { model: aModel({ storageUri: 's3://mlflow/1/models/m-2/artifacts' }) });
    expect(next.metadata).toMatchObject({
      labels: { team: 'wine' },
      annotations: { 'argocd.argoproj.io/sync-wave': '2' },
      finalizers: ['wine.example.com/keep'],
    });
    expect(next.spec).toMatchObject({ name: 'cellar' });
  });

  it('loses what was rendered earlier and is not any more', () => {
    const base: SeldonDeployment = {
      apiVersion: '',
      kind: 'SeldonDeployment',
      metadata: { name: 'wine', labels: { tier: 'gold' }, annotations: { owner: 'ml' } },
      spec: { annotations: { 'seldon.io/ambassador-retries': '3' }, predictors: [] },
    };
    const file = rendered(undefined, { base, options: someOptions({ orchestrator: false }) });
    expect(file.metadata).toMatchObject({ labels: { tier: 'gold' }, annotations: { owner: 'ml' } });
    const next = rendered(file);
    expect(next.metadata).not.toHaveProperty('labels');
    expect(next.metadata.annotations).not.toHaveProperty('owner');
    expect(next.spec.annotations).toEqual({ 'seldon.io/rest-timeout': '300000' });
    expect(next.spec.predictors[0]?.annotations).not.toHaveProperty(['seldon.io/no-engine']);
  });

  it('means what it means to kubectl: octal numbers, yes and no, merge keys', () => {
    const text = `kind: SeldonDeployment
metadata: {name: wine}
spec:
  predictors: []
  mode: 0644
  isOn: yes
  defaults: &defaults {a: 1}
  own: {<<: *defaults, b: 2}
`;
    expect(read(text).spec).toMatchObject({ mode: 420, isOn: true, own: { a: 1, b: 2 } });
  });

  it('may have keys without a value', () => {
    const file = read(
      'kind: SeldonDeployment\nmetadata:\n  name: wine\n  labels:\n  annotations:\nspec: {predictors: []}\n',
    );
    expect(rendered(file)).toEqual(rendered());
  });

  it.each(['', '# nothing yet\n', '---\n'])('of which %j is all there is says nothing', (text) => {
    expect(parseManifest(text, 'deploy/wine.yaml', 'manifest-file')).toBeUndefined();
  });

  it.each([
    ['a: [', 'is not YAML'],
    ['kind: SeldonDeployment\nspec: {predictors: []}\n---\nkind: ConfigMap\n', 'contains 2 YAML documents'],
    ['kind: SeldonDeployment\nspec: {}\n', 'is not a SeldonDeployment with spec.predictors'],
    ['- 1\n', 'is not a SeldonDeployment with spec.predictors'],
  ])('is refused when it is %j', (text, sentence) => {
    expect(() => read(text)).toThrow(`deploy/wine.yaml (input \`manifest-file\`) ${sentence}`);
  });
});
