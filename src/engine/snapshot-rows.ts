/** Where snapshots lie in the store, and who may write one. */
import type { WriteTx } from "../store/store.ts";
import { readClock } from "./clock.ts";

/** Name of the row that lets snapshots of an epoch be written; names of snapshots are JSON. */
const PERMIT = "permit";

/** A scope in a space has one snapshot. */
export interface SnapshotOwner {
  scopeKey: string;
  space: string;
  dims: number;
}

export function snapshotName({ scopeKey, space }: Pick<SnapshotOwner, "scopeKey" | "space">): string {
  return JSON.stringify([space, scopeKey]);
}

/**
 * Lets snapshots of this epoch be written, where it is the present one. A row, because writing a snapshot takes long:
 * a transaction over the clock as well would keep every search waiting.
 */
export async function permitSnapshots(tx: WriteTx, epoch: number): Promise<void> {
  if ((await readClock(tx)).epoch === epoch) {
    await tx.put("snapshots", { name: PERMIT, chunk: epoch, bytes: new Uint8Array(0) });
  }
}

export async function isPermitted(tx: WriteTx, epoch: number): Promise<boolean> {
  return (await tx.get("snapshots", [PERMIT, epoch])) !== undefined;
}

/** Of a scope in every space, known or not: they hold its words. One that is being written will not be. */
export async function deleteSnapshots(tx: WriteTx, scopeKey: string): Promise<void> {
  await tx.deleteAll("snapshots", { prefix: [PERMIT] });
  const keys = (await tx.keys("snapshots")) as [name: string, chunk: number][];
  for (const name of new Set(keys.map(([name]) => name))) {
    const [, owner] = JSON.parse(name) as [space: string, scopeKey: string];
    if (owner === scopeKey) await tx.deleteAll("snapshots", { prefix: [name] });
  }
}
