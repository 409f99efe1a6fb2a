import { expect, it } from 'vitest';
import type { HttpEndpoint } from '../../src/base/ports.ts';
import { shadow } from '../../src/plan/modes/shadow.ts';
import type { ProofContext } from '../../src/proof/proof-context.ts';
import { verifyMirror } from '../../src/proof/verify-mirror.ts';
import { startJournal } from '../../src/run/journal.ts';
import { readConfig } from '../../src/settings/read-config.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeCluster } from '../support/fake-cluster.ts';
import { FakeRunner } from '../support/fake-runner.ts';
import { aModel, aPlanRequest, applied } from '../support/models.ts';
import { noNotes } from '../support/proof-notes.ts';

const INPUTS: Readonly<Record<string, string>> = {
  'model-uri': 'models:/wine/2',
  mode: 'shadow',
  'ingress-url': 'https://models.example.com',
};
const live = applied(aPlanRequest());
const plan = shadow(aPlanRequest({ mode: 'shadow', live, model: aModel({ storageUri: 's3://mlflow/2' }) }));

function endpoint(answer: (path: string) => { readonly status: number; readonly body: string }): HttpEndpoint {
  return {
    description: 'https://models.example.com',
    send: async ({ path }) => ({ kind: 'answer', latency: 1, ...answer(path) }),
  };
}

function page(count: number): string {
  return `seldon_api_executor_server_requests_seconds_count{code="200",service="predictions"} ${count}\n`;
}

/** Watches a shadow whose ingress sends it one of so many requests, and whose executor answers with that status. */
async function see({ oneOf, status = 200 }: { readonly oneOf: number; readonly status?: number }) {
  const clock = new FakeClock();
  const runner = new FakeRunner();
  let sent = 0;
  const counter = endpoint(() => ({ status, body: page(7 + Math.floor(sent / oneOf)) }));
  const journal = startJournal({ clock, runner, cancelled: new AbortController().signal, onNews: () => {} });
  const ref = { namespace: 'seldon', name: 'wine' };
  const context = {
    peers: {
      cluster: Object.assign(new FakeCluster(clock, []), { service: () => counter }),
      openEndpoint: () =>
        endpoint(() => {
          sent++;
          return { status: 200, body: '{}' };
        }),
      metrics: undefined,
      clock,
      runner,
      journal,
    },
    objects: { ref, front: ref },
    plan,
    protocol: 'seldon',
    config: readConfig({ input: (name) => INPUTS[name] ?? '', env: {} }),
    signature: undefined,
    requests: {
      smoke: {
        request: { body: '{}', origin: 'input', rows: 1, isMadeUp: false },
        alternatives: [],
        skipped: undefined,
        expect: undefined,
        comparing: [],
        warnings: [],
      },
      evaluation: undefined,
    },
    counted: { evidence: undefined },
    notes: noNotes(),
  } satisfies ProofContext;
  const findings = await verifyMirror(context, plan.stages[0]);
  return { findings, said: journal.records.at(-1)?.message, warnings: context.notes.warnings, sent, clock };
}

it('succeeds with the first copy that the shadow counts', async () => {
  const { findings, said } = await see({ oneOf: 3 });
  expect(findings).toBeUndefined();
  expect(said).toBe('shadow counted 1 of 3 requests sent through https://models.example.com');
});

it('fails when half a minute of requests left no copy, and names the ingress', async () => {
  const { findings, sent } = await see({ oneOf: Number.POSITIVE_INFINITY });
  expect(findings).toMatchObject([
    {
      reason: 'mirror-silent',
      title: `shadow got no copy of ${sent} requests sent through https://models.example.com`,
    },
  ]);
  expect(sent).toBeGreaterThan(10);
});

it('says so where the executor does not tell what it counts: that is no failure of the shadow', async () => {
  const { findings, warnings, sent } = await see({ oneOf: 1, status: 404 });
  expect(findings).toBeUndefined();
  expect(warnings).toEqual([expect.stringContaining('its /prometheus does not answer')]);
  expect(sent).toBe(0);
});
