import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { between, README } from './readme.ts';
import { type Row, renderTable } from './rows.ts';

/** What one run of the benchmarks measured, and where. No host name and no path. */
export interface Results {
  /** The commit that was measured; with a `+` where files were changed after it. */
  readonly commit: string;
  readonly machine: {
    readonly cpus: number;
    readonly cpu: string;
    readonly memory: string;
    readonly system: string;
    readonly node: string;
  };
  readonly rounds: number;
  readonly rows: readonly Row[];
}

const FILE = fileURLToPath(new URL('./results.json', import.meta.url));

/** The results that bench/README.md shows. */
export function readResults(): Results {
  return JSON.parse(readFileSync(FILE, 'utf8')) as Results;
}

/** Writes bench/results.json, and the table of bench/README.md from it. */
export function writeResults(rows: readonly Row[], rounds: number): void {
  const results: Results = { commit: commit(), machine: machine(), rounds, rows: rows.map(rounded) };
  // Pairs of numbers on one line, as the linter has them.
  const text = JSON.stringify(results, undefined, 2).replace(/\[\s+([\d.]+),\s+([\d.]+)\s+\]/g, '[$1, $2]');
  writeFileSync(FILE, `${text}\n`);
  writeFileSync(README, between(readFileSync(README, 'utf8'), 'bench', renderResults(results)));
}

function rounded(row: Row): Row {
  const { ours, peer } = row;
  const two = (value: number) => Number(value.toFixed(2));
  return { ...row, ours: two(ours), ...(peer !== undefined && { peer: two(peer) }) };
}

/** The table, and below it the machine and the commit. */
export function renderResults({ commit: measured, machine: at, rounds, rows }: Results): string {
  const where = `${at.cpus} CPUs (${at.cpu}), ${at.memory}, ${at.system}, Node ${at.node}`;
  return `${renderTable(rows)}\n\nCommit ${measured}, ${rounds} rounds, ${where}.`;
}

function commit(): string {
  const git = (...args: readonly string[]) => execFileSync('git', args, { encoding: 'utf8' }).trim();
  const changed = git('status', '--porcelain', '--untracked-files=no', '--', 'src', 'sandbox') !== '';
  return `${git('rev-parse', '--short=12', 'HEAD')}${changed ? '+' : ''}`;
}

function machine(): Results['machine'] {
  const [first] = cpus();
  return {
    cpus: cpus().length,
    cpu: (first?.model ?? '').trim() || 'unknown',
    memory: `${Math.round(totalmem() / 1024 ** 3)} GB`,
    system: `${process.platform} ${process.arch}`,
    node: process.versions.node,
  };
}
