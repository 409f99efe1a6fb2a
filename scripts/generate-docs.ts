/** Writes action.yml and the tables of README.md from the registries of inputs and outputs. `npm run docs` */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { dump } from 'js-yaml';
import { INPUTS, type InputDefinition } from '../src/core/inputs.ts';
import { OUTPUTS } from '../src/core/outputs.ts';

const README = fileURLToPath(new URL('../README.md', import.meta.url));
const ACTION = fileURLToPath(new URL('../action.yml', import.meta.url));

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
  return `# Written by \`npm run docs\` from src/core/inputs.ts and src/core/outputs.ts.\n${dump(action, { lineWidth: 120 })}`;
}

/** The README with its tables between the marker comments replaced. */
export function readmeWithTables(readme: string): string {
  const inputs = INPUTS.map(({ name, description, required, default: value }: InputDefinition) => {
    const fallback = required === true ? '**required**' : value === undefined ? '' : `\`${value}\``;
    return `| \`${name}\` | ${description} | ${fallback} |`;
  });
  const outputs = OUTPUTS.map(({ name, description }) => `| \`${name}\` | ${description} |`);
  const withInputs = between(readme, 'inputs', ['| input | what it says | default |', '|---|---|---|', ...inputs]);
  return between(withInputs, 'outputs', ['| output | what it holds |', '|---|---|', ...outputs]);
}

function between(text: string, name: string, lines: readonly string[]): string {
  const [begin, end] = [`<!-- ${name}: npm run docs -->`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`README.md has no ${begin} … ${end}`);
  return `${text.slice(0, from + begin.length)}\n${lines.join('\n')}\n${text.slice(to)}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(ACTION, actionYaml());
  writeFileSync(README, readmeWithTables(readFileSync(README, 'utf8')));
}
