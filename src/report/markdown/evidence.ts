import { fence, inline, prose } from '../../base/untrusted-text.ts';
import type { GateRecord } from '../../proof/evidence/gate-record.ts';
import type { Answer } from '../../proof/evidence/judge.ts';
import type { Verdict } from '../../proof/evidence/questions.ts';
import { shareOf } from '../../proof/evidence/share.ts';
import { describeDifference, describePair, describeVerdict } from '../../proof/evidence/verdict-words.ts';
import { intervalBars, LEGEND, type StepVerdict } from './evidence-bars.ts';
import { fold } from './fold.ts';
import { table } from './table.ts';

const SYMBOLS: Readonly<Record<Answer, string>> = { good: '✅', worse: '❌', open: '❔', 'no-data': '❔' };

const ANSWERS: Readonly<Record<Answer, string>> = {
  good: '✅ good',
  worse: '❌ worse',
  open: '❔ open',
  'no-data': '❔ no data',
};
/** From so many steps on a chart shows more than lines of text. */
const LEAST_POINTS = 5;

/** What the requests of users showed in the last step, in sentences and as a picture. */
export function evidenceSection(gates: readonly GateRecord[]): readonly string[] {
  const last = gates.at(-1);
  if (last === undefined) return [];
  const { stage, source, verdicts, problem } = last;
  const counted = source === 'nobody' ? 'not counted' : `counted by ${inline(source, 100)}`;
  const lines = [
    ...(problem === undefined ? [] : [`- ${SYMBOLS['no-data']} ${prose(problem, 300)}`]),
    ...verdicts.map((verdict) => `- ${SYMBOLS[verdict.answer]} ${prose(describeVerdict(verdict), 500)}`),
  ];
  return [
    `**Evidence from the requests of users** up to the step ${inline(stage, 100)} (${counted}; 1 point is 1 % of the requests):`,
    lines.join('\n'),
    ...pictures([last]),
  ];
}

/** The figures of each step, for readers who check the verdict. */
export function evidenceDetails(gates: readonly GateRecord[]): readonly string[] {
  if (gates.length === 0) return [];
  const head = '| step | question | main | canary | canary − main | |\n|---|---|---|---|---|---|';
  const promise =
    'Together, all verdicts of one rollout are wrong with a probability of at most 5 %, whenever they are read.';
  const more = gates.length > 1 ? pictures(gates) : [];
  return [
    fold(
      'Evidence of each step',
      [table(gates.flatMap(rowsOf), head), promise, ...more, ...charts(gates)].join('\n\n'),
    ),
  ];
}

function rowsOf({ stage, verdicts, problem }: GateRecord): readonly (readonly string[])[] {
  const rows = verdicts.map(({ name, answer, total, difference }) => [
    inline(stage, 100),
    inline(name, 60),
    ...describePair(total),
    answer === 'no-data' ? '' : describeDifference(difference),
    ANSWERS[answer],
  ]);
  if (problem === undefined) return rows;
  return [...rows, [inline(stage, 100), prose(problem, 300), '', '', '', ANSWERS['no-data']]];
}

interface Answered {
  readonly name: string;
  readonly steps: readonly StepVerdict[];
}

/** Each question that was answered with figures. */
function answeredIn(gates: readonly GateRecord[]): readonly Answered[] {
  const names = [...new Set(gates.flatMap(({ verdicts }) => verdicts.map(({ name }) => name)))];
  return names.flatMap((name) => {
    const steps = gates.flatMap(({ stage, verdicts }): readonly StepVerdict[] => {
      const verdict = verdicts.find((one) => one.name === name);
      return verdict === undefined || verdict.answer === 'no-data' ? [] : [{ stage, verdict }];
    });
    return steps.length === 0 ? [] : [{ name, steps }];
  });
}

function pictures(gates: readonly GateRecord[]): readonly string[] {
  const drawn = answeredIn(gates).map(
    ({ name, steps }) => `${inline(name, 60)}, share of all requests\n${intervalBars(steps)}`,
  );
  return drawn.length === 0 ? [] : [fence([...drawn, LEGEND].join('\n\n'), 'text')];
}

/** Many steps as a chart; GitHub draws Mermaid. It contains only numbers that we computed. */
function charts(gates: readonly GateRecord[]): readonly string[] {
  return answeredIn(gates)
    .filter(({ steps }) => steps.length >= LEAST_POINTS)
    .map(({ steps }) => chart(steps.map(({ verdict }) => verdict)));
}

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
