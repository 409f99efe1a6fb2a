/**
 * All faults in all requests: `npm run test:faults [-- STORY…]`.
 *
 * FAULTS_PARALLEL: runs at a time (default 2). FAULTS_ONLY: a regular expression on `STORY PEER: KIND #N FAULT`.
 */
import { appendFileSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { explanationOf } from './explained.ts';
import { nameOf, type Target } from './fault.ts';
import { judge } from './judge.ts';
import { STORIES, storyNamed } from './stories.ts';
import { rowsOf, tableOf, type Verdict } from './table.ts';
import { targetsOf } from './targets.ts';
import { type PreparedStory, prepare, tryFault } from './trial.ts';

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));
const OUT = fileURLToPath(new URL('../../sandbox/out/faults/', import.meta.url));

/** Plays trials, some at a time. */
async function playAll(
  prepared: PreparedStory,
  targets: readonly Target[],
  { parallel, onVerdict }: { readonly parallel: number; readonly onVerdict: (verdict: Verdict) => void },
): Promise<void> {
  const left = [...targets];
  const worker = async () => {
    for (let target = left.shift(); target !== undefined; target = left.shift()) {
      const chosen = target;
      // On a busy machine a sandbox may not come up in time.
      const { evidence, hasFired } = await tryFault(prepared, chosen).catch(() => tryFault(prepared, chosen));
      const flaws = judge(evidence).filter((flaw) => {
        const why = explanationOf(chosen, flaw);
        const name = `${prepared.story.name} ${nameOf(chosen)} ${chosen.fault}`;
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
  const parallel = Number(process.env['FAULTS_PARALLEL'] ?? 2);
  const only = new RegExp(process.env['FAULTS_ONLY'] ?? '');
  mkdirSync(OUT, { recursive: true });
  // A bundle that is built meanwhile does not change what is tried.
  const bundle = `${OUT}bundle-${process.pid}/`;
  cpSync(DIST, bundle, { recursive: true });
  const verdicts: Verdict[] = [];
  for (const story of stories) {
    const prepared = await prepare(story, `${bundle}index.js`);
    const targets = targetsOf(prepared).filter((one) => only.test(`${story.name} ${nameOf(one)} ${one.fault}`));
    const file = `${OUT}${story.name}.jsonl`;
    writeFileSync(file, '');
    process.stdout.write(`${story.name}: ${prepared.requests.length} requests, ${targets.length} runs\n`);
    let done = 0;
    const onVerdict = (verdict: Verdict) => {
      verdicts.push(verdict);
      done++;
      if (done % 50 === 0) process.stdout.write(`  ${story.name}: ${done} of ${targets.length}\n`);
      if (verdict.flaws.length === 0) return;
      appendFileSync(file, `${JSON.stringify(verdict)}\n`);
      const { target } = verdict.evidence;
      const said = verdict.flaws.map(({ criterion, kind, sentence }) => `\n    ${criterion} ${kind}: ${sentence}`);
      process.stdout.write(`  ${story.name} ${nameOf(target)} ${target.fault}${said.join('')}\n`);
    };
    await playAll(prepared, targets, { parallel, onVerdict });
  }
  process.stdout.write(`${tableOf(rowsOf(verdicts))}\n`);
  if (verdicts.some(({ flaws }) => flaws.length > 0)) process.exitCode = 1;
}

await sweep(process.argv.slice(2));
