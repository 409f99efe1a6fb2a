/** Seeded rollouts through the gate's own decisions, beside other rules: `npm run bench:gate [ROLLOUTS [SEED]]`. With the defaults bench/README.md is written. */
import { readFileSync, writeFileSync } from 'node:fs';
import { describeGateRows, GATE_DEFAULTS, gateRows, missedAims, renderGateTable } from './gate/table.ts';
import { between, README } from './readme.ts';

const [rollouts = GATE_DEFAULTS.rollouts, seed = GATE_DEFAULTS.seed] = process.argv.slice(2).map(Number);
const rows = gateRows({ rollouts, seed });
const text = `${renderGateTable(rows)}\n\n${describeGateRows({ rollouts, seed })}`;
process.stdout.write(`${text}\n`);
if (process.argv.length === 2) writeFileSync(README, between(readFileSync(README, 'utf8'), 'gate', text));
const missed = missedAims(rows);
for (const sentence of missed) process.stdout.write(`missed: ${sentence}\n`);
if (missed.length > 0) process.exitCode = 1;
