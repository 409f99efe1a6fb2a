/** The main job on one machine: a pull request is merged, and its model goes live. `npm run demo` */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { asShown } from './runner.ts';
import { PULL_REQUEST, startSandbox } from './sandbox.ts';

const OUT = fileURLToPath(new URL('./out/', import.meta.url));

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

const sandbox = await startSandbox();
try {
  say('A sandbox is up on this machine: Kubernetes API, Seldon operator, model servers, gateway, MLflow and GitHub.');
  say(`Pull request #${PULL_REQUEST} is merged. Its workflow runs the action; this is the step's log:\n`);
  const raw: string[] = [];
  const end = await sandbox.act({ onLine: (line) => raw.push(line) });
  say(asShown(raw.join('\n')));
  const [comment] = sandbox.github.comments(PULL_REQUEST);
  mkdirSync(OUT, { recursive: true });
  writeFileSync(`${OUT}comment.md`, `${comment?.body ?? ''}\n`);
  writeFileSync(`${OUT}summary.md`, end.summary);
  say(`\nThe comment on pull request #${PULL_REQUEST} (also in sandbox/out/comment.md):\n`);
  say(comment?.body ?? 'none');
  say('\nThe outputs of the step:\n');
  for (const [name, value] of Object.entries(end.outputs))
    if (name !== 'result') say(`  ${name}: ${value.slice(0, 120)}`);
  process.exitCode = end.exitCode === 0 ? 0 : 1;
} finally {
  await sandbox.close();
}
