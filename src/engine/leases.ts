/**
 * Leases keep two tabs from asking the LLM about the same op. They save cost, not correctness: the
 * commit checks the op itself (INV-7). A lease ends with its owner, which shows that it lives by holding a Web
 * Lock: every kind of death releases that. Where locks cannot be had, it ends when its time is up.
 */
import type { PendingRow } from "../store/store.ts";
import { LEASE_MS } from "./engine.ts";

export interface Leases {
  readonly owner: string;
  /** Owners that are known to live; null where that cannot be known. */
  livingOwners(): Promise<ReadonlySet<string> | null>;
  close(): void;
}

const PREFIX = "keepsake:owner:";

export function openLeases(owner: string): Leases {
  const locks = globalThis.navigator?.locks as LockManager | undefined;
  if (!locks) return { owner, livingOwners: async () => null, close: () => undefined };
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  // Held until close or death; a refused lock (opaque origin) only means that leases run out by time.
  locks.request(PREFIX + owner, () => held).catch(() => undefined);
  return {
    owner,
    livingOwners: async () => {
      try {
        const { held: all = [] } = await locks.query();
        return new Set(all.flatMap(({ name }) => (name?.startsWith(PREFIX) ? [name.slice(PREFIX.length)] : [])));
      } catch {
        return null;
      }
    },
    close: () => release(),
  };
}

/** After how long, in ms, to look again, since somebody else is at work on the op; 0 where it is free. */
export function leasedForMs(row: PendingRow, owner: string, living: ReadonlySet<string> | null, now: number): number {
  const { lease } = row;
  if (!lease || lease.owner === owner) return 0;
  // However long its LLM takes: who lives gives the op back.
  if (living) return living.has(lease.owner) ? LEASE_MS : 0;
  return Math.max(0, Math.min(lease.until - now, LEASE_MS));
}
