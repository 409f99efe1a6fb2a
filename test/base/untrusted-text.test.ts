import { describe, expect, it } from 'vitest';
import { codeSpan, cut, fence, inline, link, logLine } from '../../src/base/untrusted-text.ts';

const HOSTILE = [
  '@octocat and @org/team',
  '<img src=x onerror=alert(1)>',
  '<!-- mlflow-to-seldon: seldon/wine -->',
  '```\n# out of the fence\n```',
  '````\n~~~\n',
  '`code` **bold** [link](https://evil.example) ![i](http://evil.example/x.png)',
  'a | b\n|---|',
  '::set-output name=outcome::deployed',
  '##[error]fake',
  'HTTP 503, 3 ms: ##[stop-commands]x',
  '\u001b[31mred\u001b[0m \u202egnp.exe',
  'fixes #1, GH-2, acme/x#3 https://evil.example www.evil.example',
  '</details></details>',
  'EOF\noutcome=deployed',
];

describe('hostile text', () => {
  it.each(HOSTILE)('stays inside its line: %j', (text) => {
    const shown = inline(text);
    expect(shown).not.toMatch(/\n|<(?!\/?br)|(?<!\\)[`*[\]|]|@[a-z]|#\d|https?:\/\/|\u001b|\u202e/);
  });

  it.each(HOSTILE)('stays inside its code span: %j', (text) => {
    const shown = codeSpan(text);
    const [ticks = ''] = /^`+/.exec(shown) ?? [];
    expect(shown).not.toContain('\n');
    expect(shown.slice(ticks.length, -ticks.length)).not.toMatch(new RegExp(`(?<!\`)${ticks}(?!\`)`));
    expect(shown).not.toMatch(/(?<!\\)\|/);
  });

  it.each(HOSTILE)('stays inside its fence: %j', (text) => {
    const lines = fence(text, 'text').split('\n');
    const [opening = ''] = /^`+/.exec(lines[0] ?? '') ?? [];
    expect(lines.at(-1)).toBe(opening);
    expect(lines.slice(1, -1).filter((line) => line.startsWith(opening))).toEqual([]);
    expect(lines.join('')).not.toMatch(/\u001b|\u202e/);
  });

  it.each(HOSTILE)('is no workflow command in the log: %j', (text) => {
    expect(logLine(`said:\n${text}\n  ${text}`)).not.toMatch(/^\s*::|##\[/m);
  });
});

it('links only to plain web addresses', () => {
  expect(link('run', 'https://x.example/a b>c%3Dd#/x y')).toBe('[run](<https://x.example/a%20b%3Ec%3Dd#/x%20y>)');
  expect(link('run', 'javascript:alert(1)')).toBe('run');
  expect(link('run', undefined)).toBe('run');
});

it('cuts without halving a character', () => {
  expect(cut('abc', 3)).toBe('abc');
  expect(cut('abcd', 3)).toBe('ab…');
  expect(cut('a🍷🍷', 3)).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/);
});
