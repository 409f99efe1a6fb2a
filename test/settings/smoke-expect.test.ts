import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import { parseExpectation, unmet } from '../../src/settings/smoke-expect.ts';

const ANSWER = {
  data: {
    names: ['quality', "it's"],
    ndarray: [
      [5.7025825, 'good'],
      [-2, null],
    ],
  },
  meta: {},
};

const check = (text: string) => unmet(parseExpectation(text), ANSWER);

describe('checks that hold', () => {
  it.each([
    '$ exists',
    '$.data.ndarray[0][0] between 3 and 9',
    '$.data.ndarray[0][0] == 5.70258251',
    '$.data.ndarray[-1][0] < 0',
    '$.data.ndarray[-1][0] >= -2',
    '$.data.ndarray[0][1] == "good"',
    '$.data.ndarray[0][1] != "bad"',
    '$.data.ndarray[1][1] == null',
    `$['data']["names"][1] == "it's"`,
    '$.data == {"names": ["quality", "it\'s"]}',
    '# the whole story\n\n  $.data.names exists  \r\n$.meta == {}\n',
  ])('%s', (text) => {
    expect(check(text)).toBeUndefined();
  });
});

describe('checks that do not hold say what is there', () => {
  it.each([
    ['$.data.ndarray[0][0] between 6 and 9', '`$.data.ndarray[0][0] between 6 and 9` is false: the value is 5.7025825'],
    ['$.data.ndarray[0][0] == 5.7026', '`$.data.ndarray[0][0] == 5.7026` is false: the value is 5.7025825'],
    ['$.data.tensor exists', '`$.data.tensor exists` is false: the value is missing'],
    ['$.data.ndarray[9] exists', '`$.data.ndarray[9] exists` is false: the value is missing'],
    ['$.data.ndarray[0][1] > 1', '`$.data.ndarray[0][1] > 1` is false: the value is "good"'],
    ['$.constructor exists', '`$.constructor exists` is false: the value is missing'],
    ['$.meta exists\n$.data.names[0] == "x"', '`$.data.names[0] == "x"` is false: the value is "quality"'],
  ])('%s', (text, message) => {
    expect(check(text)).toBe(message);
  });
});

describe('a JSON expectation', () => {
  it('is met by an answer that has all of it, and more', () => {
    expect(check('{"data": {"ndarray": [[5.7025826, "good"], [-2, null]]}}')).toBeUndefined();
  });

  it.each([
    ['{"data": {"names": ["quality"]}}', '`$.data.names` should have 1 elements, but has 2'],
    ['{"data": {"ndarray": [[5.8, "good"], [-2, null]]}}', '`$.data.ndarray[0][0]` should be 5.8, but is 5.7025825'],
    ['{"meta": {"puid": "x"}}', '`$.meta.puid` should be "x", but is missing'],
    ['{"meta": []}', '`$.meta` should be a list, but is {}'],
  ])('%s', (text, message) => {
    expect(check(text)).toBe(message);
  });
});

describe('invalid syntax is refused with its position', () => {
  it.each([
    ['$.a exists\n$.b is 5', 'line 2, column 4: expected `exists`, `==`'],
    ['$.a ==', 'line 1, column 7: expected a JSON value (texts in double quotes), found the end'],
    ["$.a == 'x'", "found `'x'`"],
    ['$.a between 3', 'column 13: expected two numbers, such as `3 and 9`, found `3`'],
    ['$.a < "b"', 'expected a number'],
    ['$.a[x] exists', 'column 4: expected `exists`'],
    ['$.a exists\n.b exists', 'line 2, column 1: expected a path that starts with `$`'],
    ['{"a": }', 'Input smoke-expect is not JSON: '],
    ['', 'Input smoke-expect is not JSON: '],
  ])('%s', (text, message) => {
    const refused = () => parseExpectation(text);
    expect(refused).toThrow(UserError);
    expect(refused).toThrow(message);
    expect(refused).toThrow(
      expect.objectContaining({ code: 'bad-input', hint: expect.stringContaining('between 3 and 9') }),
    );
  });
});
