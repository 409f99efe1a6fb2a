import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { GATE_DEFAULTS, gateRows, missedAims, renderGateTable } from '../../bench/gate/table.ts';
import { README } from '../../bench/readme.ts';

const ROWS = gateRows(GATE_DEFAULTS);

it('the gate of this code reaches its aims in simulated rollouts', () => {
  expect(missedAims(ROWS)).toEqual([]);
});

it('the table of the gate in bench/README.md is what this code gives', () => {
  expect(readFileSync(README, 'utf8')).toContain(renderGateTable(ROWS));
});

it('the rules it replaces miss the aims: they return good canaries, and the plain test needs more requests', () => {
  const asOurs = (rule: string) =>
    missedAims(ROWS.filter((row) => row.rule.startsWith(rule)).map((row) => ({ ...row, rule: 'ours' })));
  expect(asOurs('old rule')).not.toEqual([]);
  expect(asOurs('z-test')).not.toEqual([]);
  expect(asOurs('Flagger')).not.toEqual([]);
  expect(asOurs('two intervals')).not.toEqual([]);
});
