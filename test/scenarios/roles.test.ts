import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { AllowedAttempt } from '../../sandbox/cluster/access.ts';
import { type RbacObject, type RbacRule, rbacObjects, serviceAccountUser } from '../../sandbox/cluster/roles.ts';
import { pullRequestEvent } from '../../sandbox/github/events.ts';
import type { ActionEnd } from '../../sandbox/runner.ts';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import { story } from './story.ts';

/** The roles that docs/setup.md tells people to apply, as the API server would enforce them. */

const read = (name: string) => readFileSync(new URL(`../../deploy/${name}`, import.meta.url), 'utf8');
const ACCOUNT = { namespace: 'seldon', name: 'mlflow-to-seldon' };

function userOf(objects: readonly RbacObject[], token = 'account-token') {
  return serviceAccountUser(objects, ACCOUNT, token);
}

function rulesOf(objects: readonly RbacObject[]): readonly RbacRule[] {
  return objects.flatMap(({ rules = [] }) => rules);
}

/** `patch seldondeployments.machinelearning.seldon.io`, as the action names a permission. */
function grantsIn(rules: readonly RbacRule[]): readonly string[] {
  return rules.flatMap(({ apiGroups, resources, verbs }) =>
    verbs.map((verb) => `${verb} ${resources[0]}${apiGroups[0] === '' ? '' : `.${apiGroups[0]}`}`),
  );
}

function grantOf({ verb, group, plural, subresource }: AllowedAttempt): string {
  const resource = subresource === undefined ? plural : `${plural}/${subresource}`;
  return `${verb} ${resource}${group === '' ? '' : `.${group}`}`;
}

/** The same objects, with one verb of one rule taken away. */
function without(objects: readonly RbacObject[], grant: string): readonly RbacObject[] {
  return objects.map((object) => ({
    ...object,
    ...(object.rules !== undefined && {
      rules: object.rules.map((rule) => ({
        ...rule,
        verbs: rule.verbs.filter((verb) => !grantsIn([{ ...rule, verbs: [verb] }]).includes(grant)),
      })),
    }),
  }));
}

type Inputs = Readonly<Record<string, string>>;

const NEXT = { 'model-uri': 'models:/wine-quality/3' };
const CHALLENGER = { 'model-uri': 'models:/wine-quality@challenger' };
const NO_MODEL = { 'model-uri': '' };

/** What each mode is for, told in the order in which a person would. */
const STORIES: Readonly<Record<string, readonly (readonly [outcome: string, inputs: Inputs])[]>> = {
  'direct, history and status': [
    ['planned', { 'dry-run': 'true' }],
    ['deployed', {}],
    ['deployed', NEXT],
    ['reported', { mode: 'status', ...NO_MODEL }],
    ['restored', { mode: 'rollback', ...NO_MODEL }],
    ['removed', { mode: 'remove', ...NO_MODEL }],
  ],
  'a first model that fails': [['withdrawn', { 'model-uri': 'models:/wine-quality/5' }]],
  'canary and promote': [
    ['deployed', {}],
    ['deployed', { mode: 'canary', ...CHALLENGER, traffic: '20' }],
    ['deployed', { mode: 'promote', ...NO_MODEL }],
  ],
  'canary in strict steps': [
    ['deployed', {}],
    [
      'withdrawn rolled-back',
      { mode: 'canary', ...CHALLENGER, steps: '10', 'step-interval': '1', gate: 'strict', 'gate-limit': '1' },
    ],
  ],
  'shadow and rollback': [
    ['deployed', {}],
    ['deployed', { mode: 'shadow', ...CHALLENGER }],
    ['restored', { mode: 'rollback', ...NO_MODEL }],
  ],
  'A/B test and rollback': [
    ['deployed', {}],
    ['deployed', { mode: 'ab', ...CHALLENGER }],
    ['restored', { mode: 'rollback', ...NO_MODEL }],
  ],
  'blue-green and promote': [
    ['deployed', {}],
    ['deployed', { mode: 'blue-green', ...CHALLENGER }],
    ['deployed', { mode: 'promote', ...NO_MODEL }],
  ],
  'locks and abort': [
    ['reported', { mode: 'lock', ...NO_MODEL, 'lock-reason': 'the dashboards are wrong' }],
    ['reported', { mode: 'lock', ...NO_MODEL, 'lock-reason': 'the dashboards are still wrong' }],
    ['reported', { mode: 'unlock', ...NO_MODEL }],
    ['reported', { mode: 'abort', ...NO_MODEL }],
  ],
};

async function tell(sandbox: Sandbox, inputs: Inputs, token = 'account-token'): Promise<ActionEnd> {
  const kubeconfig = sandbox.cluster.kubeconfig().replace(/token: .*/, `token: ${token}`);
  return sandbox.act({ inputs: { kubeconfig, ...inputs } });
}

/** What the stories were allowed to do, all together. */
const used = new Set<string>();

function noteUse({ cluster }: Sandbox, user: string): void {
  for (const one of cluster.allowed) if (one.user === user) used.add(grantOf(one));
}

const ALL = rbacObjects(read('role.yaml'));

