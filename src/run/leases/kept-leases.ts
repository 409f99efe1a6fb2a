import type { HeldLease } from '../../record/acquire-lease.ts';

/** The leases of all targets of one step. What the comment says of an object must be so until it is written. */
export interface KeptLeases {
  /** Acquires the lease of an object. Another target of this step that keeps it releases it first. */
  turn<T>(object: string, acquire: () => Promise<T>): Promise<T>;
  /** Keeps the lease of a target that has ended, unless another target or another run asks for it. */
  keep(object: string, lease: HeldLease): Promise<void>;
  /** Called once the comment is written. */
  releaseAll(): Promise<void>;
}

/** Starts without any lease. */
export function startKeptLeases(): KeptLeases {
  const kept = new Map<string, HeldLease>();
  const waiting: string[] = [];
  const release = async (object: string) => {
    const lease = kept.get(object);
    kept.delete(object);
    await lease?.release();
  };
  return {
    async turn(object, acquire) {
      waiting.push(object);
      try {
        await release(object);
        return await acquire();
      } finally {
        waiting.splice(waiting.indexOf(object), 1);
      }
    },
    async keep(object, lease) {
      if (waiting.includes(object) || lease.halted.aborted) return lease.release();
      kept.set(object, lease);
      lease.halted.addEventListener('abort', () => kept.get(object) === lease && release(object), { once: true });
    },
    async releaseAll() {
      for (const object of [...kept.keys()]) await release(object);
    },
  };
}
