import { dump } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { readBaseManifest, readManifestNames } from '../../src/plan/given/base-manifest.ts';
import { parseManifest } from '../../src/plan/given/parse-manifest.ts';
import { direct } from '../../src/plan/modes/direct.ts';
import type { SeldonDeployment } from '../../src/seldon/seldon-deployment.ts';
import { cpuTime } from '../support/cpu-time.ts';
import { aModel, aPlanRequest, applied } from '../support/models.ts';

const REF = { namespace: 'seldon', name: 'wine' };

function reader(text: string) {
  return { read: async () => text };
}

function base(text: string, apiVersion: 'v1' | 'v1alpha2' = 'v1') {
  return readBaseManifest(reader(text), { manifest: 'base.yaml', apiVersion }, REF);
}

/** Kubernetes prints JSON texts, and a flow mapping begins like JSON. */
const ONE = `apiVersion: machinelearning.seldon.io/v1
kind: SeldonDeployment
metadata: {name: wine}
spec:
  predictors: [{name: default, graph: {name: classifier}}]
`;
const HELM = `apiVersion: machinelearning.seldon.io/v1
kind: SeldonDeployment
metadata:
  name: {{ .Values.deploymentName | default (include "seldon-model.fullname" .) }}
  labels:
    {{- with .Values.labels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  predictors: []
`;

describe('a base manifest', () => {
  it.each([
    ['a template of Helm', HELM, /is a template.*render it first.*helm template/],
    ['a template whose values are in quotes', ONE.replace('name: wine', 'name: "{{ .Values.name }}"'), /is a template/],
    ['a template that is YAML by chance', ONE.replace('name: default', 'name: {{ name }}'), /is a template/],
    ['a kustomization', 'kind: Kustomization\nresources: [wine.yaml]\n', /part of a kustomization.*kustomize build/],
    ['a JSON patch', '- {op: replace, path: /spec/replicas, value: 2}\n', /part of a kustomization/],
    [
      'a patch of kustomize',
      'kind: SeldonDeployment\nmetadata: {name: wine}\nspec: {replicas: 2}\n',
      /spec\.predictors.*a patch/,
    ],
    [
      'a Model of Seldon Core 2',
      'apiVersion: mlops.seldon.io/v1alpha1\nkind: Model\n',
      /is not a SeldonDeployment of Seldon Core 1, but a Model/,
    ],
    ['of the first API version', ONE.replace('.io/v1', '.io/v1alpha1'), /API version v1alpha1.*componentSpecs/],
    ['of another group', ONE.replace('machinelearning.seldon.io', 'acme.io'), /API version acme\.io\/v1/],
    ['two SeldonDeployments', `${ONE}---\n${ONE}`, /2 documents and 2 SeldonDeployments/],
    ['other documents alone', 'kind: Secret\n---\nkind: ConfigMap\n', /2 documents and no SeldonDeployment/],
    ['no graph', ONE.replace(', graph: {name: classifier}', ''), /spec\.predictors\[0\]\.graph is missing/],
    ['a graph that is a list', ONE.replace('{name: classifier}', '[classifier]'), /graph is no mapping/],
    [
      'a container without a name',
      ONE.replace('{name: default,', '{componentSpecs: [{spec: {containers: [{image: a}]}}],'),
      /containers\[0\]\.name is missing/,
    ],
    [
      'pods without containers',
      ONE.replace('{name: default,', '{componentSpecs: [{spec: {volumes: []}}],'),
      /spec\.containers is no list/,
    ],
    [
      'a label that is a number',
      ONE.replace('{name: wine}', '{name: wine, labels: {tier: 1}}'),
      /labels\.tier is no text: write it in quotes/,
    ],
  ])('is refused when it is or has %s, with what to do', async (_, text, words) => {
    const refused = await base(text).then(
      () => undefined,
      (error: unknown) => error as Error & { hint?: string },
    );
    expect(`${refused?.message} ${refused?.hint}`.replaceAll('\n', ' ')).toMatch(words);
    expect(refused).toMatchObject({ code: 'manifest-invalid' });
  });

  it.each([
    [
      'JSON, indented with tabs',
      JSON.stringify({ kind: 'SeldonDeployment', spec: { predictors: [{ graph: { name: 'c' } }] } }, null, '\t'),
      [],
    ],
    [
      'one document among others',
      `kind: ConfigMap\nmetadata: {name: cfg}\n---\n${ONE}`,
      [/also contains ConfigMap cfg: this is not applied/],
    ],
    [
      'a List of one',
      dump({
        kind: 'List',
        items: [
          { kind: 'SeldonDeployment', metadata: { name: 'wine' }, spec: { predictors: [{ graph: { name: 'c' } }] } },
        ],
      }),
      [],
    ],
    [
      'of the API version v1alpha2',
      ONE.replace('.io/v1', '.io/v1alpha2'),
      [/applied as v1, by the input `api-version`/],
    ],
    [
      'of another name',
      ONE.replace('{name: wine}', '{name: cellar, namespace: prod}'),
      [/metadata.name: cellar.*says wine/, /metadata.namespace: prod.*says seldon/],
    ],
    [
      'with the annotation graph-node in the wrong place',
      ONE.replace('{name: wine}', '{name: wine, annotations: {mlflow-to-seldon.github.io/graph-node: c}}'),
      [/graph-node at the object: it only counts at the predictor/],
    ],
    [
      'with a text that looks like a template',
      ONE.replace('{name: wine}', "{name: wine, annotations: {note: 'latency: {{ $value }}'}}"),
      [],
    ],
    [
      'with double braces in a text',
      ONE.replace('{name: wine}', "{name: wine, annotations: {note: 'greet {{name}}'}}"),
      [],
    ],
  ])('may be %s', async (_, text, warnings) => {
    const given = await base(text);
    expect(given?.object.spec.predictors).toHaveLength(1);
    expect(given?.warnings).toHaveLength(warnings.length);
    for (const [at, words] of warnings.entries()) expect(given?.warnings[at]).toMatch(words);
  });

  it('of a preview has the name without its suffix, which is no contradiction', async () => {
    const ref = { namespace: 'seldon', name: 'wine-pr-7' };
    expect((await readBaseManifest(reader(ONE), { manifest: 'base.yaml', apiVersion: 'v1' }, ref))?.warnings).toEqual(
      [],
    );
  });

  it('says its name and namespace before anything else is read', async () => {
    expect(await readManifestNames(reader(ONE.replace('wine}', 'wine, namespace: cellar}')), 'base.yaml')).toEqual({
      name: 'wine',
      namespace: 'cellar',
    });
    expect(await readManifestNames(reader(ONE.replace('{name: wine}', '{}')), 'base.yaml')).toEqual({});
  });
});

