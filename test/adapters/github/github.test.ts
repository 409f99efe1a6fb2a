import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SandboxGithub, startGithub } from '../../../sandbox/github/server.ts';
import { GithubApi } from '../../../src/adapters/github/api.ts';
import { GithubCollaboration } from '../../../src/adapters/github/collaboration.ts';
import { GithubDeployments } from '../../../src/adapters/github/deployments.ts';
import { GithubRepository } from '../../../src/adapters/github/repository.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const MARKER = '<!-- mlflow-to-seldon: seldon/wine -->';
const COMMIT = '6dcb09b5b57875f334f61aebed695e2e4193db5e';
const HEAD = 'a'.repeat(40);

let github: SandboxGithub;
const clock = new FakeClock();

beforeEach(async () => {
  github = await startGithub({
    repository: 'acme/wine',
    pullRequests: [
      { number: 7, mergeCommit: COMMIT },
      { number: 8, locked: true },
      { number: 9, state: 'open', isDraft: true, isFork: true, approval: 'APPROVED' },
    ],
    people: { octocat: 'admin', maria: 'maintain', theo: 'triage', custom: 'release manager' },
    teams: { 'acme/ml': ['maria'] },
    checks: { [HEAD]: 'SUCCESS' },
    tokens: {
      workflow: { login: 'github-actions[bot]', permissions: ['pull-requests:write', 'deployments:write'] },
      app: { login: 'deployer[bot]', permissions: ['pull-requests:write'] },
      person: { login: 'octocat', permissions: ['pull-requests:write'] },
      reader: { login: 'github-actions[bot]', permissions: ['contents:read'] },
    },
  });
});

afterEach(() => github.close());

function open(token: string): GithubApi {
  return new GithubApi({ token, repository: 'acme/wine', apiUrl: github.url, clock });
}

function repository(token = 'workflow'): GithubRepository {
  return new GithubRepository(open(token));
}

