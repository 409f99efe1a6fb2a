import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { contains } from '../../src/base/json-value.ts';
import { direct } from '../../src/plan/modes/direct.ts';
import { ANNOTATIONS, type Predictor, type SeldonDeployment } from '../../src/seldon/seldon-deployment.ts';
import { aModel, aPlanRequest, applied, namedColumns, someOptions } from '../support/models.ts';

const GUIDE_URI = 's3://mlflow/1/0123456789abcdef0123456789abcdef/artifacts/model';
const guide = load(
  readFileSync(new URL('../fixtures/manifests/guide.yaml', import.meta.url), 'utf8'),
) as SeldonDeployment;

function mainOf(object: SeldonDeployment): Predictor {
  const [main] = object.spec.predictors;
  if (main === undefined) throw new Error('no predictor');
  return main;
}

function containerOf(object: SeldonDeployment): Record<string, unknown> {
  return { ...mainOf(object).componentSpecs?.[0]?.spec?.containers[0] };
}

describe('given the values of the guide', () => {
  const plan = direct(
    aPlanRequest({
      model: aModel({ storageUri: GUIDE_URI }),
      options: someOptions({ apiVersion: 'v1alpha2', replicas: 1 }),
    }),
  );
  const { manifest } = plan;

  it('renders every field of the guide with its value', () => {
    const [ours] = manifest.spec.predictors;
    const [theirs] = guide.spec.predictors;
    expect(contains({ ...manifest, spec: { predictors: 0 } }, { ...guide, spec: { predictors: 0 } })).toBe(true);
    expect(ours).toMatchObject(theirs as object);
  });

  it('adds to it only what the guide leaves out: marker, pinned metrics port, deadline and timeout', () => {
    const { annotations, progressDeadlineSeconds, componentSpecs, ...rest } = mainOf(manifest);
    const { componentSpecs: _, ...guideRest } = mainOf(guide);
    const { ports, ...container } = containerOf(manifest);
    expect(rest).toEqual(guideRest);
    expect(container).toEqual(containerOf(guide));
    expect(ports).toEqual([{ name: 'metrics', containerPort: 6000, protocol: 'TCP' }]);
    expect(componentSpecs).toHaveLength(1);
    expect(progressDeadlineSeconds).toBe(680);
    expect(annotations).toEqual({ [ANNOTATIONS.rollout]: expect.stringMatching(/^[0-9a-f]{16}$/) });
    expect(manifest.spec.annotations).toEqual({ 'seldon.io/rest-timeout': '300000' });
  });

  it('shows a person YAML without the notes that only mean something to us', () => {
    expect(load(plan.yaml)).not.toHaveProperty(['metadata', 'annotations', ANNOTATIONS.rendered]);
    expect(plan.yaml).toContain(`modelUri: ${GUIDE_URI}`);
  });
});

describe('what the inputs and the model say', () => {
  it('hands named columns to the model as a DataFrame', () => {
    const { manifest } = direct(aPlanRequest({ model: aModel({ signature: namedColumns('a', 'b') }) }));
    expect(mainOf(manifest).graph.parameters).toEqual([{ name: 'xtype', type: 'STRING', value: 'DataFrame' }]);
  });

  it('writes no number of replicas that nobody asked for: it would win over `kubectl scale`', () => {
    expect(mainOf(direct(aPlanRequest()).manifest)).not.toHaveProperty('replicas');
    const base = structuredClone(guide);
    expect(mainOf(direct(aPlanRequest({ base })).manifest).replicas).toBe(1);
    delete base.spec.predictors[0]?.replicas;
    base.spec.replicas = 3;
    const { manifest } = direct(aPlanRequest({ base }));
    expect(manifest.spec.replicas).toBe(3);
    expect(mainOf(manifest)).not.toHaveProperty('replicas');
  });

  it('leaves out the orchestrator, names the secret and the account', () => {
    const options = someOptions({ orchestrator: false, envSecret: 'rclone-s3', serviceAccount: 'models', replicas: 3 });
    const main = mainOf(direct(aPlanRequest({ options })).manifest);
    expect(main.annotations).toMatchObject({ 'seldon.io/no-engine': 'true' });
    expect(main.graph).toMatchObject({ envSecretRefName: 'rclone-s3', serviceAccountName: 'models' });
    expect(main.replicas).toBe(3);
  });

  it('gives a startup probe the same budget and lets a fast model in at once', () => {
    const container = containerOf(direct(aPlanRequest({ options: someOptions({ startupProbe: true }) })).manifest);
    expect(container).toMatchObject({
      startupProbe: { failureThreshold: 560, periodSeconds: 1, httpGet: { path: '/health/ping' } },
    });
    expect(container['readinessProbe']).not.toHaveProperty('initialDelaySeconds');
  });

  it('asks MLServer on its own paths, also in the startup probe that the operator does not rewrite', () => {
    const options = someOptions({ protocol: 'v2', startupProbe: true });
    const { manifest } = direct(aPlanRequest({ options }));
    expect(manifest.spec.protocol).toBe('v2');
    expect(containerOf(manifest)).toMatchObject({ startupProbe: { httpGet: { path: '/v2/models/prediction/ready' } } });
    expect(containerOf(manifest)).not.toHaveProperty('ports');
  });

  it('waits once for each batch of replicas that rolls, unless told how long', () => {
    expect(direct(aPlanRequest({ options: someOptions({ replicas: 3 }) })).budget).toEqual({
      progressDeadline: 680,
      timeout: 2040,
    });
    expect(direct(aPlanRequest({ timeout: 90 })).budget).toEqual({ progressDeadline: 90, timeout: 90 });
  });
});

