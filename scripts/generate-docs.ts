/** Writes action.yml, the tables of README.md, the schema of target files and docs/troubleshooting.md from the registries of inputs and outputs. `npm run docs` */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { dump } from 'js-yaml';
import { POLICY_INPUTS } from '../src/gate/policy.ts';
import { JSON_INPUTS, MOST_TARGETS, TARGET_INPUTS } from '../src/gate/targets.ts';
import type { InputDefinition } from '../src/settings/input-definition.ts';
import { INPUTS, type InputName } from '../src/settings/inputs.ts';
import { OUTPUTS } from '../src/settings/outputs.ts';
import { readmeWithTables } from './readme-tables.ts';
import { troubleshootingPage } from './troubleshooting.ts';

const README = fileURLToPath(new URL('../README.md', import.meta.url));
const ACTION = fileURLToPath(new URL('../action.yml', import.meta.url));
const TROUBLESHOOTING = fileURLToPath(new URL('../docs/troubleshooting.md', import.meta.url));
const SCHEMA = fileURLToPath(new URL('../schema/targets.schema.json', import.meta.url));

export function actionYaml(): string {
  const inputs = INPUTS.map(({ name, description, required, default: value }: InputDefinition) => [
    name,
    { description, required: required === true, ...(value !== undefined && { default: value }) },
  ]);
  const outputs = OUTPUTS.map(({ name, description }) => [name, { description }]);
  const action = {
    name: 'MLflow to Seldon',
    description: 'Put an MLflow model live on Seldon Core, prove that it answers, and tell the pull request where.',
    author: 'the mlflow-to-seldon maintainers',
    branding: { icon: 'upload-cloud', color: 'blue' },
    inputs: Object.fromEntries(inputs),
    outputs: Object.fromEntries(outputs),
    runs: { using: 'node24', main: 'dist/index.js', post: 'dist/index.js', 'post-if': 'always()' },
  };
  return `# Written by \`npm run docs\` from src/settings/inputs.ts and src/settings/outputs.ts.\n${dump(action, { lineWidth: 120 })}`;
}

/** JSON Schema of a file of targets, for editors: what `core/targets.ts` takes. */
export function targetsSchema(): string {
  const policy = { type: 'object', additionalProperties: false, properties: propertiesOf(POLICY_INPUTS) };
  const settings = { ...propertiesOf(TARGET_INPUTS), policy: { description: 'Who may ask for what.', ...policy } };
  const needs = {
    description: 'Targets of the same run that must be well before this one begins.',
    anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }],
  };
  const target = (properties: object) => ({ type: 'object', additionalProperties: false, properties });
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Targets of mlflow-to-seldon',
    type: 'object',
    additionalProperties: false,
    required: ['targets'],
    properties: {
      version: { const: 1 },
      defaults: { description: 'Settings of every target that does not say otherwise.', ...target(settings) },
      targets: {
        description: 'What can be shipped, by name.',
        type: 'object',
        minProperties: 1,
        maxProperties: MOST_TARGETS,
        propertyNames: { pattern: '^(?!all$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$' },
        additionalProperties: target({ needs, ...settings }),
      },
    },
  };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

function propertiesOf(names: readonly InputName[]): Readonly<Record<string, object>> {
  const known = INPUTS.filter(({ name }) => names.includes(name));
  return Object.fromEntries(
    known.map((input: InputDefinition) => [input.name, { description: input.description, ...typeOf(input) }]),
  );
}

function typeOf({ name, choices }: InputDefinition): object {
  if (choices?.includes('true')) return { type: 'boolean' };
  if (choices !== undefined) return { enum: choices };
  const scalar = { type: ['string', 'number', 'boolean'] };
  if (JSON_INPUTS.some((one) => one === name)) return {};
  return { anyOf: [scalar, { type: 'array', items: { type: ['string', 'number'] } }] };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(ACTION, actionYaml());
  writeFileSync(SCHEMA, targetsSchema());
  writeFileSync(TROUBLESHOOTING, troubleshootingPage());
  writeFileSync(README, readmeWithTables(readFileSync(README, 'utf8')));
}
