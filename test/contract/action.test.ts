import { readdirSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { actionYaml, targetsSchema } from '../../scripts/generate-docs.ts';
import { readmeWithTables } from '../../scripts/readme-tables.ts';
import { readPolicy } from '../../src/gate/policy.ts';
import { isPreview } from '../../src/gate/run-inputs.ts';
import type { InputDefinition } from '../../src/settings/input-definition.ts';
import { InputReader } from '../../src/settings/input-reader.ts';
import { INPUTS } from '../../src/settings/inputs.ts';
import { readConfig } from '../../src/settings/read-config.ts';

const root = new URL('../../', import.meta.url);
const text = (path: string) => readFileSync(new URL(path, root), 'utf8');

describe('the interface of the action', () => {
  it('is action.yml, as the registries of inputs and outputs have it', () => {
    expect(text('action.yml')).toBe(actionYaml());
  });

  it('has a schema for files of targets, as the reader has it', () => {
    expect(text('schema/targets.schema.json')).toBe(targetsSchema());
    const isValid = new Ajv({ strict: true, allowUnionTypes: true }).compile(JSON.parse(targetsSchema()));
    const [, sample = ''] = /```yaml\n([\s\S]*?)```/.exec(text('docs/targets.md')) ?? [];
    expect(isValid(load(sample)), JSON.stringify(isValid.errors)).toBe(true);
    const wrong = [
      'targets: {}',
      'targets: { all: {} }',
      'targets: { a: { nmae: x } }',
      'targets: { a: { kubeconfig: x } }',
    ];
    for (const one of [...wrong, 'targets: { a: { mode: cannary } }', 'targets: { a: { require-plan: true } }'])
      expect([one, isValid(load(one))]).toEqual([one, false]);
  });

  it.each(INPUTS.filter((input: InputDefinition) => input.choices !== undefined))(
    'takes for `$name` the words that its schema says, and no other',
    ({ name, choices = [] }: InputDefinition) => {
      const read = (value: string) => () => {
        const input = (one: string) => (one === name ? value : one === 'model-uri' ? 'models:/wine/7' : '');
        const reader = new InputReader({ env: {}, input });
        readPolicy(reader);
        reader.end();
        isPreview({ raw: { env: {}, input } });
        readConfig({ env: {}, input });
      };
      const said = `\`${name}\` is \`nonsense\`, but must be ${choices.map((one) => `\`${one}\``).join(' or ')}`;
      expect(read('nonsense')).toThrow(said);
      for (const choice of choices) expect(read(choice)).not.toThrow(`but must be`);
    },
  );

  it('is described in the README with the same words', () => {
    expect(readmeWithTables(text('README.md'))).toBe(text('README.md'));
  });
});

interface Step {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

describe('the examples', () => {
  const names: readonly string[] = INPUTS.map((input) => input.name);
  const files = readdirSync(new URL('examples/', root));

  it.each(files)('%s uses inputs that exist, and the required ones', (file) => {
    const workflow = load(text(`examples/${file}`)) as { jobs: Record<string, { steps: Step[] }> };
    const steps = Object.values(workflow.jobs).flatMap((job) =>
      job.steps.filter((step) => step.uses?.includes('/mlflow-to-seldon@')),
    );
    expect(steps).toHaveLength(1);
    const given = Object.keys(steps[0]?.with ?? {});
    expect(given.filter((name) => !names.includes(name))).toEqual([]);
  });

  /** What an expression stands for, where the action checks the value. */
  const VALUES: Readonly<Record<string, string>> = {
    'model-uri': 'models:/wine/7',
    'pull-request': '7',
    'dry-run': 'true',
    'github-token': 'ghs_token',
  };

  // Whose model and place stand in a file of targets: that one is in docs/targets.md, and tested with its reader.
  const complete = files.filter((file) => !text(`examples/${file}`).includes('config:'));

  it.each(complete)('%s gives them values that are accepted together', (file) => {
    const workflow = load(text(`examples/${file}`)) as { jobs: Record<string, { steps: Step[] }> };
    const [step] = Object.values(workflow.jobs).flatMap((job) =>
      job.steps.filter((one) => one.uses?.includes('/mlflow-to-seldon@')),
    );
    const given = new Map(Object.entries(step?.with ?? {}).map(([name, value]) => [name, String(value)]));
    const value = (name: string) => {
      const { default: fallback }: InputDefinition = INPUTS.find((input) => input.name === name) ?? {
        name,
        description: '',
      };
      const said = given.get(name) ?? fallback ?? '';
      if (!said.includes('${{')) return said;
      return VALUES[name] ?? (/secrets|vars/.test(said) ? 'https://mlflow.example.com' : '');
    };
    expect(() => readConfig({ input: value, env: {} })).not.toThrow();
  });

  it('show every rollout mode', () => {
    const all = files.map((file) => text(`examples/${file}`)).join('\n');
    const modes = ['canary', 'shadow', 'ab', 'blue-green', 'promote', 'rollback', 'status'];
    expect(modes.filter((mode) => !all.includes(`mode: ${mode}\n`))).toEqual([]);
  });
});
