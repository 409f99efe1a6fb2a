import { expect, it } from 'vitest';
import { explanationOf } from './explained.ts';
import { nameOf } from './fault.ts';
import { inTurn } from './in-turn.ts';
import { type Flaw, judge } from './judge.ts';
import { pick, quickOnes, randomFrom } from './sample.ts';
import { STORIES, storyNamed } from './stories.ts';
import { targetsOf } from './targets.ts';
import { prepare, tryFault } from './trial.ts';

/** A sample of the fault suite; `npm run test:faults` tries all of it. */
const SEED = Number(process.env['FAULTS_SEED'] ?? 20261126);
const RUNS_PER_STORY = 1;

const update = prepare(storyNamed('update'));

function inWords(flaws: readonly Flaw[]): readonly string[] {
  return flaws.map(({ criterion, kind, sentence }) => `${criterion} ${kind}: ${sentence}`);
}

for (const [at, story] of STORIES.entries())
  it.concurrent(
    `the story "${story.name}" tells the truth whatever goes wrong once (FAULTS_SEED=${SEED})`,
    { timeout: 600_000 },
    () =>
      inTurn(async () => {
        const prepared = await (story.name === 'update' ? update : prepare(story));
        const sample = pick(quickOnes(targetsOf(prepared)), RUNS_PER_STORY, randomFrom(SEED + at));
        for (const target of sample) {
          const { evidence } = await tryFault(prepared, target);
          const name = `${story.name} ${nameOf(target)} ${target.fault}`;
          expect({
            name,
            flaws: inWords(judge(evidence).filter((flaw) => explanationOf(target, flaw) === undefined)),
          }).toEqual({ name, flaws: [] });
        }
      }),
  );

it.concurrent.each(['kubernetes', 'mlflow', 'github'] as const)(
  '%s may be away for 20 s when a run begins',
  async (peer) => {
    const prepared = await update;
    const first = prepared.requests.find((one) => one.peer === peer);
    expect(first).toBeDefined();
    if (first === undefined) return;
    const { evidence, hasFired } = await tryFault(prepared, { ...first, fault: 'away' });
    expect({ hasFired, flaws: inWords(judge(evidence)) }).toEqual({ hasFired: true, flaws: [] });
    expect(evidence.seconds).toBeGreaterThan(19);
    expect(evidence.log).toMatch(/retry in \d/);
  },
  600_000,
);
