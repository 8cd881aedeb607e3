/** Which entities a text names, and how much of a query a memory is about: a signal for ranking. */
import { EntityBook, type EntityBookOptions } from "./entity-book.ts";
import { byAge } from "./contradictions.ts";
import { isUnspaced, normalizeName, USER_ID, wordsOf } from "./names.ts";
import { holds, type GraphRelation, type GraphRows } from "./rows.ts";

/** Longest name that is looked up, in words. */
const MAX_WORDS = 5;

/** Ids of the entities that a text names, by any of their names: also the user's, for "I" and "my". */
export function entitiesIn(text: string, graph: GraphRows & EntityBookOptions): Set<string> {
  const book = new EntityBook(graph.entities, graph.relations.toSorted(byAge), graph);
  const found = new Set<string>();
  const words = wordsOf(text);
  for (let at = 0; at < words.length; at++) {
    for (let size = 1; size <= MAX_WORDS && at + size <= words.length; size++) {
      const id = book.find(words.slice(at, at + size).join(" "));
      if (id !== null) found.add(id);
    }
  }
  const folded = text.normalize("NFKC").toLowerCase();
  for (const { id, name, aliases } of graph.entities) {
    if ([name, ...aliases].some((one) => isUnspaced(one) && folded.includes(normalizeName(one)))) found.add(id);
  }
  return found;
}

/** By memory: the entities that its open relations name. */
export function entitiesByMemory(relations: readonly GraphRelation[]): Map<string, Set<string>> {
  const byMemory = new Map<string, Set<string>>();
  for (const row of relations) {
    if (!holds(row)) continue;
    const ids = byMemory.get(row.memoryId) ?? new Set();
    byMemory.set(row.memoryId, ids.add(row.source).add(row.target));
  }
  return byMemory;
}

/**
 * Share of the entities that a query names which a memory is about, in [0, 1]; 0 where the query names none. The
 * user does not count: nearly every memory is about the user.
 *
 * @param named ids from {@link entitiesIn} of the query
 * @param about ids of one memory, from {@link entitiesByMemory}
 */
export function entityOverlap(named: ReadonlySet<string>, about: ReadonlySet<string> | undefined): number {
  let asked = 0;
  let shared = 0;
  for (const id of named) {
    if (id === USER_ID) continue;
    asked += 1;
    if (about?.has(id)) shared += 1;
  }
  return asked === 0 ? 0 : shared / asked;
}