describe('deploy/role.yaml', () => {
  for (const [name, steps] of Object.entries(STORIES)) {
    story(`is enough for: ${name}`, async (sandbox) => {
      const user = userOf(ALL);
      sandbox.cluster.allow(user);
      for (const [outcome, inputs] of steps) {
        const end = await tell(sandbox, inputs);
        expect(outcome.split(' '), end.shown).toContain(end.outputs['outcome']);
        expect(end.outputs['reason']).not.toBe('cluster-forbidden');
      }
      noteUse(sandbox, user.name);
    });
  }

  story('is enough for previews and their sweep', async (sandbox) => {
    const user = userOf(ALL);
    sandbox.cluster.allow(user);
    const kubeconfig = sandbox.cluster.kubeconfig(user.name);
    const shipped = await sandbox.act({
      inputs: { kubeconfig, preview: 'true' },
      event: pullRequestEvent('opened', { number: 8 }),
    });
    expect(shipped.outputs, shipped.shown).toMatchObject({ outcome: 'deployed', name: 'wine-pr-8' });
    const swept = await tell(sandbox, { mode: 'sweep', ...NO_MODEL, 'preview-age': '1h' });
    expect(swept.outputs, swept.shown).toMatchObject({ outcome: 'unchanged' });
    noteUse(sandbox, user.name);
  });

  it('grants nothing that no story uses', () => {
    expect([...used].sort()).toEqual([...new Set(grantsIn(rulesOf(ALL)))].sort());
  });
});

/** A run that needs the permission, and the words that name it where it is not granted. */
function needing(grant: string): Inputs {
  if (grant.startsWith('list seldondeployments')) return { mode: 'sweep', ...NO_MODEL };
  if (/mappings|virtualservices|services$/.test(grant)) return { mode: 'canary' };
  if (grant.includes('pods/proxy')) return { mode: 'canary', steps: '10,50', gate: 'strict' };
  return {};
}

describe('least privilege', () => {
  it('without any one verb of deploy/role.yaml a run ends before any change, and names it', {
    timeout: 600_000,
  }, async () => {
    const sandbox = await startSandbox();
    const grants = grantsIn(rulesOf(ALL)).filter((one) => !one.endsWith(' secrets'));
    try {
      for (const [at, grant] of grants.entries()) {
        const token = `account-without-${at}`;
        sandbox.cluster.allow(userOf(without(ALL, grant), token));
        const end = await tell(sandbox, needing(grant), token);
        expect(end.outputs, `${grant}\n${end.shown}`).toMatchObject({ outcome: 'failed', reason: 'cluster-forbidden' });
        expect(end.shown).toContain(`has no permission in namespace seldon for: ${grant}`);
      }
    } finally {
      await sandbox.close();
    }
    expect(sandbox.cluster.api.list('SeldonDeployment', 'seldon')).toEqual([]);
  });

  story('without the Secret a check says that its keys are not visible', async (sandbox) => {
    sandbox.cluster.allow(userOf(without(ALL, 'get secrets')));
    const end = await tell(sandbox, { mode: 'check' });
    expect(end.summary, end.shown).toContain('the user may not read Secret seldon/rclone-s3');
  });
});

describe('deploy/role-direct.yaml', () => {
  story('is enough for direct, its failure, its plan, status, remove and previews', async (sandbox) => {
    const objects = rbacObjects(read('role-direct.yaml'));
    const user = userOf(objects);
    sandbox.cluster.allow(user);
    const steps = [...(STORIES['direct, history and status'] ?? []), ...(STORIES['a first model that fails'] ?? [])];
    for (const [outcome, inputs] of steps.filter(([, { mode }]) => mode !== 'rollback')) {
      const end = await tell(sandbox, inputs);
      expect(end.outputs['outcome'], end.shown).toBe(outcome);
    }
    const seen = sandbox.cluster.allowed.filter((one) => one.user === user.name).map(grantOf);
    // A Lease is renewed every few seconds, which these runs do not last.
    const now = new Set([...seen, 'update leases.coordination.k8s.io']);
    expect([...now].sort()).toEqual([...grantsIn(rulesOf(objects))].sort());
  });
});

describe('deploy/cluster-role.yaml', () => {
  const objects = rbacObjects(read('cluster-role.yaml'));

  it('has the rules of deploy/role.yaml', () => {
    expect(rulesOf(objects)).toEqual(rulesOf(ALL));
  });

  story('reaches the namespaces that have a RoleBinding, and no other', async (sandbox) => {
    await sandbox.cluster.api.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'seldon-previews' } });
    sandbox.cluster.allow(userOf(objects));
    const modes = { mode: 'check', 'env-secret': '', 'service-account': 'models' };
    for (const [namespace, outcome] of [
      ['seldon', 'reported'],
      ['seldon-previews', 'reported'],
      ['seldon-system', 'failed'],
    ] as const) {
      const end = await tell(sandbox, { ...modes, namespace });
      expect([namespace, end.outputs['outcome']], end.shown).toEqual([namespace, outcome]);
    }
  });
});

story('deploy/role-check.yaml shows a check the operator, the webhook and the namespace', async (sandbox) => {
  const objects = [...ALL, ...rbacObjects(read('role-check.yaml'))];
  sandbox.cluster.allow(userOf(objects));
  const end = await tell(sandbox, { mode: 'check', 'check-modes': 'status' });
  for (const part of ['operator', 'webhook', 'namespace']) expect(end.summary, end.shown).toContain(`| ${part} | ✅ |`);
});
