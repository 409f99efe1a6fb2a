import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import type { Workspace } from '../../src/base/ports.ts';
import { findPullRequest } from '../../src/report/find-pull-request.ts';
import { publishReport } from '../../src/report/publish-report.ts';
import type { PullRequestHint } from '../../src/report/pull-request.ts';
import type { Repository } from '../../src/report/repository.ts';
import { FakeRunner } from '../support/fake-runner.ts';
import { aReport, sampleReports } from '../support/reports.ts';

class FakeRepository implements Repository {
  readonly written: { readonly pullRequest: number; readonly body: string }[] = [];

  async pullRequestOf(commit: string): Promise<number | undefined> {
    return commit.startsWith('a') ? 7 : undefined;
  }

  async upsertComment(
    pullRequest: number,
    _markers: readonly string[],
    body: (previous: string | undefined) => string,
  ): Promise<string> {
    this.written.push({ pullRequest, body: body(this.written.at(-1)?.body) });
    return 'https://github.com/acme/wine/pull/7#issuecomment-1';
  }
}

const forbidden: Repository = {
  pullRequestOf: async () => 7,
  upsertComment: () =>
    Promise.reject(
      new UserError('github-failed', 'could not comment', { hint: 'give the job `permissions: pull-requests: write`' }),
    ),
};

async function publish(over: Partial<Parameters<typeof publishReport>[0]> = {}) {
  const runner = new FakeRunner();
  const summaries: string[] = [];
  const workspace: Workspace = {
    read: () => Promise.reject(new Error('not asked for')),
    write: () => Promise.reject(new Error('not asked for')),
    summarize: async (markdown) => {
      summaries.push(markdown);
    },
  };
  const repository = new FakeRepository();
  await publishReport({
    reports: [aReport()],
    path: '',
    tell: { comment: 'auto' },
    pullRequest: 7,
    repository,
    workspace,
    runner,
    secrets: [],
    publicDetails: 'all',
    ...over,
  });
  return { runner, repository, summary: summaries.join() };
}

describe('publishing', () => {
  it('is a comment, a summary and outputs, of the same report', async () => {
    const { runner, repository, summary } = await publish();
    expect(repository.written[0]?.body).toContain('is live on Seldon');
    expect(summary).toContain('is live on Seldon');
    expect(runner.outputs).toMatchObject({
      outcome: 'deployed',
      'comment-url': 'https://github.com/acme/wine/pull/7#issuecomment-1',
    });
  });

  it.each<[string, PullRequestHint | undefined, number]>([
    ['the commit that was pushed', { commit: 'a'.repeat(40) }, 1],
    ['a commit without a pull request', { commit: 'b'.repeat(40) }, 0],
    ['nothing at all', undefined, 0],
  ])('finds the pull request by %s', async (_, hint, comments) => {
    const pullRequest = await findPullRequest(hint, new FakeRepository());
    expect((await publish({ pullRequest })).repository.written).toHaveLength(comments);
  });

  it('warns when a comment was asked for in any case and there is no pull request', async () => {
    const { runner } = await publish({ pullRequest: undefined, tell: { comment: 'always' } });
    expect(runner.lines.join()).toMatch(/Warning: no comment was written: no pull request/);
  });

  it('does not fail a rollout that could not be commented: it warns, and writes the summary and outputs', async () => {
    const { runner, summary } = await publish({ repository: forbidden });
    expect(runner.lines.join()).toMatch(/Warning: could not comment: .*pull-requests: write/);
    expect(summary).not.toBe('');
    expect(runner.outputs['outcome']).toBe('deployed');
  });

  it('takes secrets out of all three forms', async () => {
    const hostile = aReport({ warnings: ['s3cr3t'], findings: [], manifest: 's3cr3t' });
    const { runner, repository, summary } = await publish({
      reports: [hostile],
      secrets: ['s3cr3t'],
    });
    for (const text of [repository.written[0]?.body, summary, runner.outputs['result']])
      expect(text).not.toContain('s3cr3t');
  });

  it('leaves every fence closed where a secret stood at its end', async () => {
    const quotes = [
      { label: 'Answer', text: '````\nHTTP 500: token=' },
      { label: 'Log', text: '`token=abcd` and `@octocat <b>`' },
    ];
    const finding = {
      reason: 'crash-loop',
      title: 'HTTP 500: `token=abcd` and `@octocat <b>`',
      cure: undefined,
      quotes,
    } as const;
    const { repository } = await publish({ reports: [aReport({ outcome: 'failed', findings: [finding] })] });
    const body = repository.written[0]?.body ?? '';
    expect(body).not.toContain('abcd');
    const outside = body.replace(/^(`{3,})[\s\S]*?^\1$/gm, '').replace(/(`+)(?:(?!\1)[\s\S])*\1/g, '');
    expect(outside).not.toMatch(/@octocat|<b>/);
  });

  it('says the cause and the cure in the log when the step fails', async () => {
    const { runner } = await publish({ reports: [sampleReports['rolled-back'] ?? aReport()] });
    expect(runner.lines.join('\n')).toMatch(/Error: .*Python module[\s\S]*pip_requirements/);
  });
});
