/** Memories that hold each other's words since a consolidation. */
import type { ReadTx } from "../store/store.ts";
import type { MemoryRecord } from "../types.ts";

/**
 * The memory, what was ever folded into it or it was folded into, and every synthesis of which any version derives from
 * these. An undo takes the link away and not the words, which stay in the log. Not the sources of a synthesis: it may
 * go alone.
 */
export async function withKin(tx: ReadTx, record: MemoryRecord): Promise<MemoryRecord[]> {
  const inScope = { index: "scope", prefix: [record.scopeKey] };
  const records = await tx.getAll("memories", inScope);
  const versions = (await tx.getAll("changes", inScope)).map((change) => change.after);
  const kin = new Set([record.id]);
  let before = 0;
  while (before < kin.size) {
    before = kin.size;
    for (const { id, replacedBy } of versions) {
      if (replacedBy === undefined || !(kin.has(id) || kin.has(replacedBy))) continue;
      kin.add(id).add(replacedBy);
    }
    for (const { id, derivedFrom = [] } of versions) if (derivedFrom.some((source) => kin.has(source))) kin.add(id);
  }
  return records.filter((one) => kin.has(one.id));
}
