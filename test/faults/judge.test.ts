import { describe, expect, it } from 'vitest';
import { faultsFor, isSafe } from './fault.ts';
import { ABSENT, type Evidence, judge, type LiveState } from './judge.ts';
import { kindOf } from './request-kind.ts';
import { rowsOf, tableOf } from './table.ts';
import { targetsOf } from './targets.ts';

const V1: LiveState = stateOf('s3://v1');
const V2: LiveState = stateOf('s3://v2');

function stateOf(modelUri: string, isAvailable = true): LiveState {
  return { exists: true, isGoing: false, isAvailable, predictors: [{ name: 'main', traffic: 100, modelUri }] };
}

/** A run that deployed v2 over v1 as if nothing had happened. */
function evidence(different: Partial<Evidence> = {}): Evidence {
  return {
    target: { peer: 'kubernetes', kind: 'GET pods', ordinal: 1, fault: '404' },
    clean: { outcome: 'deployed', state: V2 },
    before: V1,
    after: V2,
    exitCode: 0,
    seconds: 2,
    limit: 150,
    outcome: 'deployed',
    causes: [],
    warnings: [],
    told: [{ name: 'main', traffic: 100 }],
    log: 'all is well',
    summary: '### ✅ v2 is live\n',
    comments: ['<!-- marker -->\n\n### ✅ v2 is live\n'],
    leases: 0,
    records: [['in_progress', 'success']],
    secrets: ['s3cret'],
    ...different,
  };
}

/** A run that failed before it changed anything. */
const FAILED: Partial<Evidence> = {
  outcome: 'failed',
  exitCode: 1,
  after: V1,
  causes: ['the API server cannot be reached'],
  records: [],
};

function said(different: Partial<Evidence>): readonly string[] {
  return judge(evidence(different)).map(({ criterion, kind }) => `${criterion} ${kind}`);
}

describe('the judge', () => {
  it.each<readonly [string, Partial<Evidence>]>([
    ['a run that a fault does not disturb', {}],
    ['a run that failed before any change, and says so', FAILED],
    ['a model that was taken away again', { ...FAILED, outcome: 'rolled-back', records: [['in_progress', 'failure']] }],
    ['a first model that was withdrawn', { ...FAILED, outcome: 'withdrawn', before: ABSENT, after: ABSENT, told: [] }],
    ['a lease that is said to expire', { leases: 1, log: 'the lease of a/b could not be released; it will expire' }],
    [
      'a comment that GitHub refused, with a warning',
      {
        comments: [],
        log: '::warning::could not comment on the pull request: GitHub answered 403',
        target: { peer: 'github', kind: 'POST /comments', ordinal: 1, fault: '403' },
      },
    ],
  ])('has nothing against %s', (_, different) => {
    expect(judge(evidence(different))).toEqual([]);
  });

  it.each<readonly [string, Partial<Evidence>, string]>([
    ['a process that had to be killed', { exitCode: null }, 'a lie'],
    ['a process that took too long', { seconds: 200 }, 'a lie'],
    ['success that ends with 1', { exitCode: 1 }, 'b lie'],
    ['a failure that ends with 0', { ...FAILED, exitCode: 0 }, 'b lie'],
    ['no outcome', { outcome: '' }, 'b lie'],
    ['an outcome that nobody knows', { ...FAILED, outcome: 'skipped' }, 'b lie'],
    ['"deployed" while the old model is live', { after: V1 }, 'b lie'],
    ['"deployed" while its pods are not ready', { after: stateOf('s3://v2', false) }, 'b lie'],
    ['"deployed" while the object is being deleted', { after: { ...V2, isGoing: true } }, 'b lie'],
    ['"failed" while the new model is live', { ...FAILED, after: V2 }, 'b lie'],
    ['"rolled-back" while nothing is live', { ...FAILED, outcome: 'rolled-back', after: ABSENT, told: [] }, 'b lie'],
    ['"removed" while it is there', { outcome: 'removed', records: [['inactive']] }, 'b lie'],
    ['"unknown" where one look tells', { ...FAILED, outcome: 'unknown' }, 'b uncertain'],
    [
      'a change that stands half-way',
      { ...FAILED, outcome: 'unknown', after: stateOf('s3://other'), told: [] },
      'c uncertain',
    ],
    ['a report about other predictors', { told: [{ name: 'main', traffic: 80 }] }, 'b lie'],
    ['a lease that is still held', { leases: 1 }, 'd lie'],
    ['a record that is open', { records: [['in_progress']] }, 'd lie'],
    ['a record that says error of a model that is live', { records: [['in_progress', 'error']] }, 'd lie'],
    ['a record that says success of a failure', { ...FAILED, records: [['in_progress', 'success']] }, 'd lie'],
    ['two records of one run', { records: [['success'], ['success']] }, 'd lie'],
    ['no summary', { summary: '' }, 'e lie'],
    ['no comment, without a warning', { comments: [] }, 'e lie'],
    ['a comment that still says that it is under way', { comments: ['### ⏳ v2 is rolled out\n'] }, 'e lie'],
    ['a stack trace', { log: 'TypeError: x\n    at run (/a/index.js:1:2)\n' }, 'f lie'],
    ['a secret in the log', { log: 'token s3cret' }, 'f lie'],
    ['a secret in the comment', { comments: ['### ✅ v2 is live\ns3cret'] }, 'f lie'],
    [
      'words of a bug',
      { ...FAILED, causes: ["the API server: Cannot read properties of undefined (reading 'x')"] },
      'f lie',
    ],
    ['a failure that names no peer', { ...FAILED, causes: ['it did not work'] }, 'f lie'],
  ])('finds %s', (_, different, flaw) => {
    expect(said(different)).toContain(flaw);
  });

  it.each(['reset', 'reset-in-answer', '500', '502', '503', '429', 'away'] as const)(
    'wants %s of a request that is safe to repeat to be survived',
    (fault) => {
      const target = { ...evidence().target, fault };
      expect(said({ ...FAILED, target })).toEqual(['g not survived']);
      expect(said({ target })).toEqual([]);
    },
  );
});

