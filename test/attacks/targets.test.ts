import { describe, expect, it } from 'vitest';
import { pullRequestEvent } from '../../sandbox/github/events.ts';
import { OPEN_PULL_REQUEST } from '../../sandbox/sandbox.ts';
import { parseTargets } from '../../src/gate/targets.ts';
import { assembleManifest } from '../../src/plan/manifest.ts';
import { planHash } from '../../src/plan/plan-hash.ts';
import { ANNOTATIONS } from '../../src/seldon/seldon-deployment.ts';
import { live, story } from '../scenarios/story.ts';
import { cpuTime } from '../support/cpu-time.ts';
import { aPlanRequest } from '../support/models.ts';

/** Attacks by way of the file of targets: it says who may do what, so nobody may bring their own. */

const PATH = '.github/seldon.yml';
const INPUTS = { config: PATH, 'model-uri': '', name: '' };
const GOOD = 'targets: { wine: { name: wine, model-uri: "models:/wine-quality@champion" } }';
const EVIL = GOOD.replace(
  'name: wine,',
  'name: evil, mlflow-tracking-uri: "http://127.0.0.1:1", policy: { command-roles: deploy=none },',
);

story('the file of the pull request itself is never read, only that of the base branch', async (sandbox) => {
  sandbox.github.write('main', PATH, GOOD);
  sandbox.github.write('feature', PATH, EVIL);
  sandbox.github.write('a'.repeat(40), PATH, EVIL);
  const end = await sandbox.comment({ by: 'maria', body: '/seldon deploy' }, { inputs: INPUTS });
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'deployed', name: 'wine' });
  expect(live(sandbox, 'evil')).toBeUndefined();
});

story('a pull request into a branch that anybody may push to is refused', async (sandbox) => {
  sandbox.github.write('main', PATH, GOOD);
  sandbox.github.write('mine', PATH, EVIL);
  sandbox.github.change(OPEN_PULL_REQUEST, { base: 'mine' });
  for (const body of ['/seldon deploy', '/seldon plan', '/seldon help', '/seldon status']) {
    const end = await sandbox.comment({ by: 'maria', body }, { inputs: INPUTS });
    expect(end.outputs, end.shown).toMatchObject({ outcome: 'refused', reason: 'base-not-allowed' });
  }
  const allowed = { ...INPUTS, 'allow-bases': 'release/*' };
  sandbox.github.change(OPEN_PULL_REQUEST, { base: 'release/2' });
  sandbox.github.write('release/2', PATH, GOOD);
  const end = await sandbox.comment({ by: 'maria', body: '/seldon plan' }, { inputs: allowed });
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'planned' });
});

story('a tag with the name of the base branch brings no file of its own', async (sandbox) => {
  sandbox.github.write('main', PATH, GOOD);
  sandbox.github.write('tags/main', PATH, EVIL);
  const end = await sandbox.comment({ by: 'maria', body: '/seldon deploy' }, { inputs: INPUTS });
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'deployed', name: 'wine' });
  const event = pullRequestEvent('opened', { number: OPEN_PULL_REQUEST });
  const plan = await sandbox.act({ event, inputs: INPUTS });
  expect(plan.outputs, plan.shown).toMatchObject({ outcome: 'planned', name: 'wine' });
  for (const ref of ['refs/heads/main', 'heads/main']) {
    const read = await sandbox.act({ event, inputs: { ...INPUTS, 'config-ref': ref } });
    expect(read.outputs, read.shown).toMatchObject({ outcome: 'planned', name: 'wine' });
  }
});

story('a workflow that would read the file of the commenter’s commit is refused', async (sandbox) => {
  sandbox.github.write('main', PATH, GOOD);
  const inputs = { ...INPUTS, 'config-ref': 'a'.repeat(40) };
  const end = await sandbox.comment({ by: 'maria', body: '/seldon deploy' }, { inputs });
  expect(end.outputs, end.shown).toMatchObject({ outcome: 'failed', reason: 'bad-input' });
  expect(end.shown).toContain('`config-ref` is not allowed for this event');
});

story('a stranger does not see the contents of the file', async (sandbox) => {
  sandbox.github.write('main', PATH, 'targets: { secret-project: { nmae: x } }');
  const before = sandbox.github.requests.length;
  const end = await sandbox.comment({ by: 'stranger', body: '/seldon help' }, { inputs: INPUTS });
  expect(end.outputs).toMatchObject({ outcome: 'refused', reason: 'not-permitted' });
  expect(end.shown).not.toContain('secret-project');
  expect(sandbox.github.requests.slice(before).join()).not.toContain('/contents/');
});

