import { setTimeout as delay } from 'node:timers/promises';

/** Where predictions go, what is asked, and what each model says to it. */
export interface Target {
  readonly url: string;
  readonly body: string;
  /** By model; they differ. */
  readonly answers: Readonly<Record<string, readonly number[]>>;
}

/** What came of many requests. */
export interface Traffic {
  readonly sent: number;
  /** Everything but a right answer of one of the models, in words. */
  readonly failures: readonly string[];
  /** How often each model answered. */
  readonly answered: Readonly<Record<string, number>>;
}

/** People who wait for their answers: so many at a time, each pausing so many milliseconds before the next request. */
const WORKERS = 4;
const PAUSE = 40;
/** Milliseconds after which nobody waits any longer. */
const PATIENCE = 10_000;

/** Predictions all the time, from before a piece of work until after it. */
export async function underLoad<T>(target: Target, work: () => Promise<T>): Promise<{ end: T; traffic: Traffic }> {
  const tally = new Tally(target);
  let isOver = false;
  const worker = async () => {
    while (!isOver) {
      await tally.ask();
      await delay(PAUSE);
    }
  };
  const workers = Array.from({ length: WORKERS }, worker);
  try {
    return { end: await work(), traffic: tally };
  } finally {
    isOver = true;
    await Promise.all(workers);
  }
}

/** How often each HTTP status came, for requests with these bodies in turn. */
export async function statusesUnderLoad<T>(
  { url, bodies }: { readonly url: string; readonly bodies: readonly string[] },
  work: () => Promise<T>,
): Promise<{ readonly end: T; readonly statuses: ReadonlyMap<number, number> }> {
  const statuses = new Map<number, number>();
  let [isOver, next] = [false, 0];
  const worker = async () => {
    while (!isOver) {
      const body = bodies[next++ % bodies.length] ?? '';
      const headers = { 'content-type': 'application/json' };
      const asked = fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(PATIENCE) });
      const status = await asked.then(
        async (answer) => {
          await answer.text();
          return answer.status;
        },
        () => 0,
      );
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      await delay(PAUSE);
    }
  };
  const workers = Array.from({ length: WORKERS }, worker);
  try {
    return { end: await work(), statuses };
  } finally {
    isOver = true;
    await Promise.all(workers);
  }
}

/** So many predictions, and no more. */
export async function predictions(target: Target, count: number): Promise<Traffic> {
  const tally = new Tally(target);
  let left = count;
  const worker = async () => {
    while (left-- > 0) await tally.ask();
  };
  await Promise.all(Array.from({ length: WORKERS }, worker));
  return tally;
}

class Tally implements Traffic {
  readonly failures: string[] = [];
  readonly answered: Record<string, number>;
  sent = 0;
  readonly #target: Target;

  constructor(target: Target) {
    this.#target = target;
    this.answered = Object.fromEntries(Object.keys(target.answers).map((model) => [model, 0]));
  }

  async ask(): Promise<void> {
    const { url, body } = this.#target;
    const at = new Date().toISOString();
    this.sent++;
    try {
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(PATIENCE) });
      const text = await answer.text();
      const model = answer.status === 200 ? this.#modelOf(text) : undefined;
      if (model === undefined) this.failures.push(`${at} HTTP ${answer.status} ${text.slice(0, 200)}`);
      else this.answered[model] = (this.answered[model] ?? 0) + 1;
    } catch (error) {
      this.failures.push(`${at} ${error instanceof Error ? `${error.message} ${error.cause ?? ''}` : error}`);
    }
  }

  #modelOf(text: string): string | undefined {
    const given: unknown = JSON.parse(text)?.data?.ndarray;
    if (!Array.isArray(given)) return undefined;
    const isSaid = (right: readonly number[]) =>
      right.length === given.length && right.every((value, at) => Math.abs(value - given[at]) < 1e-6);
    return Object.keys(this.#target.answers).find((model) => isSaid(this.#target.answers[model] ?? []));
  }
}
