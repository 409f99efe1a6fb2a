import { mostOf } from '../../base/numbers/extremes.ts';
/** One line of a CSV file. */
export interface CsvRecord {
  readonly cells: readonly string[];
  /** Number of its first line. */
  readonly line: number;
}

export type Csv =
  | { readonly kind: 'records'; readonly records: readonly CsvRecord[] }
  /** A quoted value that begins in this line has no end. */
  | { readonly kind: 'open-quote'; readonly line: number };

const SEPARATORS = [',', ';', '\t'] as const;
const CODE = { quote: 34, lineFeed: 10, carriageReturn: 13 };

/**
 * Reads CSV (RFC 4180) in one pass. Values are separated by the comma, semicolon or tab that the first line has most.
 * @param most records that are read; the rest is left
 */
export function parseCsv(text: string, most: number): Csv {
  const separator = separatorOf(text).charCodeAt(0);
  const records: CsvRecord[] = [];
  let [at, line] = [0, 1];
  while (at < text.length && records.length < most) {
    const started = line;
    const cells: string[] = [];
    for (;;) {
      const cell = text.charCodeAt(at) === CODE.quote ? quotedCell(text, at) : plainCell(text, at, separator);
      if (cell === undefined) return { kind: 'open-quote', line };
      cells.push(cell.value);
      line += cell.lines;
      at = cell.end;
      if (text.charCodeAt(at) !== separator) break;
      at++;
    }
    if (text.charCodeAt(at) === CODE.carriageReturn) at++;
    if (text.charCodeAt(at) === CODE.lineFeed) at++;
    line++;
    if (cells.length > 1 || cells[0] !== '') records.push({ cells, line: started });
  }
  return { kind: 'records', records };
}

interface Cell {
  readonly value: string;
  /** Index of what follows. */
  readonly end: number;
  /** Line breaks inside. */
  readonly lines: number;
}

function plainCell(text: string, start: number, separator: number): Cell {
  let end = start;
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (code === separator || code === CODE.lineFeed || code === CODE.carriageReturn) break;
  }
  return { value: text.slice(start, end).trim(), end, lines: 0 };
}

/** Two quotes inside are one. What follows the last quote up to the separator belongs to the value. */
function quotedCell(text: string, start: number): Cell | undefined {
  const parts: string[] = [];
  let from = start + 1;
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote < 0) return undefined;
    parts.push(text.slice(from, quote));
    if (text.charCodeAt(quote + 1) !== CODE.quote) {
      const value = parts.join('');
      return { value, end: quote + 1, lines: value.split('\n').length - 1 };
    }
    parts.push('"');
    from = quote + 2;
  }
}

function separatorOf(text: string): string {
  const [first = ''] = text.slice(0, LONGEST_HEADER).split('\n', 1);
  const counts = SEPARATORS.map((one) => first.split(one).length);
  return SEPARATORS[counts.indexOf(mostOf(counts))] ?? ',';
}

const LONGEST_HEADER = 1_000_000;
