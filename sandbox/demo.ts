/** A story on one machine: a model goes live, another one beside it, is promoted, and a bad one is taken back. `npm run demo` */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type ActionCall, asShown } from './runner.ts';
import { PULL_REQUEST, type Sandbox, startSandbox } from './sandbox.ts';

const OUT = fileURLToPath(new URL('./out/', import.meta.url));

interface Act {
  readonly title: string;
  readonly call: Partial<ActionCall>;
  readonly outcome: string;
}

const ACTS: readonly Act[] = [
  {
    title: `Pull request #${PULL_REQUEST} is merged: its workflow ships wine-quality@champion.`,
    call: {},
    outcome: 'deployed',
  },
  {
    title: 'Its successor comes up beside it as a canary, is compared, and gets a fifth of the requests.',
    call: { inputs: { mode: 'canary', traffic: '20', 'model-uri': 'models:/wine-quality@challenger' } },
    outcome: 'deployed',
  },
  {
    title: 'The canary is promoted: all of it is read from the cluster.',
    call: { inputs: { mode: 'promote', 'model-uri': '' } },
    outcome: 'deployed',
  },
  {
    title: 'Version 5 cannot even start: what was live is put back.',
    call: { inputs: { 'model-uri': 'models:/wine-quality/5' } },
    outcome: 'rolled-back',
  },
  {
    title: 'What is live now, and what was proven before?',
    call: { inputs: { mode: 'status', 'model-uri': '' } },
    outcome: 'reported',
  },
];

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Plays one act: the first with the step's whole log, all with the comment that people read. */
async function play(sandbox: Sandbox, { title, call, outcome }: Act, number: number): Promise<boolean> {
  say(`\n${'─'.repeat(100)}\n${number}. ${title}\n`);
  const raw: string[] = [];
  const end = await sandbox.act({ ...call, onLine: (line) => raw.push(line) });
  if (number === 1) say(`The step's log:\n\n${asShown(raw.join('\n'))}`);
  const [comment] = sandbox.github.comments(PULL_REQUEST);
  const body = comment?.body ?? 'none';
  writeFileSync(`${OUT}comment-${number}.md`, `${body}\n`);
  writeFileSync(`${OUT}summary-${number}.md`, end.summary);
  say(`The comment on pull request #${PULL_REQUEST} (sandbox/out/comment-${number}.md):\n\n${body}`);
  if (end.outputs['outcome'] === outcome) return true;
  say(`This act was to end as ${outcome}, and ended as ${end.outputs['outcome']}:\n${end.shown}`);
  return false;
}

mkdirSync(OUT, { recursive: true });
const sandbox = await startSandbox();
try {
  say('A sandbox is up on this machine: Kubernetes API, Seldon operator, model servers, gateway, MLflow and GitHub.');
  for (const [at, act] of ACTS.entries()) {
    if (await play(sandbox, act, at + 1)) continue;
    process.exitCode = 1;
    break;
  }
} finally {
  await sandbox.close();
}
