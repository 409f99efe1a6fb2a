/**
 * All faults in all requests: `npm run test:faults [-- STORY…]`. It takes about an hour on two cores.
 *
 * FAULTS_PARALLEL: runs at a time (default 3), in addition FAULTS_WAITING runs with a fault that keeps them waiting (default
 * 10). FAULTS_ONLY: a regular expression on `STORY PEER: KIND #N FAULT`. After Ctrl-C it tells what it has so far.
 * FAULTS_MINUTES: it ends after that time, and plays the runs in an order that follows from FAULTS_SEED.
 */
import { appendFileSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { explanationOf } from './explained.ts';
import { isSlow, nameOf, type Target } from './fault.ts';
import { judge } from './judge.ts';
import { pick, randomFrom } from './sample.ts';
import { STORIES, storyNamed } from './stories.ts';
import { rowsOf, tableOf, type Verdict } from './table.ts';
import { targetsOf } from './targets.ts';
import { type PreparedStory, prepare, tryFault } from './trial.ts';

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));
const OUT = fileURLToPath(new URL('../../sandbox/out/faults/', import.meta.url));

interface Trial {
  readonly prepared: PreparedStory;
  readonly target: Target;
}

interface Playing {
  readonly parallel: number;
  readonly isOver: () => boolean;
  readonly onVerdict: (verdict: Verdict) => void;
}

/** Plays trials, some at a time. */
async function playAll(trials: readonly Trial[], { parallel, isOver, onVerdict }: Playing): Promise<void> {
  const left = [...trials];
  const worker = async () => {
    for (let next = left.shift(); next !== undefined && !isOver(); next = left.shift()) {
      const { prepared, target } = next;
      const { evidence, hasFired } = await tryFault(prepared, target);
      const flaws = judge(evidence).filter((flaw) => {
        const why = explanationOf(target, flaw);
        const name = `${prepared.story.name} ${nameOf(target)} ${target.fault}`;
        if (why !== undefined) process.stdout.write(`  ${name}: explained: ${flaw.sentence} (${why})\n`);
        return why === undefined;
      });
      onVerdict({ story: prepared.story.name, evidence, hasFired, flaws });
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
}

async function sweep(names: readonly string[]): Promise<void> {
  const stories = names.length === 0 ? STORIES : names.map(storyNamed);
  const only = new RegExp(process.env['FAULTS_ONLY'] ?? '');
  mkdirSync(OUT, { recursive: true });
  // A bundle that is built meanwhile does not change what is tried.
  const bundle = `${OUT}bundle-${process.pid}/`;
  cpSync(DIST, bundle, { recursive: true });
  const trials: Trial[] = [];
  for (const story of stories) {
    const prepared = await prepare(story, `${bundle}index.js`);
    const targets = targetsOf(prepared).filter((one) => only.test(`${story.name} ${nameOf(one)} ${one.fault}`));
    trials.push(...targets.map((target) => ({ prepared, target })));
    writeFileSync(fileOf(story.name), '');
    process.stdout.write(`${story.name}: ${prepared.requests.length} requests, ${targets.length} runs\n`);
  }
  let wasStopped = false;
  process.once('SIGINT', () => {
    wasStopped = true;
  });
  const minutes = Number(process.env['FAULTS_MINUTES'] || Number.POSITIVE_INFINITY);
  const end = performance.now() + minutes * 60_000;
  const isOver = () => wasStopped || performance.now() > end;
  const random = randomFrom(Number(process.env['FAULTS_SEED'] ?? 1));
  const inOrder = Number.isFinite(minutes) ? pick(trials, trials.length, random) : trials;
  const verdicts: Verdict[] = [];
  const onVerdict = (verdict: Verdict) => {
    verdicts.push(verdict);
    if (verdicts.length % 50 === 0) process.stdout.write(`  ${verdicts.length} of ${trials.length}\n`);
    if (verdict.flaws.length > 0) tell(verdict);
  };
  // A run that waits needs no core: several of them fit beside those that compute.
  const isWaiting = ({ target }: Trial) => isSlow(target.fault);
  await Promise.all([
    playAll(
      inOrder.filter((one) => !isWaiting(one)),
      { parallel: Number(process.env['FAULTS_PARALLEL'] ?? 3), isOver, onVerdict },
    ),
    playAll(inOrder.filter(isWaiting), { parallel: Number(process.env['FAULTS_WAITING'] ?? 10), isOver, onVerdict }),
  ]);
  const byPeer = rowsOf(verdicts, ({ story, evidence }) => `${story}, ${evidence.target.peer}`);
  process.stdout.write(`${tableOf(byPeer)}\n\n${tableOf(rowsOf(verdicts))}\n`);
  if (verdicts.some(({ flaws }) => flaws.length > 0)) process.exitCode = 1;
}

function fileOf(story: string): string {
  return `${OUT}${story}-${process.pid}.jsonl`;
}

/** The whole evidence goes to a file. */
function tell(verdict: Verdict): void {
  const { story, flaws, hasFired } = verdict;
  const { target, seconds } = verdict.evidence;
  appendFileSync(fileOf(story), `${JSON.stringify(verdict)}\n`);
  const said = flaws.map(({ criterion, kind, sentence }) => `\n    ${criterion} ${kind}: ${sentence}`);
  const about = `${Math.round(seconds)} s${hasFired ? '' : ', not reached'}`;
  process.stdout.write(`  ${story} ${nameOf(target)} ${target.fault} (${about})${said.join('')}\n`);
}

await sweep(process.argv.slice(2));
