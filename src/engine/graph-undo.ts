/** What undo and `forget` do to the memory graph. */
import { orphans, planUndo, type GraphRelation } from "../graph/index.ts";
import type { ReadTx, WriteTx } from "../store/store.ts";
import type { ISODate } from "../types.ts";
import { putRows, readGraph } from "./graph.ts";

/**
 * Takes back what an op did to the graph: its relations go, those that it closed open again, or stay closed by what
 * ended them after. Taking back `undoId` brings them again. Call it after the records are as they were before the op,
 * in a transaction over `memories`, `changes` and {@link GRAPH_TABLES}.
 * @param scopeKeys where the op made changes
 */
export async function undoGraph(
  tx: WriteTx,
  { opId, undoId }: { opId: string; undoId: string },
  scopeKeys: Iterable<string>,
  seq: number,
): Promise<void> {
  for (const scopeKey of new Set(scopeKeys)) {
    for (const one of await undoneBy(tx, opId)) {
      const relations = await tx.getAll("relations", { index: "scope", prefix: [scopeKey] });
      const closed = relations.filter((row) => row.closedBy === one && row.openedBy !== one);
      const deleted = await deletedAmong(tx, closed);
      await putRows(tx, relations, planUndo({ relations, opId: one, undoId, deleted }), seq);
    }
  }
}

/** Whose marks in the graph an undo of this op takes back: also those of an op that it had brought again. */
async function undoneBy(tx: ReadTx, opId: string): Promise<string[]> {
  const chain = [opId];
  for (let undone = await undoesOf(tx, opId); undone !== undefined; undone = await undoesOf(tx, undone)) {
    chain.push(undone);
  }
  const isRedo = chain.length > 1 && chain.length % 2 === 1;
  return isRedo ? [opId, chain.at(-1)!] : [opId];
}

async function undoesOf(tx: ReadTx, opId: string): Promise<string | undefined> {
  const [change] = await tx.getAll("changes", { index: "op", prefix: [opId], limit: 1 });
  return change?.undoes;
}

/**
 * Removes every trace of a memory from the graph, open or closed: for `forget`.
 * In a transaction over {@link GRAPH_TABLES}.
 */
export async function purgeGraph(tx: WriteTx, memoryIds: Iterable<string>): Promise<void> {
  const scopeKeys = new Set<string>();
  for (const memoryId of memoryIds) {
    const rows = await tx.getAll("relations", { index: "memory", prefix: [memoryId] });
    for (const row of rows) {
      scopeKeys.add(row.scopeKey);
      await tx.delete("relations", row.id);
    }
  }
  for (const scopeKey of scopeKeys) await removeOrphans(tx, scopeKey);
}

async function removeOrphans(tx: WriteTx, scopeKey: string): Promise<void> {
  const { entities, relations } = await readGraph(tx, scopeKey);
  for (const id of orphans(entities, relations)) await tx.delete("entities", [scopeKey, id]);
}

async function deletedAmong(
  tx: ReadTx,
  rows: readonly GraphRelation[],
): Promise<Map<string, { at: ISODate; opId: string }>> {
  const deleted = new Map<string, { at: ISODate; opId: string }>();
  for (const { memoryId } of rows) {
    const record = await tx.get("memories", memoryId);
    if (record?.deletedAt !== undefined) deleted.set(memoryId, { at: record.deletedAt, opId: record.opId });
  }
  return deleted;
}
