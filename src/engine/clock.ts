/** The counters of a database, and the transaction helpers that move them. */
import type { ReadTx, WriteTx } from "../store/store.ts";

export interface Clock {
  /** Highest `seq` given to a change. The only clock that orders (INV-6). */
  seq: number;
  /** Highest `order` given to an accepted op. */
  order: number;
  /** Memories that are not deleted, over all scopes. */
  memories: number;
  /** + 1 with every `reset` and `forget`: what was read in an older epoch is void. `seq` goes on counting. */
  epoch: number;
  /** The only scope of which that is so for the present epoch; it holds memories still. Undefined: all. */
  voided?: string | undefined;
}

const KEY = "clock";

export async function readClock(tx: ReadTx): Promise<Clock> {
  const row = await tx.get("meta", KEY);
  return (row?.value as Clock | undefined) ?? { seq: 0, order: 0, memories: 0, epoch: 0 };
}

/** Keys of the scopes of which what was read in another epoch is void; undefined: all of it. */
export function voidedSince(epoch: number, { epoch: now, voided }: Clock): string[] | undefined {
  return now === epoch + 1 && voided !== undefined ? [voided] : undefined;
}

/** The clock with the next `order`; to be written by the caller, with what else it changes. */
export async function nextOrder(tx: ReadTx): Promise<Clock> {
  const clock = await readClock(tx);
  return { ...clock, order: clock.order + 1 };
}

export async function writeClock(tx: WriteTx, clock: Clock): Promise<void> {
  await tx.put("meta", { key: KEY, value: clock });
}
