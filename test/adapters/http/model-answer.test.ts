import { describe, expect, it } from 'vitest';
import { originOf } from '../../../src/adapters/http/model-answer.ts';

describe('who gave an answer', () => {
  it.each([
    ['JSON', 500, { 'content-type': 'application/json' }, true],
    ['JSON with a charset', 200, { 'content-type': 'application/json; charset=utf-8' }, true],
    ["Seldon's orchestrator, whatever it says", 500, { 'content-type': 'text/html', 'seldon-puid': 'a' }, true],
    ['a page', 404, { 'content-type': 'text/html' }, false],
    ["Envoy's plain words", 503, { 'content-type': 'text/plain' }, false],
    ['a gateway that asks for credentials in JSON', 401, { 'content-type': 'application/json' }, false],
    ['a gateway that forbids in JSON', 403, { 'content-type': 'application/json' }, false],
    ['no type', 200, {}, false],
  ])('%s', (_, status, headers, isFromModel) => {
    expect(originOf({ status, headers })).toEqual({ isFromModel });
  });

  it('tells when to ask again', () => {
    expect(originOf({ status: 429, headers: { 'retry-after': '2' } })).toMatchObject({ retryAfter: 2_000 });
  });
});
