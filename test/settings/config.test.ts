import { describe, expect, it } from 'vitest';
import { nearestWord } from '../../src/base/nearest-word.ts';
import { readAddress } from '../../src/settings/address.ts';
import type { InputDefinition } from '../../src/settings/input-definition.ts';
import { INPUTS } from '../../src/settings/inputs.ts';
import { readConfig } from '../../src/settings/read-config.ts';

/** Reads inputs as the runner gives them: defaults of action.yml where nothing is said. */
function read(given: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}) {
  const defaults = INPUTS.map(({ name, default: value }: InputDefinition) => [
    name,
    name === 'github-token' ? '' : (value ?? ''),
  ]);
  const values: Record<string, string> = { ...Object.fromEntries(defaults), 'model-uri': 'models:/wine/1', ...given };
  return readConfig({ input: (name) => values[name] ?? '', env });
}

function faultsOf(given: Readonly<Record<string, string>>): string {
  try {
    read(given);
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
  return 'none';
}

describe('what the inputs say', () => {
  it('is complete with a model URI alone', () => {
    expect(read({})).toMatchObject({
      modelUri: 'models:/wine/1',
      mode: 'direct',
      render: { protocol: undefined, apiVersion: 'v1', orchestrator: true, startupProbe: false, replicas: undefined },
      proof: { access: 'api-server', smokeRequest: 'auto', ingressUrl: undefined },
      timeout: undefined,
      dryRun: false,
      manifestFile: undefined,
      onFailure: 'rollback',
      reporting: { comment: 'auto' },
    });
  });

  it.each([
    ['900', 900],
    ['15m', 900],
    ['1h', 3600],
    ['45 s', 45],
  ])('reads %s as %i seconds', (timeout, seconds) => {
    expect(read({ timeout, 'startup-probe': 'true' }).timeout).toBe(seconds);
  });

  it("falls back to MLflow's own variables", () => {
    const env = {
      MLFLOW_TRACKING_URI: 'https://mlflow.example.com/',
      MLFLOW_TRACKING_USERNAME: 'bob',
      MLFLOW_TRACKING_PASSWORD: 'hunter22',
    };
    expect(read({}, env).registry).toMatchObject({
      trackingUri: 'https://mlflow.example.com',
      username: 'bob',
      password: 'hunter22',
    });
  });

  it('takes user and password out of the tracking URI', () => {
    const { registry } = read({ 'mlflow-tracking-uri': 'https://bob:hunter%2022@mlflow.example.com/x/' });
    expect(registry).toMatchObject({
      trackingUri: 'https://mlflow.example.com/x',
      username: 'bob',
      password: 'hunter 22',
    });
  });

  it('reads rewrites line by line', () => {
    const { registry } = read({ 'storage-uri-map': ' s3://a/ = gs://b/ \n\nr2:x=s3:y=z ' });
    expect(registry.storageUriMap).toEqual([
      { from: 's3://a/', to: 'gs://b/' },
      { from: 'r2:x', to: 's3:y=z' },
    ]);
  });
});

const FILE = { apply: 'false', 'manifest-file': 'deploy/wine.yaml' };

describe('a fault of the inputs', () => {
  it.each([
    [{ 'model-uri': ' ' }, '`model-uri` is required'],
    [{ mode: 'cannary' }, 'did you mean `canary`?'],
    [{ mode: 'promote', name: 'wine' }, '`model-uri` must not be set: mode `promote` reads its model from the cluster'],
    [{ mode: 'status', 'model-uri': '' }, '`name` is required: mode `status` has no model to derive the name from'],
    [{ traffic: '20' }, '`traffic` has no effect in mode `direct`: it is for `canary`, `shadow`, `ab`'],
    [{ mode: 'canary', traffic: '101' }, '`traffic`'],
    [{ mode: 'canary', traffic: '20', steps: '5,25' }, '`traffic` and `steps` contradict each other'],
    [{ mode: 'canary', steps: '25,5' }, '`steps` is `25,5`, but must be increasing percentages'],
    [{ mode: 'canary', steps: '5,50,200' }, '`steps` is `5,50,200`, but must be increasing percentages'],
    [{ mode: 'canary', 'compare-tolerance': '-1' }, '`compare-tolerance`'],
    [{ 'evaluate-margin': '0.1' }, '`evaluate-margin` needs `evaluate`'],
    [{ evaluate: 'rows.csv', 'evaluate-metric': 'acuracy' }, 'did you mean `accuracy`?'],
    [{ evaluate: 'rows.csv', 'evaluate-margin': '2' }, '`evaluate-margin`'],
    [{ mode: 'promote', evaluate: 'rows.csv', name: 'wine' }, '`evaluate` has no effect in mode `promote`'],
    [{ ...FILE, evaluate: 'rows.csv' }, '`evaluate` needs a cluster'],
    [
      { mode: 'rollback', name: 'wine', 'model-uri': '', to: 'champion' },
      '`to` is `champion`, but must be the number of a revision',
    ],
    [
      { mode: 'ab', routing: 'ambassador-annotations' },
      '`routing` is `ambassador-annotations`, which is for the modes',
    ],
    [
      { mode: 'canary', access: 'ingress', 'ingress-url': 'https://x.example' },
      'mode `canary` sends predictions to each predictor separately: it needs `api-server`',
    ],
    [{ protocol: 'sedlon' }, 'did you mean `seldon`?'],
    [{ 'dry-run': 'yes' }, '`dry-run` is `yes`, but must be `true` or `false`'],
    [{ replicas: '0' }, '`replicas`'],
    [{ timeout: 'soon' }, '`timeout`'],
    [{ timeout: '60' }, 'the first probe is sent after 60 s'],
    [{ name: 'Wine' }, '`name`'],
    [{ 'ingress-url': 'models.example.com' }, '`ingress-url` is `models.example.com`, but must be a URL'],
    [{ 'ingress-url': 'https://u:p@x.example' }, 'must not contain a user'],
    [{ 'ingress-url': 'https://x.example/?a=1' }, 'query'],
    [{ access: 'ingress' }, '`access` is `ingress`, which needs `ingress-url`'],
    [{ 'mlflow-username': 'bob' }, 'needs `mlflow-password`'],
    [{ 'mlflow-token': 't0ken', 'mlflow-username': 'bob', 'mlflow-password': 'x' }, 'two ways to log in'],
    [{ 'mlflow-tracking-uri': 'databricks' }, 'Databricks'],
    [{ 'storage-uri-map': 's3://a' }, 'not `from=to`'],
    [{ 'artifacts-destination': 'mlflow' }, '`artifacts-destination` is `mlflow`, but must be a storage URI'],
    [{ comment: 'always' }, 'needs `github-token`'],
    [{ 'pull-request': '#7' }, '`pull-request`'],
    [{ 'manifest-file': 'deploy/wine.yaml' }, '`manifest-file` is only written with `apply: false`'],
    [{ apply: 'false' }, '`manifest-file` is required with `apply: false`'],
    [
      { apply: 'false', 'manifest-file': 'deploy/' },
      '`manifest-file` is `deploy/`, but must be the path of a YAML file',
    ],
    [{ ...FILE, mode: 'canary', steps: '5,25' }, '`steps` needs a cluster, but `apply` is `false`: set `traffic`'],
    [{ ...FILE, mode: 'status', 'model-uri': '', name: 'wine' }, '`mode` is `status`, which needs a cluster'],
    [{ ...FILE, mode: 'remove', 'model-uri': '', name: 'wine' }, '`false`: delete the file'],
    [{ ...FILE, mode: 'rollback', 'model-uri': '', name: 'wine', to: 'v3' }, '`to` needs a cluster'],
    [{ ...FILE, mode: 'canary', routing: 'ambassador-annotations' }, 'needs a cluster to read its routes'],
    [{ ...FILE, environment: 'production', 'github-token': 'ghs_token' }, '`environment` needs a cluster'],
    [{ ...FILE, preview: 'true', name: 'wine' }, '`preview` needs a cluster'],
    [{ ...FILE, manifest: './deploy/wine.yaml' }, '`manifest` is the same file as `manifest-file`'],
  ])('%j is told by name and cure', (given, sentence) => {
    expect(faultsOf(given)).toContain(sentence);
  });

  it('comes together with all the others', () => {
    const message = faultsOf({ mode: 'bluegreen', replicas: 'two', protocol: 'grpc' });
    expect(message).toMatch(/^3 inputs are invalid:/);
    expect(message.split('\n').filter((line) => line.startsWith('- '))).toHaveLength(3);
  });

  it('never quotes a long value whole: it may be a secret in the wrong place', () => {
    expect(faultsOf({ protocol: `s3cr3t${'x'.repeat(100)}` })).not.toContain('x'.repeat(60));
  });
});

it('knows what must be masked', () => {
  const kubeconfig =
    'users:\n- name: ci\n  user:\n    token: "t0ken-in-kubeconfig"\n    client-key-data: a2V5LWRhdGE=\n';
  const given: Record<string, string> = { kubeconfig, 'mlflow-token': 't0ken-of-mlflow', 'github-token': 'ghs_1234' };
  const { secrets } = readAddress({ input: (name) => given[name] ?? '', env: {} });
  expect(secrets).toEqual(['t0ken-of-mlflow', 'ghs_1234', 't0ken-in-kubeconfig', 'a2V5LWRhdGE=']);
});

it('finds the nearest valid word, and none if none is near', () => {
  expect(nearestWord('rolback', ['rollback', 'keep'])).toBe('rollback');
  expect(nearestWord('zzz', ['rollback', 'keep'])).toBeUndefined();
});
