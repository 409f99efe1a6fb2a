import { describe, expect, it } from 'vitest';
import { KNOWN_ANSWERS, knownAnswer } from '../../src/proof/known-answers.ts';
import { cpuTime } from '../support/cpu-time.ts';

const at = 'POST /seldon/seldon/wine/api/v0.1/predictions on http://gateway';

describe('an answer that is no prediction', () => {
  it.each(KNOWN_ANSWERS)('$id is found in its own example', ({ id, example }) => {
    expect(knownAnswer(example, true)?.id).toBe(id);
  });

  it.each([
    [302, `${at}: HTTP 302 (it redirects to https://idp.example.com/oauth2/start)`, /login/, /`ingress-url`/],
    [308, `${at}: HTTP 308 (it redirects to https://gateway/seldon/seldon/wine)`, /another address/, /https:\/\//],
    [403, `${at}: RBAC: access denied`, /AuthorizationPolicy/, /allow/],
    [404, `${at}: an empty body`, /route/, /`ingress-url`/],
    [503, `${at}: no healthy upstream`, /no pod/, /mutual TLS/],
    [503, `${at}: upstream connect error or disconnect/reset before headers`, /no pod/, /network policies/],
    [504, `${at}: upstream request timeout`, /longer/, /smoke-request/],
    [407, `${at}: Proxy Authentication Required`, /credentials/, /`ingress-url`/],
    [408, `${at}: Request Timeout`, /longer/, /smoke-request/],
    [421, `${at}: Misdirected Request`, /host/, /`ingress-url`/],
    [426, `${at}: Upgrade Required`, /HTTP\/1\.1/, /listener/],
    [431, `${at}: Request Header Fields Too Large`, /larger/, /smaller request/],
    [525, `${at}: SSL handshake failed`, /TLS/, /certificate/],
    [
      503,
      `${at}: upstream connect error or disconnect/reset before headers. reset reason: connection failure, transport failure reason: TLS error: WRONG_VERSION_NUMBER`,
      /TLS/,
      /DestinationRule/,
    ],
  ])('HTTP %i from a gateway is named and cured: %s', (status, message, title, cure) => {
    const known = knownAnswer(`HTTP ${status}: ${message}`, true);
    expect(known?.title).toMatch(title);
    expect(known?.cure).toMatch(cure);
  });

  it('of nobody at the public endpoint is about the address, and behind a Service about its pods', () => {
    const refused = 'HTTP none: POST /x: connection refused (ECONNREFUSED)';
    expect(knownAnswer(refused, true)?.cure).toContain('`ingress-url`');
    expect(knownAnswer(refused, false)?.title).toContain('behind the Service');
  });

  it('of the model itself keeps its own meaning', () => {
    expect(
      knownAnswer('HTTP 404: POST /x on Service wine-main through the API server: HTTP 404', false),
    ).toBeUndefined();
    expect(knownAnswer('HTTP 500: ValueError: connection refused by the database', false)).toBeUndefined();
  });

  it('is read in linear time', () => {
    const started = cpuTime();
    knownAnswer(`HTTP 302: ${'redirects to '.repeat(100_000)}`, true);
    expect(cpuTime() - started).toBeLessThan(500);
  });
});
