import { parseModelUri } from '../model/model-uri.ts';
import type { CompareConfig, ShareConfig } from './config.ts';
import { type InputReader, quoted } from './input-reader.ts';
import type { InputName } from './inputs.ts';
import { bringsModel, MODES, type Mode, TURN_MODES } from './modes.ts';

/** The modes that use an input. With other modes it is refused, because it would have no effect. */
const MEANT_FOR: Partial<Record<InputName, readonly Mode[]>> = {
  traffic: ['canary', 'shadow', 'ab'],
  steps: ['canary'],
  'step-interval': ['canary'],
  'first-deployment': ['canary', 'blue-green'],
  predictor: ['ab', 'promote', 'rollback'],
  to: ['rollback'],
  'prometheus-url': ['canary', 'direct', 'promote', 'blue-green', 'status'],
  bake: ['direct', 'promote', 'blue-green'],
  'gate-limit': ['canary'],
  'gate-latency': ['canary', 'direct', 'promote', 'blue-green'],
  'gate-queries': ['canary', 'status'],
  'compare-requests': ['canary', 'shadow', 'ab', 'blue-green'],
  'compare-tolerance': ['canary', 'shadow', 'ab', 'blue-green'],
  evaluate: ['direct', 'canary', 'shadow', 'ab', 'blue-green'],
  'evaluate-label': ['direct', 'canary', 'shadow', 'ab', 'blue-green'],
  'evaluate-metric': ['direct', 'canary', 'shadow', 'ab', 'blue-green'],
  'evaluate-margin': ['direct', 'canary', 'shadow', 'ab', 'blue-green'],
  manifest: ['direct'],
  'prove-first': ['direct'],
  'preview-age': ['sweep'],
  'lock-reason': ['lock'],
  'lock-expiry': ['lock'],
  'check-modes': ['check'],
};

/** Reads the mode, and checks that the mode uses all given inputs. */
export function readMode(read: InputReader): Mode {
  const mode = read.oneOf('mode', MODES);
  for (const [name, modes] of Object.entries(MEANT_FOR) as [InputName, readonly Mode[]][]) {
    // A check takes the inputs of the step that it is about.
    if (read.text(name) === undefined || modes.includes(mode) || mode === 'check') continue;
    read.fault(name, `has no effect in mode \`${mode}\`: it is for ${modes.map((one) => `\`${one}\``).join(', ')}`);
  }
  return mode;
}

/** Modes whose permissions are checked: all, or those that are named. */
export function readCheckModes(read: InputReader): readonly Mode[] {
  const all = MODES.filter((mode) => mode !== 'check');
  const named = (read.text('check-modes') ?? '').split(/[\n,]/).flatMap((one) => one.trim() || []);
  const unknown = named.filter((one) => !all.some((mode) => mode === one));
  if (unknown.length > 0)
    read.fault(
      'check-modes',
      `has ${quoted(unknown.join(', '))}: there are ${all.map((one) => `\`${one}\``).join(', ')}`,
    );
  return named.length === 0 ? all : all.filter((mode) => named.includes(mode));
}

/** Undefined if it is not a mode. */
export function readModeName(word: string): Mode | undefined {
  return MODES.find((mode) => mode === word.trim());
}

/** Whether a mode uses an input. */
export function isMeantFor(name: InputName, mode: Mode): boolean {
  if (mode === 'check') return true;
  if (name === 'model-uri') return bringsModel(mode);
  return MEANT_FOR[name]?.includes(mode) ?? true;
}

/** Without a model, the name cannot be derived. */
export function checkNamed(read: InputReader, mode: Mode): void {
  if (bringsModel(mode) || mode === 'check' || read.text('name') !== undefined) return;
  read.fault('name', `is required: mode \`${mode}\` has no model to derive the name from`);
}

const SINGLE_PREDICTOR: readonly Mode[] = ['direct', 'rollback', 'status', 'remove', 'sweep', ...TURN_MODES, 'check'];

/** Behind the ingress it is not known which predictor answers. */
export function checkAccess(read: InputReader, mode: Mode): void {
  if (SINGLE_PREDICTOR.includes(mode)) return;
  read.fault(
    'access',
    `is \`ingress\`, but mode \`${mode}\` sends predictions to each predictor separately: it needs \`api-server\``,
  );
}

export function readModelUri(read: InputReader, mode: Mode): string | undefined {
  if (mode === 'check') return read.text('model-uri');
  if (bringsModel(mode)) return read.required('model-uri');
  if (read.text('model-uri') === undefined) return undefined;
  return read.fault('model-uri', `must not be set: mode \`${mode}\` reads its model from the cluster`);
}

/** If only the model URI is invalid, the resolver reports it, because then the pull request is known and gets a comment. */
export function checkModelUri(read: InputReader, uri: string | undefined): void {
  if (read.hasFaults && uri) read.attempt('model-uri', () => parseModelUri(uri));
}

export function readShare(read: InputReader): ShareConfig {
  const steps = readSteps(read);
  const traffic = read.count('traffic', { least: 0, most: 100, isPercent: true });
  if (steps.length > 0 && traffic !== undefined)
    read.fault('traffic', 'and `steps` contradict each other: set only one');
  if (read.text('mode') === 'canary') checkCanaryShare(read, steps[0] ?? traffic);
  const routing = read.oneOf('routing', ['seldon', 'ambassador-annotations']);
  const isLegacy = routing === 'ambassador-annotations';
  if (isLegacy && !['canary', 'shadow', 'check'].includes(read.text('mode') ?? ''))
    read.fault('routing', 'is `ambassador-annotations`, which is for the modes `canary` and `shadow`');
  if (isLegacy && steps.length > 0) read.fault('steps', 'need `routing: seldon`');
  return {
    traffic,
    steps,
    stepInterval: read.seconds('step-interval', { least: 1 }) ?? 60,
    predictor: read.label('predictor'),
    to: readRevision(read),
    routing,
    proveFirst: read.flag('prove-first', false),
    firstDeployment: read.oneOf('first-deployment', ['deploy', 'refuse']),
    ingressLag: read.seconds('ingress-lag', { least: 0 }) ?? 5,
  };
}

/** A canary with all requests leaves main none to be compared with. */
function checkCanaryShare(read: InputReader, first: number | undefined): void {
  if (first !== 100) return;
  const name = read.text('steps') === undefined ? 'traffic' : 'steps';
  read.fault(name, 'gives the canary all requests: use mode `direct` or `blue-green`, or begin with less than 100');
}

function readSteps(read: InputReader): readonly number[] {
  const given = read.text('steps');
  if (given === undefined) return [];
  const steps = given
    .split(/[\n,]/)
    .map((one) => (/^\s*\d+\s*%?\s*$/.test(one) ? Number.parseInt(one, 10) : Number.NaN));
  const rises = steps.every((step, at) => step > (steps[at - 1] ?? 0) && step <= 100);
  if (rises) return steps;
  read.fault('steps', `is ${quoted(given)}, but must be increasing percentages, at most 100, such as \`5,25,50\``);
  return [];
}

function readRevision(read: InputReader): string | undefined {
  const to = read.text('to');
  if (to === undefined || /^v?\d+$/.test(to)) return to;
  return read.fault(
    'to',
    `is ${quoted(to)}, but must be the number of a revision, such as \`3\`, or a model version, such as \`v3\``,
  );
}

export function readCompare(read: InputReader): CompareConfig {
  return {
    requests: read.text('compare-requests'),
    tolerance: read.number('compare-tolerance', { least: 0, most: 1000 }),
  };
}
