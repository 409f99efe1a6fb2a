import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { sample, underLoad } from './load.ts';
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

/** The rows of the table of verdicts: step, question, main, canary, difference, verdict. */
function verdicts(comment: string): readonly (readonly string[])[] {
  const [, rows = ''] = /^\| step \| question \|.*\|\n\|[-|]+\|\n((?:\|.*\n)+)/m.exec(comment) ?? [];
  return rows
    .trimEnd()
    .split('\n')
    .map((row) => row.slice(2, -2).split(' | '));
}

const NONE_FAILED = expect.stringMatching(/^0 % of [\d,]+ requests?$/);
const OPEN_OR_GOOD = expect.stringMatching(/open|good/);

/** A row about failed requests where nothing failed. */
function fine(step: string): readonly unknown[] {
  return [step, 'failed requests', NONE_FAILED, NONE_FAILED, expect.stringMatching(/ points$/), OPEN_OR_GOOD];
}

story('a canary under load passes the gate of each step, and the comment shows both verdicts', async (sandbox) => {
  await sandbox.act();
  const { result, answers, failed } = await underLoad(sandbox, () => sandbox.act(canary(sandbox, { steps: '10,50' })));
  const comment = expectEnding(sandbox, result, { outcome: 'deployed', reason: 'ok' });
  expect(verdicts(comment).filter(([, question]) => question === 'failed requests')).toEqual([
    fine('main 90 %, canary 10 %'),
    fine('main 50 %, canary 50 %'),
  ]);
  expect(comment).toContain('counted by Prometheus');
  expect(comment).toMatch(
    /failed requests: main 0 % of [\d,]+, canary 0 % of [\d,]+: not decided yet: no difference found; a difference of [\d.]+ points or more would have been found, and 1 point is allowed; with [\d,]+ more requests/,
  );
  expect(failed).toEqual([]);
  expect(Object.keys(answers).sort()).toEqual(['v1', 'v2']);
});

