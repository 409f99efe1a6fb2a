/** A story on one machine, from the first model to a pull request with the next one. `npm run demo` */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type ActionCall, type ActionEnd, asShown } from './runner.ts';
import { OPEN_PULL_REQUEST, PULL_REQUEST, type Sandbox, startSandbox } from './sandbox.ts';

const OUT = fileURLToPath(new URL('./out/', import.meta.url));

interface Act {
  readonly title: string;
  /** The address of its documentation. */
  readonly pullRequest: number;
  readonly outcome: string;
  perform(sandbox: Sandbox, call: Partial<ActionCall>): Promise<ActionEnd>;
}

const MERGE: Partial<ActionCall> = { inputs: { 'pull-request': String(OPEN_PULL_REQUEST) } };

function commented(by: string, body: string | ((sandbox: Sandbox) => string)): Act['perform'] {
  return (sandbox, call) => sandbox.comment({ by, body: typeof body === 'string' ? body : body(sandbox) }, call);
}

function inputs(given: Readonly<Record<string, string>>): Act['perform'] {
  return (sandbox, call) => sandbox.act({ ...call, inputs: { ...MERGE.inputs, ...given } });
}

/** The command that the plan's comment offers. */
function offered(sandbox: Sandbox): string {
  const said = sandbox.github.comments(OPEN_PULL_REQUEST).map((one) => one.body ?? '');
  return /^\/seldon .*plan=\S+$/m.exec(said.join('\n'))?.[0] ?? '';
}

const PLAN = '/seldon plan mode=canary models:/wine-quality@challenger traffic=20';

const ACTS: readonly Act[] = [
  {
    title: `Pull request #${PULL_REQUEST} is merged: its workflow ships wine-quality@champion.`,
    pullRequest: PULL_REQUEST,
    outcome: 'deployed',
    perform: (sandbox, call) => sandbox.act(call),
  },
  {
    title: `Pull request #${OPEN_PULL_REQUEST} brings its successor. Maria comments: ${PLAN}`,
    pullRequest: OPEN_PULL_REQUEST,
    outcome: 'planned',
    perform: commented('maria', PLAN),
  },
  {
    title: 'A stranger comments: /seldon deploy models:/wine-quality/5',
    pullRequest: OPEN_PULL_REQUEST,
    outcome: 'refused',
    perform: commented('stranger', '/seldon deploy models:/wine-quality/5'),
  },
  {
    title:
      'Maria comments what the plan offers: a fifth of the requests go to the canary, which is proven and compared first.',
    pullRequest: OPEN_PULL_REQUEST,
    outcome: 'deployed',
    perform: commented('maria', offered),
  },
  {
    title: `Pull request #${OPEN_PULL_REQUEST} is merged: its workflow promotes the canary; all of it is read from the cluster.`,
    pullRequest: OPEN_PULL_REQUEST,
    outcome: 'deployed',
    perform: inputs({ mode: 'promote', 'model-uri': '' }),
  },
  {
    title: 'Somebody ships version 5, which cannot even start: what was live is put back.',
    pullRequest: OPEN_PULL_REQUEST,
    outcome: 'rolled-back',
    perform: inputs({ 'model-uri': 'models:/wine-quality/5' }),
  },
  {
    title: 'What is live now, and what was proven before?',
    pullRequest: OPEN_PULL_REQUEST,
    outcome: 'reported',
    perform: inputs({ mode: 'status', 'model-uri': '' }),
  },
];

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** The comment of ours that was written or edited last. */
function commentOn(sandbox: Sandbox, pullRequest: number): string {
  const ours = sandbox.github.comments(pullRequest).filter((one) => one.user?.login === 'github-actions[bot]');
  const [latest] = ours.toSorted((a, b) => b.updated_at.localeCompare(a.updated_at));
  return latest?.body ?? 'none';
}

/** Plays one act: the first with the step's whole log, all with the comment on the pull request. */
async function play(sandbox: Sandbox, { title, pullRequest, outcome, perform }: Act, number: number): Promise<boolean> {
  say(`\n${'─'.repeat(100)}\n${number}. ${title}\n`);
  const raw: string[] = [];
  const end = await perform(sandbox, { onLine: (line) => raw.push(line) });
  if (number === 1) say(`The step's log:\n\n${asShown(raw.join('\n'))}`);
  const body = commentOn(sandbox, pullRequest);
  writeFileSync(`${OUT}comment-${number}.md`, `${body}\n`);
  writeFileSync(`${OUT}summary-${number}.md`, end.summary);
  say(`The comment on pull request #${pullRequest} (sandbox/out/comment-${number}.md):\n\n${body}`);
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
