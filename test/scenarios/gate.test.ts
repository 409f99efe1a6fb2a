import { expect } from 'vitest';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { underLoad } from './load.ts';
import { commentOf, expectEnding, live, story, using } from './story.ts';

/** A canary with one step of a second, watched by the sandbox's Prometheus. */
function canary(sandbox: Sandbox, inputs: Readonly<Record<string, string>> = {}) {
  return using({
    mode: 'canary',
    'model-uri': 'models:/wine-quality/2',
    steps: '50',
    'step-interval': '1',
    'prometheus-url': sandbox.prometheus.url,
    // Both models are the same code in one process: only its hiccups make one slower than the other.
    'gate-latency-ratio': '50',
    ...inputs,
  });
}

/** The rows of the table of verdicts: step, mark, figures. */
function verdicts(comment: string): readonly (readonly string[])[] {
  const [, rows = ''] = /^\| step \| Prometheus \| \|\n\|[-|]+\|\n((?:\|.*\n)+)/m.exec(comment) ?? [];
  return rows
    .trimEnd()
    .split('\n')
    .map((row) => row.slice(2, -2).split(' | '));
}

const FIGURES = /canary \d+ requests, 0 % failed, \d+ ms; main \d+ requests, 0 % failed, \d+ ms/;

story('a canary under load passes the gate of each step, and the comment shows both verdicts', async (sandbox) => {
  await sandbox.act();
  const { result, answers, failed } = await underLoad(sandbox, () => sandbox.act(canary(sandbox, { steps: '10,50' })));
  const comment = expectEnding(sandbox, result, { outcome: 'deployed', reason: 'ok' });
  expect(verdicts(comment)).toEqual([
    ['main 90 %, canary 10 %', '✅', expect.stringMatching(FIGURES)],
    ['main 50 %, canary 50 %', '✅', expect.stringMatching(FIGURES)],
  ]);
  expect(failed).toEqual([]);
  expect(Object.keys(answers).sort()).toEqual(['v1', 'v2']);
});

story('a canary much slower than main is taken away, and no user sees a failure', async (sandbox) => {
  await sandbox.act();
  const before = live(sandbox)?.spec;
  const call = canary(sandbox, { 'model-uri': 'models:/wine-slow/1', 'gate-latency-ratio': '' });
  const { result, answers, failed } = await underLoad(sandbox, () => sandbox.act(call));
  const comment = expectEnding(sandbox, result, { outcome: 'rolled-back', reason: 'gate-failed' });
  expect(verdicts(comment)).toEqual([
    [
      'main 50 %, canary 50 %',
      '❌',
      expect.stringMatching(/the latency of the canary is [\d.]+ times that of main: .* the limit is 1\.5$/),
    ],
  ]);
  expect(comment).toContain('gate-latency-ratio');
  expect(live(sandbox)?.spec).toEqual(before);
  expect(failed).toEqual([]);
  expect(Object.keys(answers).sort()).toEqual(['v1', 'v2']);
});

story(
  'a canary that nobody but the action asks has no figures: it is taken away, unless silence is good enough',
  async (sandbox) => {
    await sandbox.act();
    const before = live(sandbox)?.spec;
    const end = await sandbox.act(canary(sandbox));
    const comment = expectEnding(sandbox, end, { outcome: 'rolled-back', reason: 'gate-no-data' });
    expect(verdicts(comment)).toEqual([
      ['main 50 %, canary 50 %', '❔ no data', expect.stringContaining('no requests')],
    ]);
    expect(comment).toContain('gate-no-data: pass');
    expect(live(sandbox)?.spec).toEqual(before);
    // What is asked while the step lasts goes past the orchestrator, which counts for Prometheus.
    const asked = sandbox.cluster.requests.filter(({ method, user }) => method === 'POST' && user === 'action');
    expect(asked.at(-1)?.path).toContain('/services/wine-canary-prediction:http/proxy/');

    const again = await sandbox.act(canary(sandbox, { 'gate-no-data': 'pass' }));
    const told = expectEnding(sandbox, again, { outcome: 'deployed', reason: 'ok' });
    expect(verdicts(told)).toEqual([['main 50 %, canary 50 %', '❔ no data', expect.stringContaining('no requests')]]);
  },
);

story('a canary without an orchestrator has nobody who counts, and that is said', async (sandbox) => {
  await sandbox.act();
  const call = canary(sandbox, { orchestrator: 'false' });
  const { result } = await underLoad(sandbox, () => sandbox.act(call));
  const comment = expectEnding(sandbox, result, { outcome: 'rolled-back', reason: 'gate-no-data' });
  expect(comment).toContain('canary runs without the orchestrator');
  expect(comment).toContain('remove `orchestrator: false`');
});

story('a Prometheus that is not there ends the run before anything is touched', async (sandbox) => {
  await sandbox.act();
  const before = live(sandbox);
  const end = await sandbox.act(canary(sandbox, { 'prometheus-url': 'http://127.0.0.1:1' }));
  const comment = expectEnding(sandbox, end, { outcome: 'failed', reason: 'metrics-unreachable' });
  expect(comment).toContain('Prometheus at http');
  expect(comment).toContain('`prometheus-url`');
  expect(live(sandbox)).toEqual(before);
});

const TOKEN = 'grafana-cloud-7Yw3kPq9';

story(
  'a token for Prometheus opens it, and is read by nobody; a wrong one ends the run before anything is touched',
  async (sandbox) => {
    await sandbox.act();
    const wrong = canary(sandbox, { 'prometheus-token': 'wrong-4Hs8', 'gate-no-data': 'pass' });
    const refused = await sandbox.act(wrong);
    const why = expectEnding(sandbox, refused, { outcome: 'failed', reason: 'metrics-unreachable' });
    expect(why).toContain('HTTP 401');
    expect(why).toContain('`prometheus-token`');
    expect(live(sandbox)?.spec.predictors).toHaveLength(1);

    const right = canary(sandbox, { 'prometheus-token': TOKEN });
    const { result: end } = await underLoad(sandbox, () => sandbox.act(right));
    expect(verdicts(expectEnding(sandbox, end, { outcome: 'deployed', reason: 'ok' }))).toHaveLength(1);
    // The log holds it once: in the command that has the runner mask it.
    const log = end.log.replace(`::add-mask::${TOKEN}\n`, '');
    const told = [log, commentOf(sandbox), end.summary, JSON.stringify(end.outputs)];
    for (const text of told) expect(text).not.toContain(TOKEN);
  },
  { prometheusToken: TOKEN },
);
