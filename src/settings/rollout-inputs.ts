import { parseModelUri } from '../model/model-uri.ts';
import type { CompareConfig, GateConfig, Mode, ShareConfig } from './config.ts';
import type { InputReader } from './input-reader.ts';
import type { InputName } from './inputs.ts';

/** Which modes an input means something to: given with another, it would silently do nothing. */
const MEANT_FOR: Partial<Record<InputName, readonly Mode[]>> = {
  traffic: ['canary', 'shadow', 'ab'],
  steps: ['canary'],
  'step-interval': ['canary'],
  predictor: ['ab', 'promote', 'rollback'],
  to: ['rollback'],
  'prometheus-url': ['canary'],
  'compare-requests': ['canary', 'shadow', 'ab', 'blue-green'],
  'compare-tolerance': ['canary', 'shadow', 'ab', 'blue-green'],
  manifest: ['direct'],
  'preview-age': ['sweep'],
  'lock-reason': ['lock'],
  'lock-expiry': ['lock'],
};

const MODES = [
  'direct',
  'canary',
  'shadow',
  'ab',
  'blue-green',
  'promote',
  'rollback',
  'status',
  'remove',
  'sweep',
  'abort',
  'lock',
  'unlock',
] as const;
/** Modes that take their model from the cluster. */
const WITHOUT_MODEL: readonly Mode[] = ['promote', 'rollback', 'status', 'remove', 'sweep', 'abort', 'lock', 'unlock'];

/** The mode, and whether the inputs given with it mean anything to it. */
export function readMode(read: InputReader): Mode {
  const mode = read.oneOf('mode', MODES);
  for (const [name, modes] of Object.entries(MEANT_FOR) as [InputName, readonly Mode[]][]) {
    if (read.text(name) === undefined || modes.includes(mode)) continue;
    read.fault(name, `means nothing to mode \`${mode}\`: it is for ${modes.map((one) => `\`${one}\``).join(', ')}`);
  }
  return mode;
}

/** Undefined where it is none. */
export function readModeName(word: string): Mode | undefined {
  return MODES.find((mode) => mode === word.trim());
}

/** Does that input say anything to that mode? */
export function isMeantFor(name: InputName, mode: Mode): boolean {
  if (name === 'model-uri') return !WITHOUT_MODEL.includes(mode);
  return MEANT_FOR[name]?.includes(mode) ?? true;
}

/** Without a model there is nothing to make a name of. */
export function checkNamed(read: InputReader, mode: Mode): void {
  if (!WITHOUT_MODEL.includes(mode) || read.text('name') !== undefined) return;
  read.fault('name', `is needed: mode \`${mode}\` has no model to make a name from`);
}

const SINGLE_PREDICTOR: readonly Mode[] = [
  'direct',
  'rollback',
  'status',
  'remove',
  'sweep',
  'abort',
  'lock',
  'unlock',
];

/** Behind the ingress nobody can say which predictor answers. */
export function checkAccess(read: InputReader, mode: Mode): void {
  if (SINGLE_PREDICTOR.includes(mode)) return;
  read.fault('access', `is \`ingress\`, but mode \`${mode}\` asks each predictor on its own: it needs \`api-server\``);
}

export function readModelUri(read: InputReader, mode: Mode): string | undefined {
  if (!WITHOUT_MODEL.includes(mode)) return read.required('model-uri');
  if (read.text('model-uri') === undefined) return undefined;
  return read.fault('model-uri', `must be left out: mode \`${mode}\` takes its model from the cluster`);
}

/** A model URI that is all that is wrong is told by the resolver: by then the pull request is known, and hears of it. */
export function checkModelUri(read: InputReader, uri: string | undefined): void {
  if (read.hasFaults && uri) read.attempt('model-uri', () => parseModelUri(uri));
}

export function readShare(read: InputReader): ShareConfig {
  const steps = readSteps(read);
  const traffic = read.count('traffic', { least: 0, most: 100 });
  if (steps.length > 0 && traffic !== undefined) read.fault('traffic', 'and `steps` say two things: leave one out');
  const routing = read.oneOf('routing', ['seldon', 'ambassador-annotations']);
  const isLegacy = routing === 'ambassador-annotations';
  if (isLegacy && !['canary', 'shadow'].includes(read.text('mode') ?? ''))
    read.fault('routing', 'is `ambassador-annotations`, which is for the modes `canary` and `shadow`');
  if (isLegacy && steps.length > 0) read.fault('steps', 'need `routing: seldon`');
  return {
    traffic,
    steps,
    stepInterval: read.seconds('step-interval', { least: 1 }) ?? 60,
    predictor: read.label('predictor'),
    to: readRevision(read),
    routing,
    ingressLag: read.seconds('ingress-lag', { least: 0 }) ?? 5,
  };
}

function readSteps(read: InputReader): readonly number[] {
  const given = read.text('steps');
  if (given === undefined) return [];
  const steps = given
    .split(/[\n,]/)
    .map((one) => (/^\s*\d+\s*%?\s*$/.test(one) ? Number.parseInt(one, 10) : Number.NaN));
  const rises = steps.every((step, at) => step > (steps[at - 1] ?? 0) && step <= 100);
  if (rises) return steps;
  read.fault('steps', 'must be percents that rise, at most 100, such as `5,25,50`');
  return [];
}

function readRevision(read: InputReader): string | undefined {
  const to = read.text('to');
  if (to === undefined || /^v?\d+$/.test(to)) return to;
  return read.fault('to', 'must be the number of a revision, such as `3`, or a model version, such as `v3`');
}

export function readGate(read: InputReader): GateConfig {
  const prometheusUrl = read.webUrl('prometheus-url');
  if (prometheusUrl !== undefined && read.text('mode') === 'canary' && read.text('steps') === undefined)
    read.fault('prometheus-url', 'judges the figures of each of `steps`: give at least one, such as `steps: 10`');
  return {
    prometheusUrl,
    prometheusToken: read.text('prometheus-token'),
    errorMargin: read.number('gate-error-margin', { least: 0, most: 1 }) ?? 0.01,
    latencyRatio: read.number('gate-latency-ratio', { least: 1, most: 1000 }) ?? 1.5,
    noData: read.oneOf('gate-no-data', ['fail', 'pass']),
  };
}

export function readCompare(read: InputReader): CompareConfig {
  return {
    requests: read.text('compare-requests'),
    tolerance: read.number('compare-tolerance', { least: 0, most: 1000 }),
  };
}