describe('over a live object', () => {
  const first = aPlanRequest({
    model: aModel({ signature: namedColumns('a') }),
    options: someOptions({ envSecret: 'rclone-s3' }),
  });
  const next = {
    ...first,
    model: aModel({ storageUri: 's3://mlflow/1/models/m-2/artifacts', signature: namedColumns('a') }),
  };

  it('finds no change if everything is set already', () => {
    const again = direct({ ...first, live: applied(first) });
    expect(again.unchanged).toBe(true);
    expect(again.changes).toEqual([]);
    expect(again.manifest.spec.predictors).toEqual(applied(first).spec.predictors);
  });

  it('leaves the number of pods to who scaled the object meanwhile', () => {
    const live = applied(first);
    live.spec.replicas = 3;
    const { manifest } = direct({ ...next, live });
    expect(manifest.spec).not.toHaveProperty('replicas');
    expect(mainOf(manifest)).not.toHaveProperty('replicas');
    expect(direct({ ...first, live }).unchanged).toBe(true);
  });

  it('makes new pods for the same manifest only when asked to', () => {
    const live = applied(first);
    const marker = (object: SeldonDeployment) => mainOf(object).annotations?.[ANNOTATIONS.rollout];
    expect(marker(direct({ ...first, live, salt: 'run 7' }).manifest)).not.toBe(marker(live));
  });

  it('is guarded by the version it was made from', () => {
    expect(direct({ ...next, live: applied(first) }).manifest.metadata.resourceVersion).toBe('10');
  });

  it('reports the changes, and never the value of an environment variable', () => {
    const live = applied(first);
    Object.assign(live.spec.predictors[0]?.componentSpecs?.[0]?.spec?.containers[0] ?? {}, {
      env: [{ name: 'KEY', value: 'hunter2' }],
    });
    const base = structuredClone(guide);
    Object.assign(base.spec.predictors[0]?.componentSpecs?.[0]?.spec?.containers[0] ?? {}, {
      env: [{ name: 'KEY', value: 'hunter3' }],
    });
    const { changes } = direct({ ...next, live, base });
    expect(changes).toContain(
      'predictors[main].graph.modelUri: s3://mlflow/1/models/m-1/artifacts → s3://mlflow/1/models/m-2/artifacts',
    );
    expect(changes.join()).not.toContain('hunter');
  });

  it('keeps what others wrote on the predictor', () => {
    const live = applied(first);
    const spec = live.spec.predictors[0]?.componentSpecs?.[0];
    Object.assign(spec?.spec ?? {}, { tolerations: [{ key: 'gpu', operator: 'Exists' }] });
    Object.assign(spec?.spec?.containers[0] ?? {}, {
      resources: { limits: { memory: '2Gi' } },
      env: [{ name: 'A', value: 'b' }],
    });
    spec?.spec?.containers.push({ name: 'sidecar', image: 'envoy' });
    Object.assign(spec ?? {}, { hpaSpec: { maxReplicas: 4 } });
    Object.assign(live.spec.predictors[0] ?? {}, { replicas: 4, labels: { team: 'x' } });
    Object.assign(live.spec.predictors[0]?.annotations ?? {}, { 'other.tool/note': 'kept' });
    const main = mainOf(direct({ ...next, live }).manifest);
    expect(main.graph.modelUri).toBe('s3://mlflow/1/models/m-2/artifacts');
    expect(main).toMatchObject({ replicas: 4, labels: { team: 'x' }, annotations: { 'other.tool/note': 'kept' } });
    expect(main.componentSpecs?.[0]).toMatchObject({
      hpaSpec: { maxReplicas: 4 },
      spec: {
        tolerations: [{ key: 'gpu' }],
        containers: [
          { name: 'prediction', resources: { limits: { memory: '2Gi' } }, env: [{ name: 'A' }] },
          { name: 'sidecar' },
        ],
      },
    });
  });

  it('removes fields that we rendered earlier and render no longer', () => {
    const bare = { ...next, model: aModel({ storageUri: 's3://x/y' }), options: someOptions() };
    const { graph } = mainOf(direct({ ...bare, live: applied(first) }).manifest);
    expect(graph).not.toHaveProperty('envSecretRefName');
    expect(graph).not.toHaveProperty('parameters');
  });

  it('keeps the pods when only replicas or the deadline change', () => {
    const live = applied(first);
    const scaled = direct({
      ...first,
      live,
      timeout: 99,
      options: someOptions({ envSecret: 'rclone-s3', replicas: 2 }),
    });
    expect(mainOf(scaled.manifest).annotations).toEqual(mainOf(live).annotations);
    expect(scaled.unchanged).toBe(false);
  });

  it('keeps the live predictor’s name, and a shadow', () => {
    const live = applied(first);
    Object.assign(mainOf(live), { name: 'default' });
    live.spec.predictors.push({ name: 'shadow', shadow: true, traffic: 100, graph: { name: 'prediction' } });
    const { manifest } = direct({ ...next, live });
    expect(manifest.spec.predictors.map((one) => one.name)).toEqual(['default', 'shadow']);
    expect(manifest.spec.predictors[1]).toEqual(live.spec.predictors[1]);
  });

  it.each([
    [
      'a second predictor',
      {
        predictors: [
          { name: 'main', graph: { name: 'p' } },
          { name: 'canary', traffic: 10, graph: { name: 'p' } },
        ],
      },
    ],
    ['a graph of several nodes', { predictors: [{ name: 'main', graph: { name: 'p', children: [{ name: 'q' }] } }] }],
  ])('refuses to run over %s', (what, spec) => {
    const live = { ...applied(first), spec };
    expect(() => direct({ ...next, live })).toThrow(
      expect.objectContaining({ code: 'object-not-ours', message: expect.stringContaining(what) }),
    );
  });
});

