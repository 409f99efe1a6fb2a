/** One measured figure, beside a peer where there is one. */
export interface Row {
  readonly what: string;
  readonly unit: 'ms' | 'KB' | 'MB' | 'requests' | 'connections';
  readonly ours: number;
  /** What was measured in turn with ours. */
  readonly peer?: number;
  readonly peerName?: string;
  /** A figure outside of these bounds measures something else: the run fails. */
  readonly sane: readonly [least: number, most: number];
  /** What is wanted: of the ratio where there is a peer, else of our figure. */
  readonly aim?: number;
  /** Above this by half a run in CI fails; default: the aim. */
  readonly bound?: number;
}

/** What a bound is about. */
export function figureOf({ ours, peer }: Row): number {
  return peer === undefined ? ours : ours / peer;
}

/** Figures that cannot be right, one sentence each: a probe that measured nothing must not become a good result. */
export function faultsIn(rows: readonly Row[]): readonly string[] {
  return rows.flatMap(({ what, unit, ours, peer, sane: [least, most] }) => {
    const words = (value: number) => `${what}: ${value} ${unit} is no figure between ${least} and ${most}`;
    return [ours, ...(peer === undefined ? [] : [peer])]
      .filter((value) => !(Number.isFinite(value) && value > 0 && value >= least && value <= most))
      .map(words);
  });
}

/** Figures above their aim. */
export function missedAims(rows: readonly Row[]): readonly string[] {
  return rows
    .filter((row) => row.aim !== undefined && figureOf(row) > row.aim)
    .map((row) => `${row.what}: ${shown(figureOf(row))}, aim ≤ ${row.aim}`);
}

/** Figures above their bound by half: what noise of a machine does not explain. */
export function regressionsIn(rows: readonly Row[]): readonly string[] {
  return rows.flatMap((row) => {
    const bound = row.bound ?? row.aim;
    if (bound === undefined || figureOf(row) <= bound * 1.5) return [];
    return [`${row.what}: ${shown(figureOf(row))} is worse than ${bound} by more than half`];
  });
}

/** The rows as a Markdown table. */
export function renderTable(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const { what, unit, ours, peer, peerName, aim } = row;
    const cells = [
      what,
      `${shown(ours)} ${unit}`,
      peer === undefined ? '' : `${shown(peer)} ${unit}: ${peerName}`,
      peer === undefined ? '' : figureOf(row).toFixed(2),
      aim === undefined ? '' : `≤ ${aim}${peer === undefined ? ` ${unit}` : ''}`,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return ['| | ours | peer | ratio | aim |', '|---|--:|--:|--:|--:|', ...lines].join('\n');
}

function shown(value: number): string {
  return value < 10 ? String(Number(value.toFixed(2))) : String(Math.round(value));
}
