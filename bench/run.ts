/**
 * Measurements, as ratios against a peer in the same run: `npm run bench [ROUNDS]`; what they mean: bench/README.md.
 * `--short` writes nothing, and fails only where a figure is worse than its bound by half.
 */
import { measure } from './measure.ts';
import { writeResults } from './results.ts';
import { faultsIn, missedAims, regressionsIn, renderTable } from './rows.ts';

const args = process.argv.slice(2);
const isShort = args.includes('--short');
const rounds = Number(args.find((one) => /^[1-9]\d*$/.test(one)) ?? (isShort ? 3 : 7));
const rows = await measure(rounds);
process.stdout.write(`${renderTable(rows)}\n`);
const faults = faultsIn(rows);
const regressions = regressionsIn(rows);
for (const sentence of missedAims(rows)) process.stdout.write(`above its aim: ${sentence}\n`);
for (const sentence of [...faults, ...regressions]) process.stdout.write(`FAILED: ${sentence}\n`);
if (faults.length + regressions.length > 0) process.exitCode = 1;
else if (!isShort) writeResults(rows, rounds);