story('a path that leaves the repository is refused', async (sandbox) => {
  for (const config of ['../other/seldon.yml', '/etc/passwd', 'a/../../b.yml']) {
    const end = await sandbox.comment({ by: 'maria', body: '/seldon deploy' }, { inputs: { ...INPUTS, config } });
    expect(end.outputs, end.shown).toMatchObject({ outcome: 'failed', reason: 'bad-input' });
  }
});

describe('a file of targets that is hostile', () => {
  const inside = (lines: string) => `targets:\n  wine:\n    model-uri: models:/wine/1\n    smoke-expect:\n${lines}`;

  it('with anchors that make a gigabyte of a few lines is refused at once', () => {
    const lines = Array.from({ length: 12 }, (_, at) =>
      at === 0
        ? '      a0: &a0 [1, 1]'
        : `      a${at}: &a${at} [${Array(9)
            .fill(`*a${at - 1}`)
            .join(', ')}]`,
    );
    const started = cpuTime();
    expect(() => parseTargets(inside(lines.join('\n')), 'x.yml')).toThrow(/too large or too deep/);
    expect(cpuTime() - started).toBeLessThan(2_000);
  });

  it.each([
    ['longer than any', `targets: {}\n#${'x'.repeat(300_000)}`, /characters/],
    ['with a key of every object', 'targets: { wine: { constructor: x } }', /not a known key/],
    ['with a prototype', 'targets: { wine: { __proto__: { name: evil } } }', /not a known key/],
    ['with a target named like one', 'targets: { __proto__: { name: evil } }', /lower-case letters|1 to 100/],
    ['with a tag of another language', 'targets: !!js/function "x"', /not one YAML document/],
    ['with a kubeconfig', 'targets: { wine: { kubeconfig: x } }', /belongs to the `with:`/],
    ['with two documents', 'targets: {}\n---\ntargets: {}', /not one YAML document/],
    ['that is a link to another file', '../../../etc/passwd', /has no `targets`/],
  ])('%s is refused', (_, text, message) => {
    expect(() => parseTargets(text, 'x.yml')).toThrow(message);
  });
});

describe('a manifest that imitates us', () => {
  it('keeps its own annotations, and none that begin as ours do', () => {
    const ours = Object.fromEntries(Object.values(ANNOTATIONS).map((key) => [key, 'forged']));
    const request = aPlanRequest();
    const base = {
      apiVersion: 'machinelearning.seldon.io/v1',
      kind: 'SeldonDeployment' as const,
      metadata: { name: 'wine', annotations: { ...ours, 'mlflow-to-seldon.github.io/new': 'forged', team: 'wine' } },
      spec: { predictors: [] },
    };
    const layout = {
      entries: [{ predictor: { name: 'main', graph: { name: 'm', modelUri: 's3://x' } }, rendered: true }],
      otherFields: {},
      models: [],
    } as const;
    const { metadata } = assembleManifest({ ...request, base }, layout as never);
    expect(Object.values(metadata.annotations ?? {})).not.toContain('forged');
    expect(metadata.annotations).toHaveProperty('team', 'wine');
    expect(metadata.annotations?.[ANNOTATIONS.rendered]).not.toContain('forged');
  });
});

describe('the hash of a plan', () => {
  const basis = {
    model: 's3://x/é',
    digest: 'a',
    live: undefined,
    plan: {
      stages: [
        {
          manifest: {
            apiVersion: 'v1',
            kind: 'SeldonDeployment',
            metadata: { name: 'wine' },
            spec: { b: 1, a: { d: 1, c: 2 }, predictors: [] },
          },
        },
      ],
    },
    files: ['x'],
    place: { server: 'https://a', target: undefined },
    replicas: undefined,
  };
  const hash = (more: object = {}) => planHash({ ...basis, ...more } as never);

  it('does not know the order of keys', () => {
    const [stage] = basis.plan.stages;
    const other = { ...stage?.manifest, spec: { a: { c: 2, d: 1 }, predictors: [], b: 1 } };
    expect(hash({ plan: { stages: [{ manifest: other }] } })).toBe(hash());
  });

  it.each([
    ['another way to write the same letter', { model: 's3://x/e\u0301' }],
    ['a character of no width', { model: 's3://x/\u200bé' }],
    ['other files of the model', { digest: 'b' }],
    ['files that are not known', { digest: undefined }],
    ['a text moved from one file to the next', { files: ['', 'x'] }],
    ['a file that is missing for one that is empty', { files: [undefined] }],
    ['another cluster', { place: { server: 'https://b', target: undefined } }],
    ['another target', { place: { server: 'https://a', target: 'x' } }],
  ])('is another one for %s', (_, more) => {
    expect(hash(more)).not.toBe(hash());
  });

  it('has 64 bits for each thing that may change', () => {
    expect(hash()).toMatch(/^(?:[0-9a-f]{16}-){4}[0-9a-f]{16}$/);
  });
});
