import { type GateRule, RULES } from './rules.ts';
import { type Ends, percentile, type Scenario, simulate } from './simulation.ts';

/** One line of the table in bench/README.md. */
export interface GateRow {
  readonly rule: string;
  readonly scenario: Scenario;
  readonly ends: Ends;
}

/** Of the table in bench/README.md. */
export const GATE_DEFAULTS = { rollouts: 500, seed: 1 } as const;

const GOOD = [50, 200, 1_000].map((perStep) => ({ main: 0.005, canary: 0.005, perStep }));
const BAD = [50, 200, 1_000].map((perStep) => ({ main: 0.005, canary: 0.05, perStep }));
const BROKEN = [{ main: 0, canary: 0.5, perStep: 200 }];

/** How many times as many rollouts the default rule plays: a share of 1 % of 500 is five rollouts, more or less two. */
const FOR_SMALL_SHARES = 4;

/** Every rule in every scenario. The same seed gives the same table. */
export function gateRows({ rollouts, seed }: { readonly rollouts: number; readonly seed: number }): readonly GateRow[] {
  const played = ({ name }: GateRule) => ({ rollouts: name === 'ours' ? rollouts * FOR_SMALL_SHARES : rollouts, seed });
  return [...GOOD, ...BAD, ...BROKEN].flatMap((scenario) =>
    RULES.map((rule) => ({ rule: rule.name, scenario, ends: simulate(rule, scenario, played(rule)) })),
  );
}

/** What the table was made from. */
export function describeGateRows({ rollouts, seed }: { readonly rollouts: number; readonly seed: number }): string {
  return `${rollouts} rollouts a row, ${rollouts * FOR_SMALL_SHARES} of ours without \`strict\`; seed ${seed}.`;
}

/** The aims that our own rows miss, one sentence each. */
export function missedAims(rows: readonly GateRow[]): readonly string[] {
  const { missed, check } = collector();
  for (const { rule, scenario, ends } of rows) {
    if (!rule.startsWith('ours')) continue;
    const label = `${rule}, ${inWords(scenario)}`;
    const { main, canary, perStep } = scenario;
    if (canary === main) check(`${label}: good canaries returned`, ends.returned / ends.rollouts, 0.01);
    if (canary === 0.05) check(`${label}: bad canaries promoted`, ends.promoted / ends.rollouts, 0.01);
    // Where a step ends sooner than the test decides, a count of requests says nothing.
    if (canary === 0.05 && perStep >= 200) check(`${label}: median of requests`, percentile(ends, 0.5), 300);
    if (canary === 0.5) check(`${label}: median of requests`, percentile(ends, 0.5), 20);
  }
  return missed;
}

function collector() {
  const missed: string[] = [];
  const check = (what: string, value: number, most: number): void => {
    if (!(value <= most)) missed.push(`${what} ${value}, aim ≤ ${most}`);
  };
  return { missed, check };
}

function inWords({ main, canary, perStep }: Scenario): string {
  return `main ${main * 100} %, canary ${canary * 100} %, ${perStep} a step`;
}

/** The table as Markdown. */
export function renderGateTable(rows: readonly GateRow[]): string {
  const lines = rows.map(({ rule, scenario: { main, canary, perStep }, ends }) => {
    const cells = [
      `${main * 100} %`,
      `${canary * 100} %`,
      String(perStep),
      rule,
      share(ends.returned, ends),
      share(ends.promoted, ends),
      String(percentile(ends, 0.5)),
      String(percentile(ends, 0.9)),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '| main fails | canary fails | requests of canary a step | rule | returned | promoted | median of requests until the end | 90 % |',
    '|--:|--:|--:|---|--:|--:|--:|--:|',
    ...lines,
  ].join('\n');
}

function share(count: number, { rollouts }: Ends): string {
  return `${Number(((count / rollouts) * 100).toFixed(1))} %`;
}
