/**
 * All faults in all requests: `npm run test:faults [-- STORY…]`.
 *
 * FAULTS_PARALLEL: runs at a time (default 2). FAULTS_ONLY: a regular expression on `STORY PEER: KIND #N FAULT`.
 */
import { appendFileSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { faultsFor, isSlow, nameOf, type Target } from './fault.ts';
import { judge } from './judge.ts';
import { STORIES, storyNamed } from './stories.ts';
import { rowsOf, tableOf, type Verdict } from './table.ts';
import { type PreparedStory, prepare, tryFault } from './trial.ts';

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));
const OUT = fileURLToPath(new URL('../../sandbox/out/faults/', import.meta.url));

/** Requests of one kind that are spoilt: the first ones are told apart, later ones of the same kind are alike. */
const ORDINALS = 3;

/** Each fault in each request; a slow fault only in the first of each kind. */
export function targetsOf({ requests }: Pick<PreparedStory, 'requests'>): readonly Target[] {
  return requests
    .filter(({ ordinal }) => ordinal <= ORDINALS)
    .flatMap((request) =>
      faultsFor(request)
        .filter((fault) => !isSlow(fault) || request.ordinal === 1)
        .map((fault) => ({ ...request, fault })),
    );
}

/** Plays trials, some at a time. */
export async function playAll(
  prepared: PreparedStory,
  targets: readonly Target[],
  { parallel, onVerdict }: { readonly parallel: number; readonly onVerdict: (verdict: Verdict) => void },
): Promise<void> {
  const left = [...targets];
  const worker = async () => {
    for (let target = left.shift(); target !== undefined; target = left.shift()) {
      const { evidence, hasFired } = await tryFault(prepared, target);
      onVerdict({ story: prepared.story.name, evidence, hasFired, flaws: judge(evidence) });
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
    const onVerdict = (verdict: Verdict) => {
      verdicts.push(verdict);
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

if (process.argv[1] === fileURLToPath(import.meta.url)) await sweep(process.argv.slice(2));
