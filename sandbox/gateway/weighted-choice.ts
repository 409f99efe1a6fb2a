interface Weighed {
  readonly weight: number;
}

/**
 * Smooth weighted round robin: it is deterministic, and after as many turns as the sum of the weights each has exactly
 * its share. Counts begin anew when the weights of a key change.
 */
export class WeightedChoice {
  readonly #turns = new Map<string, { readonly weights: string; readonly credit: number[] }>();

  /** @returns undefined if there is no destination */
  next<T extends Weighed>(key: string, options: readonly T[]): T | undefined {
    const weights = options.map(({ weight }) => weight).join();
    const known = this.#turns.get(key);
    const turn = known?.weights === weights ? known : { weights, credit: options.map(() => 0) };
    this.#turns.set(key, turn);
    const total = options.reduce((sum, { weight }) => sum + weight, 0);
    if (total === 0) return undefined;
    for (const [index, { weight }] of options.entries()) turn.credit[index] = (turn.credit[index] ?? 0) + weight;
    const best = turn.credit.indexOf(Math.max(...turn.credit));
    turn.credit[best] = (turn.credit[best] ?? 0) - total;
    return options[best];
  }
}
