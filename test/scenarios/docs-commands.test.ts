import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import { blocksIn } from '../support/markdown-blocks.ts';
import { ROOT } from '../support/workflows.ts';

/** Shell blocks of all pages but the setup guide, whose commands `test/integration/setup.test.ts` runs on a real API server. */
const BLOCKS = blocksIn('README.md', 'CONTRIBUTING.md', 'docs/*.md').filter(
  ({ language, place }) => language === 'sh' && !place.startsWith('docs/setup.md'),
);
const OF_A_CLUSTER = BLOCKS.filter(({ text }) => text.startsWith('kubectl '));
const OF_THIS_SUITE = BLOCKS.filter(({ text }) =>
  /^npm ci && npm |^npx vitest run test\/faults|^test\/integration\/install-envoy\.sh/.test(text),
);

function isInstalled(...programs: readonly string[]): boolean {
  try {
    for (const one of programs) execFileSync('bash', ['-c', `command -v ${one}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const CAN_RUN = isInstalled('kubectl', 'jq');

async function runOn(sandbox: Sandbox, text: string): Promise<string> {
  const home = mkdtempSync(join(tmpdir(), 'home-'));
  try {
    writeFileSync(join(home, 'config'), sandbox.cluster.kubeconfig());
    const env = { PATH: process.env['PATH'], HOME: home, KUBECONFIG: join(home, 'config') };
    // Not the synchronous form: the sandbox answers in this process.
    const args = ['--norc', '-euo', 'pipefail', '-c', text];
    return (await promisify(execFile)('bash', args, { cwd: ROOT, env })).stdout;
  } finally {
    rmSync(home, { recursive: true });
  }
}

it.runIf(CAN_RUN).each(OF_A_CLUSTER.map(({ place, text }) => [place, text] as const))(
  '%s runs against the API of a cluster on which a model is live',
  async (_, text) => {
    const sandbox = await startSandbox();
    try {
      await sandbox.act();
      expect(JSON.parse(await runOn(sandbox, text))).toMatchObject({
        revision: 1,
        model: { name: 'wine-quality', version: '1' },
      });
    } finally {
      await sandbox.close();
    }
  },
);

it.runIf(!CAN_RUN)('commands of the docs for a cluster are not run: kubectl or jq is not installed', () => {
  expect(CAN_RUN).toBe(false);
});

it('every shell block of the docs is run by a test, or starts this suite', () => {
  const known = [...OF_A_CLUSTER, ...OF_THIS_SUITE].map(({ place }) => place);
  expect(BLOCKS.map(({ place }) => place).filter((place) => !known.includes(place))).toEqual([]);
});
