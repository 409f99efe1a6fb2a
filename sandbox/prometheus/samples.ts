import type { Matcher, Selector } from './expression.ts';
import type { Reading } from './text-format.ts';

interface Sample {
  /** Milliseconds since the epoch, when the scrape began. */
  readonly time: number;
  readonly value: number;
}

interface Series extends Pick<Reading, 'name' | 'labels'> {
  readonly samples: Sample[];
}

/** Milliseconds for which samples are kept. */
const RETENTION = 15 * 60_000;
/** Prometheus's `query.lookback-delta`. */
const LOOKBACK = 5 * 60_000;

/** The scraped samples, by series. */
export class Samples {
  readonly #series = new Map<string, Series>();

  add({ name, labels, value }: Reading, time: number): void {
    const key = JSON.stringify([name, ...Object.entries(labels).sort()]);
    const series = this.#series.get(key) ?? { name, labels, samples: [] };
    this.#series.set(key, series);
    series.samples.push({ time, value });
    while ((series.samples[0]?.time ?? time) < time - RETENTION) series.samples.shift();
  }

  /**
   * How much each matching counter grew in the last `window` milliseconds; a series counts only with at least two
   * samples there. As in Prometheus, what a counter had before its first sample is not growth, and one that falls was
   * set back to zero. Unlike there, nothing is extrapolated to the edges of the window: with ten scrapes a second there
   * is hardly anything to add, and whole numbers are easier to compare with what was sent.
   */
  increases(selector: Selector, { now, window }: { readonly now: number; readonly window: number }): readonly number[] {
    return [...this.#series.values()]
      .filter((series) => matches(series, selector))
      .map(({ samples }) => samples.filter(({ time }) => time > now - window && time <= now))
      .filter((samples) => samples.length >= 2)
      .map(growth);
  }

  /** The newest sample of each matching series that is not older than the lookback. */
  newest(selector: Selector, now: number): readonly (Reading & Sample)[] {
    return [...this.#series.values()]
      .filter((series) => matches(series, selector))
      .flatMap((series) => newestOf(series, now));
  }
}

function newestOf({ name, labels, samples }: Series, now: number): readonly (Reading & Sample)[] {
  const last = samples.findLast(({ time }) => time <= now);
  return last === undefined || last.time < now - LOOKBACK ? [] : [{ name, labels, ...last }];
}

function matches({ name, labels }: Series, selector: Selector): boolean {
  // A missing label equals the empty text.
  const agrees = ({ label, equal, value }: Matcher) => ((labels[label] ?? '') === value) === equal;
  return name === selector.name && selector.matchers.every(agrees);
}

function growth(samples: readonly Sample[]): number {
  return samples.reduce((sum, { value }, at) => {
    const before = samples[at - 1]?.value ?? value;
    return sum + (value < before ? value : value - before);
  }, 0);
}