/** What `kubectl get -o yaml` prints of a live object. */
function printed(object: SeldonDeployment, generation: number): string {
  const annotations = {
    ...object.metadata.annotations,
    'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(object),
  };
  const server = {
    uid: 'u-1',
    resourceVersion: `${generation}`,
    generation,
    creationTimestamp: '2026-11-02T08:15:00Z',
    selfLink: '/x',
  };
  const managedFields = [{ manager: 'kubectl', fieldsV1: { 'f:spec': {} } }];
  return dump({
    ...object,
    metadata: { ...object.metadata, ...server, annotations, managedFields },
    status: { state: 'Available' },
  });
}

describe('what kubectl printed of a live object, as base manifest', () => {
  it('leads to an object of the same size after five deployments, and to no change for the same model', async () => {
    let live = applied(aPlanRequest());
    const sizes: number[] = [];
    for (const generation of [1, 2, 3, 4, 5]) {
      const given = await base(printed(live, generation));
      const model = aModel({ storageUri: `s3://mlflow/1/models/m-${generation + 1}/artifacts` });
      const request = aPlanRequest({ live, base: given?.object, model });
      live = applied(request);
      sizes.push(JSON.stringify(live).length);
      const again = await base(printed(live, generation));
      expect(direct({ ...request, live, base: again?.object }).changes).toEqual([]);
    }
    expect(new Set(sizes.slice(1)).size).toBe(1);
    expect(sizes[0]).toBeLessThanOrEqual((sizes[1] ?? 0) + 10);
    const text = JSON.stringify(live);
    expect(text.match(/last-applied|managedFields|selfLink/g)).toBeNull();
    expect(text.match(/mlflow-to-seldon\.github\.io\/rendered/g)).toHaveLength(1);
  });
});

describe('a manifest of half a megabyte, the longest that is read', () => {
  const anchors = (levels: number) =>
    Array.from(
      { length: levels },
      (_, at) => `a${at}: &a${at} [${Array.from({ length: 9 }, () => (at === 0 ? 'x' : `*a${at - 1}`)).join(', ')}]`,
    ).join('\n');
  const HALF = 490_000;
  const long = (text: string) => text.repeat(Math.floor(HALF / text.length));
  it.each([
    ['aliases that stand for billions of values', `${ONE}${anchors(30)}\n`, /too large or too deep|is not YAML/],
    [
      'a long text that is repeated',
      `${ONE}a: &a ${'x'.repeat(480_000)}\nb: [${Array.from({ length: 900 }, () => '*a').join(', ')}]\n`,
      /too large/,
    ],
    ['a list that contains itself', `${ONE}a: &a [*a]\n`, /too large or too deep/],
    ['lists in lists', `${ONE}a: ${'['.repeat(480_000)}`, /is not YAML/],
    ['mappings in mappings', `${ONE}a: ${'{a: '.repeat(120_000)}`, /is not YAML/],
    [
      'merge keys',
      `${ONE}a: &a {${Array.from({ length: 30_000 }, (_, at) => `k${at}: 1`).join(', ')}}\n${Array.from({ length: 900 }, (_, at) => `m${at}: {<<: *a}`).join('\n')}\n`,
      /is not YAML|too large/,
    ],
    ['values without end', `${ONE}a: [${long('1, ').slice(0, 480_000)}]\n`, /too large/],
    ['documents without end', long('---\na: 1\n'), /documents|too large/],
    ['a megabyte', `${ONE}${long('# comment\n').repeat(2)}`, /more than 500000 characters/],
    ['double braces', `${ONE}a: ${'{'.repeat(480_000)}`, /is a template/],
    ['an open quote', `${ONE}a: "${'x '.repeat(240_000)}`, /is not YAML/],
    ['question marks', `${ONE}${long('? ').slice(0, 480_000)}`, /is not YAML|too large/],
    ['tags', `${ONE}a: ${long('!a ').slice(0, 480_000)}`, /is not YAML/],
  ])('is judged within a second: %s', (_, text, words) => {
    // The fastest of a few: other processes may have the processor meanwhile.
    let fastest = Number.POSITIVE_INFINITY;
    for (let trial = 0; trial < 5 && fastest >= 1000; trial++) {
      const began = cpuTime();
      expect(() => parseManifest(text, 'base.yaml', 'manifest')).toThrow(words);
      fastest = Math.min(fastest, cpuTime() - began);
    }
    expect(fastest).toBeLessThan(1000);
  });
});
