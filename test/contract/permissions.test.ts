import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { permissionsFor } from '../../src/plan/permissions.ts';
import type { Permission } from '../../src/seldon/permission.ts';
import { someGate, someShares } from '../support/models.ts';
import { type Permissions, ROOT, type Workflow, workflowsIn } from '../support/workflows.ts';

const SECURITY = readFileSync(`${ROOT}docs/security.md`, 'utf8');

/** Rows of the table with this heading, cell by cell. */
function table(heading: RegExp): readonly (readonly string[])[] {
  const lines = SECURITY.split('\n');
  const rows = lines.slice(lines.findIndex((line) => heading.test(line)) + 2);
  return rows.slice(0, rows.indexOf('')).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** `contents: read`, `pull-requests: write`. */
function permissionsIn(text: string): Permissions {
  return Object.fromEntries([...text.matchAll(/`([a-z-]+): (read|write)`/g)].map(([, name, value]) => [name, value]));
}

const BY_EVENT = new Map(
  table(/^\| use \| event/).map(([, event = '', permissions = '']) => [
    event.replaceAll('`', ''),
    permissionsIn(permissions),
  ]),
);

const BESIDE = table(/^\| beside \| with/);

function beside(reason: RegExp): Permissions {
  return permissionsIn(BESIDE.find(([, reasons = '']) => reason.test(reasons))?.[0] ?? '');
}

/** What docs/security.md says that this workflow needs. */
function told({ on, jobs }: Workflow): Permissions {
  const steps = Object.values(jobs).flatMap((job) => job.steps);
  const given = steps.flatMap((step) => Object.keys(step.with ?? {}));
  const logsIn = steps.some(({ uses = '' }) => /^(aws-actions|azure|google-github-actions)\//.test(uses));
  return {
    ...Object.fromEntries(Object.keys(on).flatMap((event) => Object.entries(BY_EVENT.get(event) ?? {}))),
    ...((given.includes('environment') || given.includes('config')) && beside(/`environment`/)),
    ...(given.includes('require-checks') && beside(/`require-checks`/)),
    ...(logsIn && beside(/login/)),
    ...(steps.some(({ run = '' }) => run.includes('git push')) && beside(/pushes/)),
  };
}

describe('docs/security.md', () => {
  it.each([...workflowsIn('examples/*.yml')])('gives %s just the permissions that it has', (_, workflow) => {
    expect(Object.keys(workflow.permissions ?? {}).length).toBeGreaterThan(0);
    expect(workflow.permissions).toEqual(told(workflow));
  });

  const direct = {
    mode: 'direct',
    dryRun: false,
    onFailure: 'rollback',
    proof: {
      access: 'api-server',
      ingressUrl: undefined,
      smokeRequest: 'auto',
      smokeExpect: undefined,
      smokeRequired: 'when-possible',
    },
    share: someShares(),
    gate: someGate(),
    lockTimeout: 900,
  } as const;
  const columns = [
    permissionsFor({ ...direct, mode: 'status' }),
    permissionsFor({ ...direct, dryRun: true }),
    permissionsFor(direct),
    permissionsFor({ ...direct, mode: 'canary' }),
    permissionsFor({ ...direct, mode: 'sweep' }),
  ];

  it('tells the Role of each use as the action asks for it', () => {
    const resource = ({ resource, group }: Permission) => (group === '' ? resource : `${resource}.${group}`);
    const resources = new Set(columns.flat().map(resource));
    const rows = table(/^\| resource \| `status`/);
    expect(new Set(rows.map(([name = '']) => name.replaceAll('`', '')))).toEqual(resources);
    for (const [name = '', ...cells] of rows) {
      const verbs = columns.map((wanted) => wanted.filter((one) => `\`${resource(one)}\`` === name));
      expect([name, ...cells]).toEqual([name, ...verbs.map((of) => of.map(({ verb }) => verb).join(', ') || '–')]);
    }
  });

  it('needs for the removal of a preview no more than for the preview', () => {
    expect(columns[2]).toEqual(expect.arrayContaining(permissionsFor({ ...direct, mode: 'remove' })));
  });
});
