import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { README } from '../../bench/readme.ts';
import { readResults, renderResults } from '../../bench/results.ts';
import { faultsIn, missedAims, type Row, regressionsIn } from '../../bench/rows.ts';

const RATIO: Row = { what: 'run', unit: 'ms', ours: 90, peer: 100, peerName: 'script', sane: [1, 1_000], aim: 0.8 };
const COUNT: Row = { what: 'requests', unit: 'requests', ours: 17, sane: [5, 100], aim: 20, bound: 25 };

describe('a measured figure', () => {
  it.each([0, -3, Number.NaN, Number.POSITIVE_INFINITY, 1_001])('of %s is a fault of the measurement', (value) => {
    expect(faultsIn([{ ...RATIO, ours: value }])).toHaveLength(1);
    expect(faultsIn([{ ...RATIO, peer: value }])).toHaveLength(1);
    expect(faultsIn([RATIO, COUNT])).toEqual([]);
  });

  it('above its aim is named, with its ratio where it has a peer', () => {
    expect(missedAims([RATIO, COUNT])).toEqual(['run: 0.9, aim ≤ 0.8']);
    expect(missedAims([{ ...COUNT, ours: 21 }])).toEqual(['requests: 21, aim ≤ 20']);
  });

  it('fails where it is worse than its bound by half, and only there', () => {
    expect(
      regressionsIn([
        { ...RATIO, ours: 120 },
        { ...COUNT, ours: 37 },
      ]),
    ).toEqual([]);
    expect(regressionsIn([{ ...RATIO, ours: 121 }])).toEqual(['run: 1.21 is worse than 0.8 by more than half']);
    expect(regressionsIn([{ ...COUNT, ours: 38 }])).toEqual(['requests: 38 is worse than 25 by more than half']);
    expect(regressionsIn([{ what: 'other', unit: 'ms', ours: 1e9, sane: [1, 1e10] }])).toEqual([]);
  });
});

describe('bench/results.json', () => {
  const results = readResults();

  it('holds only sane figures, none of them a regression', () => {
    expect(faultsIn(results.rows)).toEqual([]);
    expect(regressionsIn(results.rows)).toEqual([]);
  });

  it('is what bench/README.md shows', () => {
    expect(readFileSync(README, 'utf8')).toContain(`<!-- bench -->\n${renderResults(results)}\n<!-- /bench -->`);
  });

  it('names the commit and the machine, but no host and no path', () => {
    expect(results.commit).toMatch(/^[0-9a-f]{7,40}\+?$/);
    expect(Object.keys(results.machine).sort()).toEqual(['cpu', 'cpus', 'memory', 'node', 'system']);
    expect(JSON.stringify(results.machine)).not.toMatch(/\/(?:home|work|tmp|root)\b/);
  });
});
