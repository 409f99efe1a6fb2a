import { describe, expect, it } from 'vitest';
import type { HeldLease } from '../../../src/record/acquire-lease.ts';
import { startKeptLeases } from '../../../src/run/leases/kept-leases.ts';

/** A lease that notes when it is released. */
function aLease(name: string, released: string[]): HeldLease & { readonly halt: AbortController } {
  const halt = new AbortController();
  return { halt, halted: halt.signal, release: async () => void released.push(name) };
}

describe('the leases of several targets', () => {
  it('are kept until the comment is written', async () => {
    const released: string[] = [];
    const leases = startKeptLeases();
    await leases.keep('a', aLease('a', released));
    await leases.keep('b', aLease('b', released));
    expect(released).toEqual([]);
    await leases.releaseAll();
    await leases.releaseAll();
    expect(released).toEqual(['a', 'b']);
  });

  it('are released before another target of the step asks for the same object', async () => {
    const released: string[] = [];
    const leases = startKeptLeases();
    await leases.keep('a', aLease('a', released));
    await leases.keep('b', aLease('b', released));
    const seen = await leases.turn('a', async () => [...released]);
    expect(seen).toEqual(['a']);
  });

  it('are not kept while another target of the step waits for them', async () => {
    const released: string[] = [];
    const leases = startKeptLeases();
    const acquired = Promise.withResolvers<void>();
    const turn = leases.turn('a', () => acquired.promise);
    await leases.keep('a', aLease('a', released));
    expect(released).toEqual(['a']);
    acquired.resolve();
    await turn;
    await leases.keep('a', aLease('second', released));
    expect(released).toEqual(['a']);
  });

  it('are released at once when another run asks for them', async () => {
    const released: string[] = [];
    const leases = startKeptLeases();
    const lease = aLease('a', released);
    await leases.keep('a', lease);
    lease.halt.abort();
    expect(released).toEqual(['a']);
    await leases.keep('b', { ...aLease('b', released), halted: AbortSignal.abort() });
    expect(released).toEqual(['a', 'b']);
  });
});