story('a canary much slower than main is taken away, and no user sees a failure', async (sandbox) => {
  await sandbox.act();
  const before = live(sandbox)?.spec;
  // It is stopped as soon as its requests show it; the time is for machines that are slow themselves.
  const slow = {
    'model-uri': 'models:/wine-slow/1',
    'gate-latency-ratio': '',
    'gate-latency': '0.25',
    'step-interval': '8',
  };
  const call = canary(sandbox, slow);
  const { result, answers, failed } = await underLoad(sandbox, () => sandbox.act(call));
  const comment = expectEnding(sandbox, result, { outcome: 'rolled-back', reason: 'gate-failed' });
  expect(verdicts(comment)).toEqual([
    fine('main 50 %, canary 50 %'),
    [
      'main 50 %, canary 50 %',
      expect.stringMatching(/^slower than \d+ ms$/),
      expect.stringMatching(/^[\d.]+ % of [\d,]+ requests?$/),
      expect.stringMatching(/^(?:100|9\d)(?:\.\d+)? % of [\d,]+ requests?$/),
      expect.stringMatching(/^[\d.]+ to [\d.]+ points$/),
      '❌ worse',
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
    const silent = ['main 50 %, canary 50 %', 'failed requests', 'no requests', 'no requests', '', '❔ no data'];
    expect(verdicts(comment)[0]).toEqual(silent);
    expect(comment).toContain('gate-no-data: pass');
    expect(live(sandbox)?.spec).toEqual(before);
    // What is asked while the step lasts goes past the orchestrator, which counts for Prometheus.
    const asked = sandbox.cluster.requests.filter(({ method, user }) => method === 'POST' && user === 'action');
    expect(asked.at(-1)?.path).toContain('/services/wine-canary-prediction:http/proxy/');

    const again = await sandbox.act(canary(sandbox, { 'gate-no-data': 'pass' }));
    const told = expectEnding(sandbox, again, { outcome: 'deployed', reason: 'ok' });
    expect(verdicts(told)[0]).toEqual(silent);
  },
);

story('a canary without an orchestrator has no request counts, and that is reported', async (sandbox) => {
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
    expect(verdicts(expectEnding(sandbox, end, { outcome: 'deployed', reason: 'ok' }))[0]).toEqual(
      fine('main 50 %, canary 50 %'),
    );
    // The log holds it once: in the command that has the runner mask it.
    const log = end.log.replace(`::add-mask::${TOKEN}\n`, '');
    const told = [log, commentOf(sandbox), end.summary, JSON.stringify(end.outputs)];
    for (const text of told) expect(text).not.toContain(TOKEN);
  },
  { prometheusToken: TOKEN },
);

story(
  'without Prometheus the executors themselves are counted, and a canary much slower than main is taken away',
  async (sandbox) => {
    await sandbox.act();
    const before = live(sandbox)?.spec;
    const call = canary(sandbox, {
      'model-uri': 'models:/wine-slow/1',
      'step-interval': '8',
      'gate-latency': '0.25',
      'gate-latency-ratio': '',
      'prometheus-url': '',
    });
    const { result, failed } = await underLoad(sandbox, () => sandbox.act(call));
    const comment = expectEnding(sandbox, result, { outcome: 'rolled-back', reason: 'gate-failed' });
    expect(comment).toContain('counted by the executors');
    expect(verdicts(comment).map((row) => row.at(-1))).toContain('❌ worse');
    expect(live(sandbox)?.spec).toEqual(before);
    expect(failed).toEqual([]);
  },
);

story('without Prometheus and without a request the canary goes on, and that is no verdict', async (sandbox) => {
  await sandbox.act();
  const end = await sandbox.act(canary(sandbox, { 'prometheus-url': '' }));
  const comment = expectEnding(sandbox, end, { outcome: 'deployed', reason: 'ok' });
  expect(verdicts(comment)[0]?.at(-1)).toBe('❔ no data');
});

story(
  'a canary is held while a few requests speak against it, and taken away when no more decide it',
  async (sandbox) => {
    await sandbox.act();
    const before = live(sandbox)?.spec;
    let sent: Promise<unknown> | undefined;
    const onLine = (line: string) => {
      // Two for each, and those of the canary are slow: far too few to be sure.
      if (line.startsWith('::group::Soak')) sent ??= delay(300).then(() => sample(sandbox, 4));
    };
    const call = canary(sandbox, {
      'model-uri': 'models:/wine-slow/1',
      'step-interval': '2',
      'gate-limit': '3',
      'gate-latency': '0.25',
      'gate-latency-ratio': '',
      'prometheus-url': '',
    });
    const end = await sandbox.act({ ...call, onLine });
    await sent;
    const comment = expectEnding(sandbox, end, { outcome: 'rolled-back', reason: 'gate-undecided' });
    expect(comment).toContain('`gate-limit`');
    expect(live(sandbox)?.spec).toEqual(before);
  },
);

story('a strict gate holds a canary with few requests', async (sandbox) => {
  await sandbox.act();
  const before = live(sandbox)?.spec;
  const call = canary(sandbox, { gate: 'strict', 'gate-limit': '1', 'prometheus-url': '' });
  const { result } = await underLoad(sandbox, () => sandbox.act(call));
  const comment = expectEnding(sandbox, result, { outcome: 'rolled-back', reason: 'gate-undecided' });
  expect(comment).toContain('`gate-limit`');
  expect(live(sandbox)?.spec).toEqual(before);
});

story('the user’s own queries are evaluated for both predictors, and named in the report', async (sandbox) => {
  await sandbox.act();
  const count = (more: string) =>
    `sum(increase(seldon_api_executor_server_requests_seconds_count{deployment_name="$deployment",predictor_name="$predictor"${more}}[$window]))`;
  const queries = [{ name: 'answered', successes: count(',code="200"'), trials: count(''), margin: 0.5 }];
  const call = canary(sandbox, { 'gate-queries': JSON.stringify(queries), 'step-interval': '2' });
  const { result } = await underLoad(sandbox, () => sandbox.act(call));
  const comment = expectEnding(sandbox, result, { outcome: 'deployed', reason: 'ok' });
  expect(verdicts(comment)).toContainEqual([
    'main 50 %, canary 50 %',
    'answered',
    NONE_FAILED,
    NONE_FAILED,
    expect.stringMatching(/ points$/),
    '✅ good',
  ]);
});
