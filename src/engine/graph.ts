/**
 * The memory graph in the store: read by scope, and closed with the memories it comes from. What else happens to it is
 * in `graph-writer.ts` and `graph-undo.ts`, which are loaded when they are needed.
 */
import { mentions } from "../graph/names.ts";
import { planDeletion } from "../graph/deletion.ts";
import type { GraphRelation } from "../graph/rows.ts";
import type { EntityRow, ReadTx, RelationRow, WriteTx } from "../store/store.ts";
import type { ISODate } from "../types.ts";

/** Tables that a transaction needs which writes or deletes memories. */
export const GRAPH_TABLES = ["entities", "relations"] as const;

export interface ScopeRows {
  entities: EntityRow[];
  relations: RelationRow[];
}

export async function readGraph(tx: ReadTx, scopeKey: string): Promise<ScopeRows> {
  return {
    entities: await tx.getAll("entities", { prefix: [scopeKey] }),
    relations: await tx.getAll("relations", { index: "scope", prefix: [scopeKey] }),
  };
}

interface MemoryChange {
  memoryId: string;
  opId: string;
  at: ISODate;
  seq: number;
}

/** Closes what a memory states, since it was deleted (softly). Undoing that op opens it again. */
export async function closeRelationsOf(tx: WriteTx, change: MemoryChange): Promise<void> {
  const rows = await tx.getAll("relations", { index: "memory", prefix: [change.memoryId] });
  await putRows(tx, rows, planDeletion(rows, change), change.seq);
}

/** Closes what the text of a memory named and its new text names no more. */
export async function closeUnsaid(
  tx: WriteTx,
  { texts, ...change }: MemoryChange & { texts: { before: string; after: string } },
): Promise<void> {
  const rows = await tx.getAll("relations", { index: "memory", prefix: [change.memoryId] });
  const unsaid: RelationRow[] = [];
  for (const row of rows) if (await isUnsaid(tx, row, texts)) unsaid.push(row);
  await putRows(tx, rows, planDeletion(unsaid, change), change.seq);
}

/** Whether the target of a relation was named by a text, and is not by another. */
export async function isUnsaid(
  tx: ReadTx,
  { scopeKey, target }: RelationRow,
  { before, after }: { before: string; after: string },
): Promise<boolean> {
  const entity = await tx.get("entities", [scopeKey, target]);
  const names = entity ? [entity.name, ...entity.aliases] : [];
  const isIn = (text: string): boolean => names.some((name) => mentions(text, name));
  return isIn(before) && !isIn(after);
}

export async function putRows(tx: WriteTx, known: RelationRow[], changed: GraphRelation[], seq: number): Promise<void> {
  const scopeKeys = new Map(known.map(({ id, scopeKey }) => [id, scopeKey]));
  for (const row of changed) await tx.put("relations", { ...row, scopeKey: scopeKeys.get(row.id)!, seq });
}
