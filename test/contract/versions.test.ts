import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TRIED, triedRow } from '../support/tried-versions.ts';
import { ROOT } from '../support/workflows.ts';

/** “Versions tried” says what the recordings and the installed programs of the tests are. Others are asked by the integration suite. */

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** All values of the first group, once each. */
function valuesOf(pattern: RegExp, ...patterns: readonly string[]): readonly string[] {
  const texts = patterns.flatMap((one) => globSync(one, { cwd: ROOT })).map(read);
  return [...new Set(texts.flatMap((text) => [...text.matchAll(pattern)].map(([, value = '']) => value)))];
}

const RECORDINGS = globSync('test/fixtures/operator/*.json', { cwd: ROOT });

describe('versions tried', () => {
  it('of Kubernetes and of the operator are those of the recordings', () => {
    const minor = valuesOf(/"kubernetes":"(\d+\.\d+)\.\d+"/g, 'test/fixtures/operator/*.json');
    expect(minor).toEqual([triedRow('Kubernetes').version]);
    const operator = valuesOf(/"operator":"seldon-core-operator ([\d.]+)"/g, 'test/fixtures/operator/*.json');
    expect(operator).toEqual([triedRow("Seldon's operator").version]);
    expect(triedRow("Seldon's operator").run).toContain(`recorded in ${RECORDINGS.length} situations`);
  });

  it('of MLflow are those of the recorded answers', () => {
    const server = valuesOf(/mlflow_version: ([\d.]+)/g, 'test/fixtures/mlflow/*.json');
    expect(server).toEqual([triedRow('MLflow').version]);
    const inServer = valuesOf(/mlflow \(current: (\d+\.\d+)\.\d+,/g, 'test/fixtures/operator/*.json');
    expect(inServer.map((version) => `MLflow ${version};`)).toEqual([
      /MLflow [\d.]+;/.exec(triedRow('model servers').version)?.[0],
    ]);
  });

  it('of the ingress is the one that is installed', () => {
    expect(triedRow('ingress').version).toContain(
      `Envoy ${/^version=(\S+)/m.exec(read('test/integration/install-envoy.sh'))?.[1]} `,
    );
  });

  it('of the chart is the one that the guide and the workflow install', () => {
    const versions = valuesOf(/--version (\d+\.\d+\.\d+)/g, 'docs/setup.md', '.github/workflows/e2e.yml');
    expect(versions).toEqual([triedRow('the chart').version]);
    expect(triedRow('Seldon Core').part).toContain(` ${versions[0]} `);
  });

  it('of Node is the one of the action', () => {
    const node = /using: node(\d+)/.exec(read('action.yml'))?.[1];
    expect(triedRow('workflow runner').version).toContain(`Node ${node}`);
    expect(read('docs/setup.md')).toContain(`which brings Node ${node}`);
  });

  it.each(TRIED)('$part: its run names files that exist', ({ run }) => {
    const named = [...run.matchAll(/`((?:test|\.github)\/[\w./-]+)`/g)].map(([, path = '']) => path);
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});