describe('the comment on a pull request', () => {
  it('is written once and edited from then on', async () => {
    const first = await repository().upsertComment(7, [MARKER], () => `${MARKER}\nv1`);
    const second = await repository().upsertComment(7, [MARKER], () => `${MARKER}\nv2`);
    expect(second).toBe(first);
    expect(first).toMatch(/^https:\/\/github\.com\/acme\/wine\/pull\/7#issuecomment-\d+$/);
    expect(github.comments(7).map((one) => one.body)).toEqual([`${MARKER}\nv2`]);
  });

  it('is found behind hundreds of others, and never one that somebody else wrote with our marker', async () => {
    github.post(7, 'mallory', `${MARKER}\nforged`);
    for (let i = 0; i < 250; i++) github.post(7, 'octocat', `comment ${i}`);
    await repository().upsertComment(7, [MARKER], () => `${MARKER}\nv1`);
    await repository().upsertComment(7, [MARKER], () => `${MARKER}\nv2`);
    expect(github.comments(7)).toHaveLength(252);
    expect(github.comments(7)[0]?.body).toContain('forged');
  });

  it('belongs to the person whose token it is', async () => {
    await repository('person').upsertComment(7, [MARKER], () => `${MARKER}\nv1`);
    await repository('workflow').upsertComment(7, [MARKER], () => `${MARKER}\nv1`);
    expect(github.comments(7).map((one) => one.user?.login)).toEqual(['octocat', 'github-actions[bot]']);
  });

  it('names the missing permission', async () => {
    const writing = repository('reader').upsertComment(7, [MARKER], () => MARKER);
    await expect(writing).rejects.toMatchObject({
      code: 'github-failed',
      hint: expect.stringContaining('pull-requests: write'),
    });
  });

  it.each([
    [999, '404'],
    [8, 'locked'],
  ])("on pull request %i fails with GitHub's own word", async (number, word) => {
    await expect(repository().upsertComment(number, [MARKER], () => MARKER)).rejects.toThrow(word);
  });

  it('is tried again after a passing fault, for as long as GitHub asks', async () => {
    github.fail({ match: /POST .*comments/, status: 502, times: 1 });
    github.fail({
      match: /POST .*comments/,
      status: 403,
      times: 1,
      headers: { 'retry-after': '30' },
      message: 'You have exceeded a secondary rate limit',
    });
    const before = clock.now();
    await repository().upsertComment(7, [MARKER], () => MARKER);
    expect(github.comments(7)).toHaveLength(1);
    expect(clock.now() - before).toBeGreaterThanOrEqual(30_000);
  });

  it('is not written twice when only the answer to the first was lost', async () => {
    github.fail({ match: /POST .*comments/, status: 502, times: 1, late: true });
    await repository().upsertComment(7, [MARKER], () => `${MARKER}\nv1`);
    expect(github.comments(7)).toHaveLength(1);
  });

  it('is the one of an app, too, which may not ask REST who it is', async () => {
    await repository('app').upsertComment(7, [MARKER], () => `${MARKER}\nv1`);
    await repository('app').upsertComment(7, [MARKER], () => `${MARKER}\nv2`);
    expect(github.comments(7).map((one) => one.user?.login)).toEqual(['deployer[bot]']);
  });

  it('is found by the marker of a run that did not know its cluster yet', async () => {
    const known = MARKER.replace(' -->', '@1a2b3c4d -->');
    await repository().upsertComment(7, [MARKER], () => `${MARKER}\nno kubeconfig`);
    await repository().upsertComment(7, [known, MARKER], () => `${known}\nv1`);
    expect(github.comments(7).map((one) => one.body)).toEqual([`${known}\nv1`]);
  });

  it('is given up after a few tries', async () => {
    github.fail({ match: /POST .*comments/, status: 500, times: 99 });
    await expect(repository().upsertComment(7, [MARKER], () => MARKER)).rejects.toMatchObject({
      code: 'github-failed',
    });
    expect(github.requests.filter((line) => /^POST .*comments/.test(line))).toHaveLength(4);
  });
});

describe('a deployment', () => {
  const REF = { namespace: 'seldon', name: 'wine' };
  const draft = (holder: string) => ({
    ref: COMMIT,
    environment: 'staging',
    isProduction: false,
    isTransient: false,
    description: 'direct: wine v2',
    payload: { ...REF, holder },
  });
  const deployments = () => new GithubDeployments(open('workflow'));

  it('is made once, also when the answer to the first attempt was lost', async () => {
    const before = await deployments().open(draft('run 1'));
    github.fail({ match: /POST .*deployments$/, status: 502, times: 1, late: true });
    const id = await deployments().open(draft('run 2'));
    expect(github.deployments().map((one) => one.id)).toEqual([before, id]);
  });

  it('is made again when the first attempt did not reach GitHub', async () => {
    await deployments().open(draft('run 1'));
    github.fail({ match: /POST .*deployments$/, status: 502, times: 1 });
    await deployments().open(draft('run 2'));
    expect(github.deployments()).toHaveLength(2);
  });

  it('tells the state that was set last', async () => {
    const id = await deployments().open(draft('run 1'));
    expect(await deployments().stateOf(id)).toBeUndefined();
    const news = { environmentUrl: undefined, logUrl: undefined, description: '' };
    for (const state of ['in_progress', 'error'] as const) await deployments().mark(id, state, news);
    expect(await deployments().stateOf(id)).toBe('error');
    expect(await deployments().of('staging', REF)).toEqual([id]);
  });
});

describe('an outage of GitHub', () => {
  it('delays a run once, and the waiting is told', async () => {
    github.fail({ match: /./, status: 503, times: 999 });
    const told: string[] = [];
    const api = new GithubApi({
      token: 'workflow',
      repository: 'acme/wine',
      apiUrl: github.url,
      clock,
      onRetry: (one) => told.push(one),
    });
    const before = clock.now();
    await expect(new GithubRepository(api).pullRequestOf(COMMIT)).rejects.toMatchObject({ code: 'github-failed' });
    const waited = clock.now() - before;
    expect(waited).toBeGreaterThan(20_000);
    expect(waited).toBeLessThanOrEqual(30_000);
    expect(told[0]).toBe('GitHub: HTTP 503, Server Error; retry in 0.5 s');
    await expect(new GithubRepository(api).pullRequestOf(COMMIT)).rejects.toMatchObject({ code: 'github-failed' });
    expect(clock.now() - before - waited).toBeLessThan(10_000);
  });
});

describe('the pull request of a commit', () => {
  it('is the one that was merged with it', async () => {
    expect(await repository().pullRequestOf(COMMIT)).toBe(7);
  });

  it('is none for a commit that came another way', async () => {
    expect(await repository().pullRequestOf('0'.repeat(40))).toBeUndefined();
  });
});

describe('who works on the repository', () => {
  const people = () => new GithubCollaboration(open('workflow'), 'acme/wine');

  it.each([
    ['octocat', 'admin'],
    ['maria', 'maintain'],
    ['theo', 'triage'],
    ['custom', 'write'],
    ['stranger', 'none'],
  ])('%s has the role %s', async (login, role) => {
    expect(await people().roleOf(login)).toBe(role);
  });

  it('reads the state of a pull request', async () => {
    const known = { head: HEAD, base: 'main', isDefaultBase: true };
    const reading = new GithubCollaboration(open('reader'), 'acme/wine');
    expect(await reading.pullRequest(7)).toEqual({
      isOpen: false,
      isDraft: false,
      isFork: false,
      isInBase: 'yes',
      ...known,
    });
    github.change(7, { isRewritten: true });
    expect(await reading.pullRequest(7)).toMatchObject({ isInBase: 'no' });
    expect(await people().pullRequest(7)).toMatchObject({ isInBase: 'unknown' });
    expect(await people().pullRequest(9)).toEqual({ isOpen: true, isDraft: true, isFork: true, ...known });
  });

  it('knows approval, checks and membership, and says unknown where GitHub does not tell', async () => {
    expect(await people().isApproved(9)).toMatchObject({ answer: 'yes' });
    expect(await people().isApproved(7)).toMatchObject({ answer: 'unknown' });
    expect(await people().checksPass(HEAD)).toMatchObject({ answer: 'yes' });
    expect(await people().checksPass('f'.repeat(40))).toMatchObject({ answer: 'unknown' });
    expect(await people().isMember('acme/ml', 'maria')).toBe('yes');
    expect(await people().isMember('acme/ml', 'octocat')).toBe('no');
    github.fail({ match: /memberships/, status: 403, times: 9 });
    expect(await people().isMember('acme/ml', 'maria')).toBe('unknown');
  });

  it('reacts to a comment', async () => {
    const id = github.post(7, 'octocat', '/seldon status');
    await people().react(id, 'eyes');
    expect(github.reactions(id)).toEqual(['eyes']);
  });
});
