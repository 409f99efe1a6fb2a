import { fence, inline, prose } from '../../base/untrusted-text.ts';
import type { GateRecord } from '../../proof/evidence/gate-record.ts';
import type { Answer } from '../../proof/evidence/judge.ts';
import type { Verdict } from '../../proof/evidence/questions.ts';
import { shareOf } from '../../proof/evidence/share.ts';
import { describeDifference, describeTally, describeVerdict } from '../../proof/evidence/verdict-words.ts';
import { intervalBars, type StepVerdict } from './evidence-bars.ts';
import { table } from './table.ts';

const ANSWERS: Readonly<Record<Answer, string>> = {
  good: '✅ good',
  worse: '❌ worse',
  open: '❔ open',
  'no-data': '❔ no data',
};
/** From so many steps on a chart shows more than lines of text. */
const LEAST_POINTS = 5;

/** What the requests of each step showed: figures, what could have been missed, and pictures. */
export function evidenceSection(gates: readonly GateRecord[]): readonly string[] {
  if (gates.length === 0) return [];
  const head = '| step | question | main | canary | canary − main | |\n|---|---|---|---|---|---|';
  return [evidenceHead(gates), table(gates.flatMap(rowsOf), head), ...openSentences(gates), ...pictures(gates)];
}

function evidenceHead(gates: readonly GateRecord[]): string {
  const sources = [...new Set(gates.map(({ source }) => source))].filter((source) => source !== 'nobody');
  const counted = sources.length === 0 ? 'the requests were not counted' : `counted by ${sources.join(' and ')}`;
  return `**Evidence** (${counted}; all verdicts of this rollout together are wrong with a probability of at most 5 %, at whichever moment one looks):`;
}

function rowsOf({ stage, verdicts, problem }: GateRecord): readonly (readonly string[])[] {
  const rows = verdicts.map(({ name, answer, total, difference }) => [
    inline(stage, 100),
    inline(name, 60),
    describeTally(total.main),
    describeTally(total.canary),
    answer === 'no-data' ? '' : describeDifference(difference),
    ANSWERS[answer],
  ]);
  if (problem === undefined) return rows;
  return [...rows, [inline(stage, 100), prose(problem, 300), '', '', '', ANSWERS['no-data']]];
}

/** What could have been missed in the end. Earlier steps knew less. */
function openSentences(gates: readonly GateRecord[]): readonly string[] {
  const open = (gates.at(-1)?.verdicts ?? []).filter(({ answer }) => answer === 'open');
  return open.length === 0 ? [] : [open.map((verdict) => `- ${prose(describeVerdict(verdict), 400)}`).join('\n')];
}

/** One picture of each question that was answered with figures. */
function pictures(gates: readonly GateRecord[]): readonly string[] {
  const names = [...new Set(gates.flatMap(({ verdicts }) => verdicts.map(({ name }) => name)))];
  return names.flatMap((name) => {
    const steps = gates.flatMap(({ stage, verdicts }): readonly StepVerdict[] => {
      const verdict = verdicts.find((one) => one.name === name);
      return verdict === undefined || verdict.answer === 'no-data' ? [] : [{ stage, verdict }];
    });
    if (steps.length === 0) return [];
    const bars = fence(`${inline(name, 60)}, share of requests\n${intervalBars(steps)}`, 'text');
    return steps.length < LEAST_POINTS ? [bars] : [bars, chart(steps.map(({ verdict }) => verdict))];
  });
}

/** Many steps as a picture; GitHub draws Mermaid. Only numbers of ours go in. */
function chart(verdicts: readonly Verdict[]): string {
  const points = (of: 'main' | 'canary') =>
    verdicts.map(({ total }) => Number((shareOf(total[of]) * 100).toPrecision(3))).join(', ');
  const lines = [
    'xychart-beta',
    '  title "Share of each step, percent: main, canary"',
    `  x-axis "step" 1 --> ${verdicts.length}`,
    `  line [${points('main')}]`,
    `  line [${points('canary')}]`,
  ];
  return fence(lines.join('\n'), 'mermaid');
}
