import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseTargets, pickTargets } from '../../src/gate/targets.ts';
import { cpuTime } from '../support/cpu-time.ts';

const DOC = readFileSync(new URL('../../docs/targets.md', import.meta.url), 'utf8');
const SAMPLE = /```yaml\n([\s\S]*?)```/.exec(DOC)?.[1] ?? '';

function targets(text: string) {
  return parseTargets(text, '.github/seldon.yml');
}

describe('a file of targets', () => {
  it('is read as docs/targets.md shows it: defaults, lists, policy and needs', () => {
    const [staging, prod] = targets(SAMPLE);
    expect(staging?.values.get('model-uri')).toBe('models:/wine-quality@challenger');
    expect(prod?.values.get('model-uri')).toBe('models:/wine-quality@champion');
    expect(prod?.values.get('steps')).toBe('5\n25\n50');
    expect(prod?.values.get('require-review')).toBe('true');
    expect(prod?.needs).toEqual(['wine-staging']);
  });

  it('may write JSON where an input is JSON', () => {
    const [one] = targets('targets: { a: { smoke-request: { data: { ndarray: [[1]] } } } }');
    expect(one?.values.get('smoke-request')).toBe('{"data":{"ndarray":[[1]]}}');
  });

  it.each([
    ['{}', 'it has no `targets`'],
    ['', 'not one YAML document'],
    ['targets: {}', 'has 0, but must have 1 to 100'],
    ['targets: [a]', 'it has no `targets`'],
    ['targets: { a: 5 }', 'must contain inputs'],
    ['a: 1\ntargets: { a: {} }', '`a` is not a known key'],
    ['version: 2\ntargets: { a: {} }', '`version` must be 1'],
    ['targets: { all: {} }', 'a name has lower-case letters'],
    ['targets: { A_b: {} }', 'a name has lower-case letters'],
    ['targets: { a: { name: [{}] } }', '`name` must be a text'],
    ['targets: { a: { mlflow-token: x } }', '`mlflow-token` belongs to the `with:`'],
    ['targets: { a: { policy: { name: x } } }', '`name` belongs'],
    ['targets: { a: { policy: 5 } }', '`policy` must contain inputs'],
    ['targets: { a: { needs: 5 } }', '`needs` must be the name'],
    ['targets: { a: { needs: b } }', 'needs `b`, which is not a target'],
    ['targets: { a: { needs: b }, b: { needs: a }, c: {} }', 'form a cycle: a, b'],
    ['targets: { a: { needs: a } }', 'form a cycle: a'],
    ['targets: { a: {', 'not one YAML document'],
    ['targets: { a: {} }\n---\ntargets: { b: {} }', 'not one YAML document'],
    [`targets: { a: {} } #${'x'.repeat(200_000)}`, 'more than 200000 characters'],
  ])('%j is refused: %s', (text, sentence) => {
    expect(() => targets(text)).toThrow(sentence);
  });

  it('is selected from by name, in its own order', () => {
    const all = targets('targets: { a: {}, b: {}, c: {} }');
    const names = (wanted: string[]) => {
      const picked = pickTargets(all, wanted);
      return 'unknown' in picked ? picked.unknown : picked.map(({ name }) => name).join('');
    };
    expect([names(['c', 'a']), names(['all']), names(['x'])]).toEqual(['ac', 'abc', 'x']);
  });
});

it('refuses a file of targets whose aliases stand for billions of values, within a second', () => {
  const levels = Array.from({ length: 30 }, (_, at) => {
    const items = Array.from({ length: 9 }, () => (at === 0 ? 'x' : `*a${at - 1}`));
    return `a${at}: &a${at} [${items.join(', ')}]`;
  });
  const began = cpuTime();
  expect(() =>
    parseTargets(`${levels.join('\n')}\ntargets: {wine: {model-uri: *a29}}\n`, '.github/seldon.yml'),
  ).toThrow('too large or too deep with its aliases written out');
  expect(() => parseTargets('targets: &a {wine: *a}\n', '.github/seldon.yml')).toThrow('too large or too deep');
  expect(cpuTime() - began).toBeLessThan(1000);
});