describe('the requests', () => {
  it('are named without what differs from run to run', () => {
    const named = (method: string, path: string) => kindOf('kubernetes', { method, path, body: '' });
    const seldon = '/apis/machinelearning.seldon.io/v1/namespaces/seldon/seldondeployments/wine';
    expect(named('PATCH', `${seldon}?fieldManager=a&dryRun=All`).kind).toBe('PATCH seldondeployments/wine (dry run)');
    expect(named('GET', '/api/v1/namespaces/seldon/pods?watch=true&resourceVersion=12').kind).toBe('WATCH pods');
    expect(named('GET', '/api/v1/namespaces/seldon/services/wine-main:http/proxy/health/ping')).toEqual({
      peer: 'model',
      kind: 'GET services/wine-main:http/proxy/health/ping',
    });
    const log = '/api/v1/namespaces/seldon/pods/wine-main-0-prediction-stwttdncj5-692x4/log';
    expect(named('GET', log).kind).toBe('GET pods/wine-main-0-prediction-POD/log');
    const comment = { method: 'PATCH', path: '/repos/acme/wine/issues/comments/1004', body: '' };
    expect(kindOf('github', comment).kind).toBe('PATCH /repos/acme/wine/issues/comments/N');
  });

  it('get faults of a stream where they are one, and may be repeated unless they create', () => {
    expect(faultsFor({ kind: 'WATCH pods' })).toContain('watch-silent');
    expect(faultsFor({ kind: 'GET pods' })).not.toContain('watch-silent');
    expect(isSafe({ peer: 'github', kind: 'POST /repos/acme/wine/deployments' })).toBe(false);
    expect(isSafe({ peer: 'model', kind: 'POST services/wine-main:http/proxy/api' })).toBe(true);
  });
});

it('the table counts right, each kind of wrong, and what was survived', () => {
  const target = { ...evidence().target, fault: '503' } as const;
  const half = { ...FAILED, after: stateOf('s3://other'), told: [] };
  const all = [
    evidence(),
    evidence({ target }),
    evidence({ ...FAILED, target }),
    evidence({ after: V1 }),
    evidence({ exitCode: null }),
    evidence({ ...FAILED, outcome: 'unknown' }),
    evidence(half),
    evidence({ ...half, outcome: 'unknown' }),
    evidence({ leases: 1 }),
  ];
  const verdicts = all.map((one) => ({ story: 'update', evidence: one, hasFired: true, flaws: judge(one) }));
  const [row, sum] = rowsOf(verdicts);
  expect(row).toEqual({
    group: 'update',
    requests: 1,
    runs: 9,
    right: 3,
    wrong: { 'false green': 1, hang: 1, 'false red': 1, 'half-changed': 2, other: 1 },
    survived: 1,
    transient: 2,
    unreached: 0,
  });
  expect(sum).toEqual({ ...row, group: 'all' });
  expect(tableOf(rowsOf(verdicts)).split('\n').at(-1)).toBe('| all | 1 | 9 | 3 | 1 | 1 | 1 | 2 | 1 | 1 of 2 | 0 |');
});

it('spoils the first and the last requests of each kind, also by a peer that hangs or is away', () => {
  const requests = [1, 2, 3, 4, 5].map((ordinal) => ({ peer: 'github', kind: 'GET /x', ordinal }) as const);
  const targets = targetsOf({ requests });
  expect([...new Set(targets.map(({ ordinal }) => ordinal))]).toEqual([1, 2, 3, 5]);
  expect(targets.filter(({ fault }) => fault === 'away').map(({ ordinal }) => ordinal)).toEqual([1, 2, 3, 5]);
});
