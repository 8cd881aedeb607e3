/** What becomes of the relations of memories that another one takes in. */
import { statementKey } from "../graph/index.ts";
import type { RelationRow, WriteTx } from "../store/store.ts";
import type { MemoryRecord } from "../types.ts";
import { isUnsaid } from "./graph.ts";

export interface Passing {
  folded: readonly MemoryRecord[];
  /** With its new text. */
  into: MemoryRecord;
  opId: string;
  seq: number;
}

/**
 * The memory that goes on states the open relations of those it takes in, since when they were said; but for those to
 * what only their texts named ("lives in Berlin", taken in by "lives in Hamburg"). The rows themselves close with
 * their memories, and an undo of the op takes both back.
 */
export async function passRelationsOn(tx: WriteTx, { folded, into, opId, seq }: Passing): Promise<void> {
  const stated = new Set((await openRelationsOf(tx, into.id)).map(statementKey));
  let count = 0;
  for (const { id, memory } of folded) {
    for (const row of await openRelationsOf(tx, id)) {
      if (stated.has(statementKey(row)) || (await isUnsaid(tx, row, { before: memory, after: into.memory }))) continue;
      stated.add(statementKey(row));
      const fresh = { id: `${opId}-${into.id}-r${count++}`, memoryId: into.id, openedBy: opId, openedSeq: seq, seq };
      await tx.put("relations", { ...row, ...fresh });
    }
  }
}

async function openRelationsOf(tx: WriteTx, memoryId: string): Promise<RelationRow[]> {
  const rows = await tx.getAll("relations", { index: "memory", prefix: [memoryId] });
  return rows.filter((row) => row.to === null);
}
