import type { Config, EvaluateConfig, MetricName, ProofConfig, RenderConfig } from './config.ts';
import type { InputReader } from './input-reader.ts';
import type { Mode } from './modes.ts';
import { checkAccess, checkNamed } from './rollout-inputs.ts';
import { parseExpectation } from './smoke-expect.ts';

/** Minimum timeout in seconds: the first probe is sent only after 60 s. */
const LEAST_TIMEOUT = 90;

/** Not checked with a base manifest, because it may define its own probes. */
export function checkTimeout(read: InputReader, { timeout, render }: Config): void {
  if (timeout === undefined || timeout >= LEAST_TIMEOUT || render.startupProbe || render.manifest !== undefined) return;
  read.fault(
    'timeout',
    `is ${timeout} s, but the first probe is sent after 60 s: set ${LEAST_TIMEOUT} s or more, or \`startup-probe: true\``,
  );
}

export function readRender(read: InputReader, mode: Mode): RenderConfig {
  checkNamed(read, mode);
  return {
    name: read.label('name'),
    namespace: read.label('namespace'),
    protocol: read.text('protocol') === undefined ? undefined : read.oneOf('protocol', ['seldon', 'v2']),
    apiVersion: read.oneOf('api-version', ['v1', 'v1alpha2']),
    replicas: read.count('replicas', { least: 1, most: 1000 }),
    envSecret: read.objectName('env-secret'),
    serviceAccount: read.objectName('service-account'),
    manifest: read.text('manifest'),
    orchestrator: read.flag('orchestrator', true),
    startupProbe: read.flag('startup-probe', false),
  };
}

export function readProof(read: InputReader, mode: Mode): ProofConfig {
  const access = read.oneOf('access', ['api-server', 'ingress']);
  const ingressUrl = read.gatewayUrl('ingress-url');
  if (access === 'ingress' && read.text('ingress-url') === undefined)
    read.fault('access', 'is `ingress`, which needs `ingress-url`');
  if (access === 'ingress') checkAccess(read, mode);
  const smokeRequest = read.text('smoke-request') ?? 'auto';
  const smokeExpect = read.text('smoke-expect');
  if (/^[[{]/.test(smokeRequest)) read.json('smoke-request');
  if (smokeExpect !== undefined) read.attempt('smoke-expect', () => parseExpectation(smokeExpect));
  const smokeRequired = read.oneOf('smoke-required', ['when-possible', 'always']);
  return { access, ingressUrl, smokeRequest, smokeExpect, smokeRequired };
}

const METRICS = ['accuracy', 'f1', 'rmse', 'mae'] as const satisfies readonly MetricName[];
const DEFAULT_MARGIN = 0.02;

/** Labelled rows to send; undefined if there are none. */
export function readEvaluate(read: InputReader): EvaluateConfig | undefined {
  const file = read.text('evaluate');
  const label = read.text('evaluate-label');
  const metric = read.text('evaluate-metric') === undefined ? undefined : read.oneOf('evaluate-metric', METRICS);
  const margin = read.number('evaluate-margin', { least: 0, most: 1 });
  if (file !== undefined) return { file, label, metric, margin: margin ?? DEFAULT_MARGIN };
  for (const name of ['evaluate-label', 'evaluate-metric', 'evaluate-margin'] as const)
    if (read.text(name) !== undefined) read.fault(name, 'needs `evaluate`, the file of labelled rows');
  return undefined;
}
