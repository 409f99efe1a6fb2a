import { afterEach, describe, expect, it } from 'vitest';
import { openPrometheus } from '../../../src/adapters/prometheus/prometheus.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { type Reply, startWire, type Wire } from '../../support/mlflow-replay.ts';

const EXPRESSION = 'sum(increase(requests_count{code!="200",name="a+b & c"}[60s]))';
const HINT = expect.stringMatching(/`prometheus-url` and `prometheus-token`/);

const open: Wire[] = [];

afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

/** A Prometheus that gives these replies, the last one again and again. */
async function prometheus(...replies: readonly [Reply, ...Reply[]]) {
  const rest = [...replies];
  const wire = await startWire(() => (rest.length > 1 ? rest.shift() : rest[0]) ?? {});
  open.push(wire);
  return wire;
}

async function ask(url: string, token?: string, clock = new FakeClock()): Promise<number | undefined> {
  return (await openPrometheus({ url, token, clock }).query(EXPRESSION))?.value;
}

function vector(...values: readonly string[]): Reply {
  const result = values.map((value) => ({ metric: {}, value: [1700000000.123, value] }));
  return { body: { status: 'success', data: { resultType: 'vector', result } } };
}

describe('an answer', () => {
  it.each<[string, Reply, number | undefined]>([
    ['is the number of the only series', vector('12.5'), 12.5],
    ['may be zero', vector('0'), 0],
    ['may be written with an exponent', vector('1.5e-05'), 0.000015],
    ['is nothing where there is no series', vector(), undefined],
    ['is nothing where it is no number', vector('NaN'), undefined],
    ['is nothing where it is infinite', vector('+Inf'), undefined],
    ['may come with warnings', { body: { ...(vector('1').body as object), warnings: ['half of it'] } }, 1],
  ])('%s', async (_, reply, expected) => {
    const { url } = await prometheus(reply);
    expect(await ask(url)).toBe(expected);
  });
});

describe('a question', () => {
  it('is an instant query, encoded, below whatever path the URL has', async () => {
    const { url, asked } = await prometheus(vector('1'));
    await ask(`${url}/tenant/prometheus//`);
    expect(asked[0]).toMatchObject({ method: 'GET', url: { pathname: '/tenant/prometheus/api/v1/query' } });
    expect(Object.fromEntries(asked[0]?.url.searchParams ?? [])).toEqual({ query: EXPRESSION });
  });

  it('may be about the time at which another one was answered', async () => {
    const { url, asked } = await prometheus(vector('1'));
    const metrics = openPrometheus({ url, token: undefined, clock: new FakeClock() });
    const first = await metrics.query(EXPRESSION);
    await metrics.query(EXPRESSION, first?.time);
    expect(asked.map((one) => one.url.searchParams.get('time'))).toEqual([null, '1700000000.123']);
  });

  it('carries the token where there is one', async () => {
    const { url, asked } = await prometheus(vector('1'));
    await ask(url, 'let-me-in');
    await ask(url);
    expect(asked.map(({ headers }) => headers.authorization)).toEqual(['Bearer let-me-in', undefined]);
  });
});

describe('a refusal', () => {
  it.each<[string, Reply, string]>([
    [
      'is told in its words',
      { status: 400, body: { status: 'error', errorType: 'bad_data', error: 'parse error: unexpected "["' } },
      'HTTP 400: parse error: unexpected "["',
    ],
    ['for want of a token is told by its code', { status: 401, body: 'Unauthorized' }, 'HTTP 401'],
    ['in a success is one', { body: { status: 'error', error: 'query timed out' } }, 'HTTP 200: query timed out'],
    ['by a login page is no answer', { body: '<html>Sign in</html>' }, 'HTTP 200, but not an answer of Prometheus'],
    ['by somebody else is no answer', { body: { message: 'hello' } }, 'HTTP 200, but not an answer of Prometheus'],
    [
      'by a redirect is not followed: the token is for this host',
      { status: 302, headers: { location: '/login' } },
      'HTTP 302',
    ],
  ])('%s, at once', async (_, reply, why) => {
    const { url, asked } = await prometheus(reply);
    await expect(ask(url)).rejects.toMatchObject({
      code: 'metrics-unreachable',
      message: `Prometheus at ${url} returned no metrics: ${why}`,
      hint: HINT,
    });
    expect(asked).toHaveLength(1);
  });

  it('never holds the token', async () => {
    const { url } = await prometheus({ status: 403, body: 'no' });
    const error = await ask(url, 's3cr3t').catch((one: unknown) => one);
    expect(JSON.stringify([error, String(error), (error as { hint: string }).hint])).not.toContain('s3cr3t');
  });
});

describe('a Prometheus with transient errors', () => {
  it('is asked again', async () => {
    const { url, asked } = await prometheus(
      { status: 503 },
      { status: 429, headers: { 'retry-after': '2' } },
      vector('3'),
    );
    const clock = new FakeClock();
    expect(await ask(url, undefined, clock)).toBe(3);
    expect(asked).toHaveLength(3);
    expect(clock.time).toBe(2500);
  });

  it('permanently is reported with its own message', async () => {
    const { url, asked } = await prometheus({ status: 503, body: { status: 'error', error: 'starting up' } });
    await expect(ask(url)).rejects.toMatchObject({
      code: 'metrics-unreachable',
      message: expect.stringMatching(/HTTP 503: starting up$/),
    });
    expect(asked).toHaveLength(3);
  });

  it('that is not there is unreachable', async () => {
    const { url, close } = await startWire(() => ({}));
    await close();
    await expect(ask(url)).rejects.toMatchObject({
      code: 'metrics-unreachable',
      message: expect.stringMatching(/connection refused/),
      hint: HINT,
    });
  });
});
