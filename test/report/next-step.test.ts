import { describe, expect, it } from 'vitest';
import { nextStepOf } from '../../src/report/next-step.ts';
import type { Report } from '../../src/report/report.ts';
import { aReport, sampleReports } from '../support/reports.ts';

const canary = sampleReports['canary'] ?? expect.fail();
const planned = sampleReports['planned'] ?? expect.fail();
const { offer, decision } = canary;
if (offer === undefined || decision === undefined) throw new Error('the sample offers commands');

function step(report: Report, over: Partial<Report> = {}) {
  return nextStepOf({ ...report, ...over });
}

describe('the next step', () => {
  const UNTIL =
    'Until then `canary` (wine-quality v4, 10 %) stands beside main; the commands also work here after the merge.';

  it('of a canary is to promote it, or to remove it', () => {
    expect(step(canary)).toEqual({
      sentence: 'to give all requests to wine-quality v4, comment',
      command: '/seldon promote',
      instead: `To remove it instead, comment \`/seldon rollback\`. ${UNTIL}`,
    });
  });

  it('of a canary with evidence that does not decide says so', () => {
    const gates = sampleReports['in-progress']?.gates ?? [];
    expect(step(canary, { gates })?.sentence).toBe(
      'the evidence does not decide yet; to give all requests to wine-quality v4 anyway, comment',
    );
  });

  it('is a plan where a change needs one', () => {
    const promote = '/seldon plan mode=promote';
    expect(step(canary, { decision: { ...decision, promote } })).toMatchObject({
      sentence: 'to plan to give all requests to wine-quality v4, comment',
      command: promote,
    });
  });

  it('names no command that is not allowed, and how to do it without a comment', () => {
    for (const none of [undefined, { ...decision, promote: undefined }]) {
      const told = step(canary, { decision: none });
      expect(told?.command).toBeUndefined();
      expect(told?.instead).toBeUndefined();
      expect(told?.sentence).toBe(
        'to give all requests to wine-quality v4, run this action with `mode: promote`; to remove it, with `mode: rollback`.',
      );
    }
    expect(step(canary, { decision: { ...decision, rollback: undefined } })?.instead).toBe(UNTIL);
  });

  it('says which workflow the commands need where this one reads no comments', () => {
    expect(step(canary, { decision: { ...decision, needsWorkflow: true } })?.instead).toContain(
      'need a workflow that reads comments, such as `examples/commands.yml`',
    );
  });

  it('of a plan that must wait is the decision about the candidate', () => {
    expect(step(planned, { reason: 'decision-needed', decision, mode: 'direct' })).toEqual({
      sentence:
        'decide first: `canary` (wine-quality v4, 10 %) stands beside main; mode direct can run after that. To give it all requests, comment',
      command: '/seldon promote',
      instead: 'To remove it instead, comment `/seldon rollback`.',
    });
  });

  it('of a plan that replaces a candidate says so', () => {
    expect(step(planned, { decision })?.instead).toBe(
      '`canary` (wine-quality v4, 10 %) stands beside main; mode canary replaces it otherwise. To give it all requests instead, comment `/seldon promote`.',
    );
  });

  it('of a plan of what the merge brings is the merge, and of a model that main serves already is nothing', () => {
    expect(step(planned, { isAfterMerge: true })?.sentence).toMatch(
      /^merge this pull request\. Plan of what the merge/,
    );
    expect(step(planned, { askedMode: 'canary' })).toEqual({ sentence: 'nothing to do.' });
  });

  it('of a plan is the command that does exactly this, with what it needs before', () => {
    expect(step(planned)).toEqual({
      sentence: 'to do exactly this and nothing else (it needs an approving review), comment',
      command: planned.next,
    });
    expect(step(planned, { next: undefined })).toEqual({
      sentence: `to do exactly this and nothing else, run this action with \`plan: ${planned.plan}\`.`,
    });
  });

  it('of a plan that a pull request got is the merge or the command, and says who reads commands', () => {
    expect(step(planned, { context: { ...planned.context, event: 'pull_request' } })).toEqual({
      sentence:
        'merge this pull request, where a workflow deploys on merge; to do exactly this and nothing else (it needs an approving review), comment',
      command: planned.next,
      instead: 'Commands need a workflow that reads comments, such as `examples/commands.yml`.',
    });
  });

  it('of a canary that a merge brought says what comes first where the workflow of the comments requires plans', () => {
    const read = (one: typeof decision) => step(canary, { decision: { ...one, needsWorkflow: true } })?.instead;
    expect(read(decision)).toMatch(/Where it requires plans, `\/seldon plan mode=promote` comes first\.$/);
    expect(read({ ...decision, promote: decision.planned })).not.toContain('comes first');
  });

  it('of a canary whose pods are not available is to wait', () => {
    expect(step(sampleReports['status'] ?? aReport())).toEqual({
      sentence: 'wait until all pods of `canary` are available.',
    });
  });

  it('of a model that is live is nothing, with the way back', () => {
    expect(step(aReport({ offer }))).toEqual({
      sentence: 'nothing to do.',
      instead: 'To go back to **wine-quality** v3, comment `/seldon rollback`.',
    });
    expect(step(aReport({ offer, previous: undefined }))).toEqual({ sentence: 'nothing to do.' });
    expect(step(aReport())).toEqual({ sentence: 'nothing to do.' });
  });

  it('of a run in progress is how to stop it', () => {
    const running = { outcome: 'under-way', decision } as const;
    const sentence = 'comment `/seldon abort`; what was live before is put back.';
    expect(step(canary, running)).toEqual({ label: 'To stop it', sentence });
    expect(step(canary, { ...running, decision: undefined })).toEqual({ label: 'To stop it', sentence });
    expect(step(canary, { ...running, decision: { ...decision, needsWorkflow: true } })?.sentence).toContain(
      'need a workflow that reads comments',
    );
    expect(step(canary, { ...running, decision: undefined, offer: undefined })).toBeUndefined();
  });
});

