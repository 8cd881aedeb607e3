import type { ISODate } from "../types.ts";
import type { GraphRelation } from "./rows.ts";

/** The open relations of a deleted memory, closed. */
export function planDeletion(
  relations: readonly GraphRelation[],
  { memoryId, opId, at }: { memoryId: string; opId: string; at: ISODate },
): GraphRelation[] {
  return (
    relations
      .filter((row) => row.memoryId === memoryId && row.to === null)
      // The wall clock may have been set back; nothing ends before it began.
      .map((row) => ({ ...row, to: at > row.from ? at : row.from, closedBy: opId }))
  );
}