describe('over a base manifest', () => {
  it('keeps what it says where the inputs are silent', () => {
    const base = structuredClone(guide);
    Object.assign(mainOf(base), { name: 'default', replicas: 2, progressDeadlineSeconds: 1200, traffic: 50 });
    base.metadata.labels = { team: 'wine' };
    const ownProbe = { tcpSocket: { port: 'http' } };
    Object.assign(base.spec.predictors[0]?.componentSpecs?.[0]?.spec?.containers[0] ?? {}, { livenessProbe: ownProbe });
    const { manifest } = direct(aPlanRequest({ base }));
    expect(manifest.metadata.labels).toEqual({ team: 'wine' });
    expect(mainOf(manifest)).toMatchObject({
      name: 'default',
      replicas: 2,
      progressDeadlineSeconds: 1200,
      traffic: 100,
    });
    expect(containerOf(manifest)['livenessProbe']).toEqual(ownProbe);
    expect(mainOf(manifest).graph.modelUri).toBe('s3://mlflow/1/models/m-1/artifacts');
  });

  it('refuses one with two predictors', () => {
    const base = structuredClone(guide);
    base.spec.predictors.push(mainOf(base));
    expect(() => direct(aPlanRequest({ base }))).toThrow(expect.objectContaining({ code: 'manifest-invalid' }));
  });
});
