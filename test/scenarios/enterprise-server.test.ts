import { expect } from 'vitest';
import { OPEN_PULL_REQUEST } from '../../sandbox/sandbox.ts';
import { story } from './story.ts';

const AT = { env: { GITHUB_SERVER_URL: 'https://git.acme.example' } };

story(
  'on a GitHub Enterprise Server everything goes there: roles, reviews, files, comments, records, links',
  async (sandbox) => {
    const path = '.github/seldon.yml';
    sandbox.github.write(
      'main',
      path,
      'targets: { wine: { name: wine, environment: staging, policy: { require-review: true } } }',
    );
    sandbox.github.change(OPEN_PULL_REQUEST, { approval: 'APPROVED' });
    const call = { ...AT, inputs: { config: path } };
    const end = await sandbox.comment({ by: 'maria', body: '/seldon deploy' }, call);
    expect(end.outputs, end.shown).toMatchObject({ outcome: 'deployed' });
    expect(end.reactions).toEqual(['eyes', 'rocket']);
    expect(sandbox.github.requests).toContain('POST /api/graphql');
    expect(sandbox.github.requests.filter((line) => !/ \/api\/(v3\/|graphql$)/.test(line))).toEqual([]);
    expect(sandbox.github.deployments()).toMatchObject([{ states: ['in_progress', 'success'] }]);
    const comment = sandbox.github.comments(OPEN_PULL_REQUEST).at(-1)?.body ?? '';
    expect(comment).toContain('https://git.acme.example/acme/wine/actions/runs/4711');
    expect(comment).not.toContain('https://github.com');
  },
  { isEnterprise: true },
);
