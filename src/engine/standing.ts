/** Which changes of a memory still count: an undo takes back an op, and an undo of that brings it in force again. */
import type { Change } from "../types.ts";

/**
 * Changes after `seq` that still have an effect.
 * @param changes of one memory, in order
 */
export function standingOn(changes: readonly Change[], seq: number): Change[] {
  const undone = new Set<string>();
  // Newest first: an undo that was itself undone takes nothing back.
  for (const change of changes.toReversed()) {
    if (change.undoes !== undefined && !undone.has(change.opId)) undone.add(change.undoes);
  }
  const seqOf = new Map(changes.map((change) => [change.opId, change.seq]));
  return changes.filter((change) => {
    if (change.seq <= seq || undone.has(change.opId)) return false;
    // With what it took back it comes to nothing, unless that was before.
    return change.undoes === undefined || (seqOf.get(change.undoes) ?? 0) <= seq;
  });
}
