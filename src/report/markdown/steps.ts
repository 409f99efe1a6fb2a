import type { StepRecord } from '../../base/journal.ts';
import { inline, prose } from '../../base/untrusted-text.ts';
import { fold } from './fold.ts';
import { table } from './table.ts';

/** Names of the steps for readers of the comment. */
const STEP_WORDS: Readonly<Record<StepRecord['name'], string>> = {
  resolve: 'find the model',
  preflight: 'check permissions',
  turn: 'acquire the lease',
  render: 'write the manifest',
  apply: 'apply',
  write: 'write the file',
  wait: 'wait for the pods',
  health: 'health',
  predict: 'prediction',
  endpoint: 'public endpoint',
  compare: 'compare the models',
  evaluate: 'evaluate the labelled rows',
  mirror: 'mirrored requests',
  hold: 'watch the requests',
  gate: 'judge the requests',
  undo: 'restore',
  remove: 'delete',
  record: 'record the history',
  note: 'update the registry',
  look: 'read the live state',
};

/** All steps of the run, folded. */
export function stepsSection(steps: readonly StepRecord[]): readonly string[] {
  if (steps.length === 0) return [];
  const total = steps.reduce((sum, { duration }) => sum + duration, 0);
  const failed = steps.filter(({ state }) => state === 'failed').length;
  const title = `What the run did: ${counted(steps.length, 'step')} in ${humanDuration(total)}${failed === 0 ? '' : `, ${failed} failed`}`;
  return [fold(title, table(stepRows(steps), '| step | | took |\n|---|---|--:|'))];
}

function counted(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count} ${what}s`;
}

/** What a run in progress does now. */
export function currentStep(steps: readonly StepRecord[]): readonly string[] {
  const last = steps.at(-1);
  if (last?.state !== 'under-way') return [];
  const about = last.about === undefined ? '' : ` (${inline(last.about, 100)})`;
  const message = firstLine(last.message);
  return [
    `**In progress:** ${STEP_WORDS[last.name]}${about}${message === '' ? '' : `: ${prose(message, 300)}`}. This comment is updated while the run is in progress.`,
  ];
}

/** If several steps have the same subject, only the first row names it. */
function stepRows(steps: readonly StepRecord[]): readonly (readonly string[])[] {
  return steps.map((step, at) => stepRow(step, step.about === steps[at - 1]?.about ? undefined : step.about));
}

function stepRow({ name, state, message, duration }: StepRecord, about: string | undefined): readonly string[] {
  const mark = { ok: '', failed: '**failed**: ', 'under-way': '⏳ ' }[state];
  const which = about === undefined ? '' : `**${inline(about, 100)}:** `;
  return [STEP_WORDS[name], `${which}${mark}${prose(firstLine(message), 300)}`, humanDuration(duration)];
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}

/** `850 ms`, `21.4 s`, `3 m 05 s`. */
export function humanDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} m ${String(seconds % 60).padStart(2, '0')} s`;
}
