import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { blamesRequest } from '../../src/proof/answer/blamed-request.ts';

const FIXTURES = new URL('../fixtures/model-servers/', import.meta.url);

interface Exchange {
  readonly status: number;
  readonly answer: string;
}

const answer = (status: number, body: string) => ({ kind: 'answer', status, body, latency: 1 }) as const;

describe('a server that blames the request', () => {
  const files = readdirSync(FIXTURES).filter((file) => /^(seldon|mlserver)-/.test(file));
  it.each(files)('is recognised in every recorded refusal of a prediction: %s', (file) => {
    const all: [string, Exchange][] = Object.entries(JSON.parse(readFileSync(new URL(file, FIXTURES), 'utf8')));
    const refusals = all.filter(([name, { status }]) => !name.startsWith('get-') && (status === 500 || status === 422));
    const overlooked = refusals.filter(([, one]) => !blamesRequest(answer(one.status, one.answer)));
    // Those are about a path or a form that we never send.
    expect(
      overlooked.map(([name]) => name).filter((name) => !/^bad-|strData|jsonData|columns-no-pd/.test(name)),
    ).toEqual([]);
  });

  it.each([
    [400, 'anything'],
    [422, '{"detail":[]}'],
    [500, '{"status":{"info":"Found unknown categories [\'a\'] in column 0 during transform","status":1}}'],
    [500, 'Traceback …\nmlflow.exceptions.MlflowException: Failed to validate data against type hint `list[str]`'],
    [500, "columns are missing: {'city'}"],
    [500, "could not convert string to float: 'a'"],
    [500, "AttributeError: 'NoneType' object has no attribute 'decode'"],
  ])('HTTP %i %s', (status, body) => {
    expect(blamesRequest(answer(status, body))).toBe(true);
  });

  it.each([
    [500, 'ZeroDivisionError: division by zero'],
    [500, 'CUDA out of memory'],
    [500, "FileNotFoundError: [Errno 2] No such file or directory: 'vocab.txt'"],
    [404, 'Model m not found'],
    [503, 'Failed to enforce schema'],
  ])('is not one that says HTTP %i %s', (status, body) => {
    expect(blamesRequest(answer(status, body))).toBe(false);
  });

  it('is not one that is not there', () => {
    expect(blamesRequest({ kind: 'unreachable', message: 'connection refused', latency: 1 })).toBe(false);
  });
});
