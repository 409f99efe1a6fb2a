import type { InputDefinition } from '../src/settings/input-definition.ts';
import { INPUTS, type InputName } from '../src/settings/inputs.ts';
import { OUTPUTS } from '../src/settings/outputs.ts';

/** The tables of README.md: the inputs that matter, all inputs by subject, and the outputs. */

/** The inputs of almost every workflow. */
const FIRST: readonly InputName[] = [
  'model-uri',
  'mode',
  'steps',
  'name',
  'namespace',
  'kubeconfig',
  'mlflow-tracking-uri',
  'artifacts-destination',
  'env-secret',
  'ingress-url',
];

interface Group {
  readonly title: string;
  readonly names: readonly InputName[];
}

/** An input that is in no group is listed in the last one. */
const GROUPS: readonly Group[] = [
  {
    title: 'Rollout: traffic, steps, predictors',
    names: [
      'mode',
      'traffic',
      'steps',
      'step-interval',
      'first-deployment',
      'predictor',
      'to',
      'routing',
      'ingress-lag',
      'timeout',
      'on-failure',
      'on-cancel',
    ],
  },
  {
    title: 'Evidence: when a canary is good enough',
    names: [
      'gate',
      'gate-limit',
      'bake',
      'prometheus-url',
      'prometheus-token',
      'gate-error-margin',
      'gate-latency-ratio',
      'gate-latency',
      'gate-no-data',
      'gate-queries',
      'compare-requests',
      'compare-tolerance',
      'evaluate',
      'evaluate-label',
      'evaluate-metric',
      'evaluate-margin',
    ],
  },
  {
    title: 'Proof: the prediction that every model must answer',
    names: ['access', 'ingress-url', 'smoke-request', 'smoke-expect', 'smoke-required'],
  },
  {
    title: 'Model and storage',
    names: [
      'model-uri',
      'mlflow-tracking-uri',
      'mlflow-token',
      'mlflow-username',
      'mlflow-password',
      'artifacts-destination',
      'storage-uri-map',
      'allow-storages',
      'allow-artifact-hosts',
      'write-back',
    ],
  },
  {
    title: 'SeldonDeployment and cluster',
    names: [
      'name',
      'namespace',
      'kubeconfig',
      'context',
      'protocol',
      'api-version',
      'replicas',
      'env-secret',
      'service-account',
      'manifest',
      'orchestrator',
      'startup-probe',
    ],
  },
  {
    title: 'Commands in comments, and who may give them',
    names: [
      'command-prefix',
      'allow-commands',
      'allow-models',
      'allow-names',
      'allow-namespaces',
      'max-replicas',
      'command-roles',
      'allow-users',
      'allow-forks',
      'allow-drafts',
      'allow-bases',
      'allow-events',
      'require-review',
      'require-checks',
      'require-plan',
      'plan',
    ],
  },
  {
    title: 'Locks, previews, reports and all others',
    names: [
      'lock',
      'lock-timeout',
      'lock-reason',
      'lock-expiry',
      'preview',
      'preview-age',
      'environment',
      'production',
    ],
  },
];

/** The README with its tables between the marker comments replaced. */
export function readmeWithTables(readme: string): string {
  const outputs = OUTPUTS.map(({ name, description }) => `| \`${name}\` | ${description} |`);
  return [
    ['first inputs', inputTable(FIRST)],
    ['inputs', groupsOfInputs()],
    ['outputs', ['| output | what it holds |', '|---|---|', ...outputs]],
  ].reduce((text, [name, lines]) => between(text, name as string, lines as readonly string[]), readme);
}

function groupsOfInputs(): readonly string[] {
  const grouped = new Set(GROUPS.flatMap(({ names }) => names));
  const others = INPUTS.map(({ name }) => name).filter((name) => !grouped.has(name));
  return GROUPS.flatMap(({ title, names }, at) => {
    const all = at === GROUPS.length - 1 ? [...names, ...others] : names;
    return [`<details><summary>${title}</summary>`, '', ...inputTable(all), '', '</details>'];
  });
}

function inputTable(names: readonly InputName[]): readonly string[] {
  const known: readonly InputDefinition[] = INPUTS;
  const rows = names.flatMap((name) => known.filter((one) => one.name === name).map(inputRow));
  return ['| input | what it says | default |', '|---|---|---|', ...rows];
}

function inputRow({ name, description, required, default: value }: InputDefinition): string {
  const fallback = required === true ? '**required**' : value === undefined ? '' : `\`${value}\``;
  return `| \`${name}\` | ${description} | ${fallback} |`;
}

function between(text: string, name: string, lines: readonly string[]): string {
  const [begin, end] = [`<!-- ${name}: npm run docs -->`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`README.md has no ${begin} … ${end}`);
  return `${text.slice(0, from + begin.length)}\n${lines.join('\n')}\n${text.slice(to)}`;
}
