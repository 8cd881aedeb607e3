/** Taking back an op: what becomes of the relations. */
import type { ISODate } from "../types.ts";
import { byAge, enderOf, mayEnd } from "./contradictions.ts";
import { isEnding } from "./predicates.ts";
import type { GraphRelation } from "./rows.ts";

export interface UndoInput {
  /** All of the scope. */
  relations: readonly GraphRelation[];
  /** What is taken back. */
  opId: string;
  /** In whose name. An undo is taken back like any other op. */
  undoId: string;
  /** Deleted memories, as they are after the op was taken back: when, and by which op. */
  deleted: ReadonlyMap<string, { at: ISODate; opId: string }>;
}

/**
 * The graph as if the op had never been, with everything after it in place: what it opened lasts no time, what it closed
 * is open again, or closed by what ended it after.
 * @returns the rows that change
 */
export function planUndo({ relations, opId, undoId, deleted }: UndoInput): GraphRelation[] {
  const rows = new Map(relations.map((row) => [row.id, row]));
  for (const row of relations) {
    if (row.openedBy === opId) rows.set(row.id, { ...row, to: row.from, closedBy: undoId });
    else if (row.closedBy === opId) rows.set(row.id, revived(row));
  }
  const again = relations.filter((row) => row.closedBy === opId && row.openedBy !== opId);
  for (const { id } of again) endAgain(rows, rows.get(id)!, deleted);
  for (const { id } of again) endOthers(rows, rows.get(id)!);
  return relations.flatMap((row) => (rows.get(row.id) === row ? [] : [rows.get(row.id)!]));
}

function revived(row: GraphRelation): GraphRelation {
  if (isEnding(row.predicate)) return { ...row, to: row.from, closedBy: row.openedBy };
  return { ...row, to: null, closedBy: null };
}

/** By the first that contradicted it after, or with its memory. */
function endAgain(rows: Map<string, GraphRelation>, row: GraphRelation, deleted: UndoInput["deleted"]): void {
  if (isEnding(row.predicate)) return;
  const ender = enderOf(row, [...rows.values()]);
  const death = deleted.get(row.memoryId);
  const ends = [
    ...(ender ? [{ to: ender.from, closedBy: ender.openedBy }] : []),
    ...(death ? [{ to: death.at, closedBy: death.opId }] : []),
  ];
  const first = ends.sort((a, b) => (a.to < b.to ? -1 : 1))[0];
  if (first) rows.set(row.id, { ...row, ...first });
}

/** What holds again, ends what it had ended. */
function endOthers(rows: Map<string, GraphRelation>, row: GraphRelation): void {
  for (const other of rows.values()) {
    const isOpenThen = other.to === null || other.to > row.from;
    if (!isOpenThen || !mayEnd(row, other) || byAge(other, row) >= 0) continue;
    rows.set(other.id, { ...other, to: row.from, closedBy: row.openedBy });
  }
}