describe('the step after a failure', () => {
  const failed = sampleReports['rolled-back'] ?? expect.fail();
  const { context } = failed;
  const by = (event: string) => ({ context: { ...context, event } });
  const RUN = '[this workflow run](<https://github.com/acme/wine/actions/runs/4711>)';

  it.each([
    ['push', `push the correction, or re-run ${RUN} if no file changed.`],
    ['pull_request', 'push the correction to this pull request.'],
    ['issue_comment', 'comment the same command again.'],
    ['workflow_dispatch', `re-run ${RUN}.`],
    ['schedule', `re-run ${RUN}.`],
  ])('of a run by %s stands after the cure', (event, sentence) => {
    for (const outcome of ['failed', 'rolled-back', 'withdrawn'] as const)
      expect(step(failed, { outcome, ...by(event) })).toEqual({ label: 'After that', sentence });
  });

  it('of a command that needs a plan is a new plan', () => {
    expect(step(failed, { offer: { ...offer, needsPlan: true }, ...by('issue_comment') })?.sentence).toBe(
      'comment `/seldon plan` with the same model and arguments, and then the command of that plan.',
    );
  });

  it('is the next step where no cause names a cure', () => {
    const findings = failed.findings.map((one) => ({ ...one, cure: undefined }));
    expect(step(failed, { findings })).toEqual({
      sentence: `correct what the cause names, then push the correction, or re-run ${RUN} if no file changed.`,
    });
  });

  it.each([
    ['kept', 'to put the previous state back, comment `/seldon rollback`.'],
    ['unknown', 'to see what is live now, comment `/seldon status`.'],
    ['undo-failed', 'to see what is live now, comment `/seldon status`.'],
    ['object-changed', 'to see what is live now, comment `/seldon status`.'],
  ] as const)('of a run that is %s is to look at it, or to undo it', (outcome, sentence) => {
    expect(step(failed, { outcome, offer })).toEqual({ label: 'After that', sentence });
  });

  it('names the mode where no comment is read', () => {
    expect(step(failed, { outcome: 'kept' })?.sentence).toBe(
      'to put the previous state back, run this action with `mode: rollback`.',
    );
    expect(step(failed, { outcome: 'kept', offer, previous: undefined })?.sentence).toContain('`mode: remove`');
  });

  it('of a refused command is what it needs', () => {
    expect(step(failed, { outcome: 'refused' })).toBeUndefined();
  });
});
