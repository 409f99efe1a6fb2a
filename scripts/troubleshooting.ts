import { CURES as PROOF_CURES } from '../src/proof/failed-proof.ts';
import { KNOWN_ANSWERS } from '../src/proof/known-answers.ts';
import { REASONS } from '../src/report/reasons.ts';
import type { FailureContext } from '../src/rollout/failures/failure-row.ts';
import { CURES, KNOWN_FAILURES } from '../src/rollout/failures/known-failures.ts';
import { WEBHOOK_FAILURES, webhookFailure } from '../src/seldon/webhook-failure.ts';
import { REASON_CURES } from './reason-cures.ts';

/** One failure as docs/troubleshooting.md shows it. */
export interface TroubleshootingRow {
  readonly id: string;
  readonly reason: string;
  readonly place: string;
  readonly proof: string;
  readonly meaning: string;
  readonly cure: string;
}

const CONTEXT: FailureContext = { modelUri: 's3://models/wine', secret: undefined };

/** Every row that a finding may link to. */
export function troubleshootingRows(): readonly TroubleshootingRow[] {
  const rollout = Object.values(KNOWN_FAILURES)
    .flat()
    .map(({ id, reason, place, pattern, example, title, cure }) => {
      const match = pattern.exec(example);
      if (match === null) throw new Error(`the row ${id} does not find its own example`);
      return { id, reason, place, proof: example, meaning: title(CONTEXT, match), cure: cure(CONTEXT, match) };
    });
  const webhooks = WEBHOOK_FAILURES.map(({ id, example }) => {
    const failure = webhookFailure(example);
    if (failure?.id !== id) throw new Error(`the row ${id} does not find its own example`);
    return {
      id,
      reason: 'cluster-failed',
      place: 'webhook',
      proof: example,
      meaning: failure.sentence,
      cure: failure.cure,
    };
  });
  const answers = KNOWN_ANSWERS.map(({ id, reason, example, title, cure }) => {
    return { id, reason, place: 'ingress', proof: example, meaning: title, cure };
  });
  return [...rollout, ...webhooks, ...answers];
}

/** docs/troubleshooting.md: each `reason` output, and under it every failure that is known. */
export function troubleshootingPage(): string {
  const rows = Map.groupBy(troubleshootingRows(), ({ reason }) => reason);
  const cures: Readonly<Record<string, string>> = { ...CURES, ...PROOF_CURES, ...REASON_CURES };
  const sections = Object.entries(REASONS).flatMap(([reason, meaning]) => {
    const known = rows.get(reason) ?? [];
    const cure = cures[reason];
    const index = known.map(({ id, place }) => `[${id}](#${id}) (${place})`).join(', ');
    return [
      `## ${reason}`,
      `${meaning}${cure === undefined ? '' : ` **Cure:** ${sentence(cure)}`}`,
      ...(index === '' ? [] : [`Known causes: ${index}.`]),
      ...known.flatMap(section),
    ];
  });
  return `${[
    '<!-- Written by `npm run docs` from the tables of src/rollout/failures, src/seldon/webhook-failure.ts, src/proof/known-answers.ts and src/report/reasons.ts, and scripts/reason-cures.ts. -->',
    '# Troubleshooting',
    'Every run that fails has a code in its output `reason`. Find the code below. A comment links to the row that explains it. Each row says where the failure is seen, which text proves it, what it means and what to change.',
    ...sections,
  ].join('\n\n')}\n`;
}

function section({ id, place, proof, meaning, cure }: TroubleshootingRow): readonly string[] {
  return [
    `### ${id}`,
    `Seen in: ${place}.`,
    `\`\`\`text\n${proof}\n\`\`\``,
    `${sentence(meaning)}`,
    `**Cure:** ${sentence(cure)}`,
  ];
}

/** With a capital letter and a full stop; names of pods and packages may hold `<`. */
function sentence(words: string): string {
  const text = words.replace(/^[a-z](?=[a-z]*[ ,])/, (letter) => letter.toUpperCase());
  const escaped = text
    .split('`')
    .map((part, at) => (at % 2 === 1 ? part : part.replaceAll('<', '&lt;').replaceAll('*', '\\*')));
  return `${escaped.join('`')}${/[.?!]$/.test(text) ? '' : '.'}`;
}
