import { describe, expect, it } from 'vitest';
import type { CounterReading } from '../../../src/proof/evidence/counters.ts';
import { addReading, beginBake, beginStep, noEvidence, questionsOf } from '../../../src/proof/evidence/evidence.ts';
import { answersTo } from '../../../src/proof/evidence/questions.ts';
import { describeVerdict } from '../../../src/proof/evidence/verdict-words.ts';

const RULES = { errorMargin: 0.01, latencyRatio: 1.5, latencyLimit: undefined };
const SOURCE = { source: { seesNewInstances: true }, seconds: 10 };

interface Page {
  readonly ok: number;
  readonly failed?: number;
  /** Of all of them, those that took more than 50 ms; none took more than 250. */
  readonly slow?: number;
}

/** What the executors of both show. */
function reading(pages: Readonly<Record<string, Page>>): CounterReading {
  return {
    instances: Object.entries(pages).map(([predictor, { ok, failed = 0, slow = 0 }]) => ({
      instance: `pod-of-${predictor}`,
      counts: [
        ...[
          [0.05, ok + failed - slow],
          [0.25, ok + failed],
          [Number.POSITIVE_INFINITY, ok],
        ].map(([bound = 0, count = 0]) => ({ deployment: 'wine', predictor, code: '200', bound, count })),
        { deployment: 'wine', predictor, code: '500', bound: Number.POSITIVE_INFINITY, count: failed },
      ],
    })),
    unread: [],
  };
}

describe('the evidence of a rollout', () => {
  const begin = { rules: RULES, asksMain: true };

  it('counts the requests of the steps, and not those between them', () => {
    let evidence = beginStep(noEvidence('main', 'canary'), reading({ main: { ok: 100 }, canary: { ok: 3 } }), begin);
    evidence = addReading(evidence, reading({ main: { ok: 190 }, canary: { ok: 12, failed: 1 } }), SOURCE);
    // The proof of the next step asks canary 5 times.
    evidence = beginStep(evidence, reading({ main: { ok: 200 }, canary: { ok: 17, failed: 1 } }), begin);
    evidence = addReading(evidence, reading({ main: { ok: 250 }, canary: { ok: 67, failed: 1 } }), SOURCE);
    const [failures] = questionsOf(evidence, RULES);
    expect(failures?.steps).toEqual([
      { main: { trials: 90, failures: 0 }, canary: { trials: 10, failures: 1 } },
      { main: { trials: 50, failures: 0 }, canary: { trials: 50, failures: 0 } },
    ]);
    expect(evidence.elapsed).toBe(20);
  });

  it('takes the bound of slow requests from what main did before, and keeps it', () => {
    let evidence = beginStep(noEvidence('main', 'canary'), reading({ main: { ok: 100 } }), begin);
    expect(evidence.slow).toEqual({ bound: 0.25, since: 0 });
    evidence = addReading(evidence, reading({ main: { ok: 900, slow: 800 }, canary: { ok: 50 } }), SOURCE);
    evidence = beginStep(evidence, reading({ main: { ok: 900, slow: 800 } }), begin);
    expect(evidence.slow).toEqual({ bound: 0.25, since: 0 });
  });

  it('compares slow requests from the step on that follows the first requests of main', () => {
    let evidence = beginStep(noEvidence('main', 'canary'), reading({ main: { ok: 5 } }), begin);
    expect(questionsOf(evidence, RULES)).toHaveLength(1);
    evidence = addReading(evidence, reading({ main: { ok: 500 }, canary: { ok: 50 } }), SOURCE);
    evidence = beginStep(evidence, reading({ main: { ok: 500 }, canary: { ok: 50 } }), begin);
    expect(evidence.slow?.since).toBe(1);
    expect(questionsOf(evidence, RULES)[1]?.steps).toHaveLength(1);
  });

  it('takes a limit that a user gives, rounded up to a bucket', () => {
    const rules = { ...RULES, latencyLimit: 0.1 };
    const evidence = beginStep(noEvidence('main', 'canary'), reading({ main: { ok: 1 } }), { rules, asksMain: true });
    expect(evidence.slow?.bound).toBe(0.25);
  });

  it('compares canary with what main did before where it has all requests from the first step on', () => {
    const only = { rules: RULES, asksMain: false };
    let evidence = beginStep(noEvidence('main', 'canary'), reading({ main: { ok: 400 } }), only);
    evidence = addReading(evidence, reading({ main: { ok: 400 }, canary: { ok: 20, failed: 20 } }), SOURCE);
    const [failures] = answersTo(questionsOf(evidence, RULES), 10);
    expect(failures).toMatchObject({ answer: 'worse', total: { main: { trials: 400 }, canary: { failures: 20 } } });
  });

  it('of a bake is compared with all that the old model did, also under the same name', () => {
    const before = reading({ main: { ok: 400 } });
    let evidence = beginBake(before, { old: 'main', candidate: 'main', rules: RULES });
    evidence = beginStep(evidence, reading({ main: { ok: 0 } }), { rules: RULES, asksMain: false });
    evidence = addReading(evidence, reading({ main: { ok: 30, failed: 30 } }), SOURCE);
    const [failures] = answersTo(questionsOf(evidence, RULES), 10);
    expect(failures?.total.main).toEqual({ trials: 400, failures: 0 });
    expect(failures?.total.canary).toEqual({ trials: 60, failures: 30 });
    expect(failures?.answer).toBe('worse');
  });

  it('has no data for a step in which main was silent, whatever earlier steps saw', () => {
    let evidence = beginStep(noEvidence('main', 'canary'), reading({ main: { ok: 0 }, canary: { ok: 0 } }), begin);
    evidence = addReading(evidence, reading({ main: { ok: 90_000 }, canary: { ok: 90_000 } }), SOURCE);
    expect(answersTo(questionsOf(evidence, RULES), 10)[0]?.answer).toBe('good');
    evidence = beginStep(evidence, reading({ main: { ok: 90_000 }, canary: { ok: 90_000 } }), begin);
    evidence = addReading(evidence, reading({ main: { ok: 90_000 }, canary: { ok: 90_050 } }), SOURCE);
    expect(answersTo(questionsOf(evidence, RULES), 10)[0]?.answer).toBe('no-data');
  });
});

describe('a verdict in words', () => {
  const question = (main: readonly [number, number], canary: readonly [number, number]) =>
    describeVerdict(
      answersTo(
        [
          {
            name: 'failed requests',
            margin: 0.01,
            asksMain: true,
            steps: [
              {
                main: { failures: main[0], trials: main[1] },
                canary: { failures: canary[0], trials: canary[1] },
              },
            ],
          },
        ],
        600,
      )[0] ?? expect.fail(),
    );

  it.each([
    [
      [6, 1200],
      [30, 300],
      /^failed requests: main 0\.5 % of 1,200, canary 10\.0 % of 300: worse by [\d.]+ to [\d.]+ points, and 1 point is allowed$/,
    ],
    [
      [60, 24_000],
      [15, 6000],
      /: good: no difference found; a difference of 0\.\d+ points or more would have been found, and 1 point is allowed$/,
    ],
    [
      [1, 400],
      [0, 100],
      /: not decided yet: no difference found; a difference of [\d.]+ points or more would have been found, and 1 point is allowed; with [\d,]+ more requests to canary \(about \d+ (?:minutes|hours)\), one of 1 point would be found$/,
    ],
    [[0, 0], [0, 100], /main no requests, canary 0 % of 100: no data$/],
  ] as const)('of main %j and canary %j says what is known', (main, canary, words) => {
    expect(question(main, canary)).toMatch(words);
  });
});
