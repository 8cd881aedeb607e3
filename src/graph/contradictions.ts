/** Which relations cannot hold together, and which of two ends the other. */
import { areOpposite, isSingle } from "./predicates.ts";
import { counts, type GraphRelation } from "./rows.ts";

type Stated = Pick<GraphRelation, "source" | "predicate" | "target">;

/** Two targets of a predicate that holds one at a time, or two opposites between the same two. */
export function contradicts(a: Stated, b: Stated): boolean {
  if (a.source !== b.source) return false;
  if (a.predicate === b.predicate) return a.target !== b.target && isSingle(a.predicate);
  return a.target === b.target && areOpposite(a.predicate, b.predicate);
}

/** Whether a relation ends another one that it contradicts: unless its op had to leave that one alone. */
export function mayEnd(ender: GraphRelation, row: GraphRelation): boolean {
  return contradicts(row, ender) && !row.spared?.includes(ender.openedBy);
}

/** By when they were said; what was said at one time, by when it was written. */
export function byAge(a: GraphRelation, b: GraphRelation): number {
  if (a.from !== b.from) return a.from < b.from ? -1 : 1;
  return a.openedSeq - b.openedSeq || indexOf(a) - indexOf(b) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** The `n` of `${opId}-r${n}`. */
export function indexOf({ id }: Pick<GraphRelation, "id">): number {
  return Number(/-r(\d+)$/.exec(id)?.[1] ?? -1);
}

/**
 * The relation that ends another one: the first contradiction said after it. It ends it also when it was itself
 * ended since, or said before and only written later (an import, an op that waited).
 */
export function enderOf(row: GraphRelation, among: readonly GraphRelation[]): GraphRelation | null {
  let first: GraphRelation | null = null;
  for (const other of among) {
    if (!mayEnd(other, row) || byAge(other, row) <= 0 || !counts(other)) continue;
    if (first === null || byAge(other, first) < 0) first = other;
  }
  return first;
}
