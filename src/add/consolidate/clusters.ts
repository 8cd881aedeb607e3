/** From pairs that are near to sets that are judged together. Pure. */

export interface Pair {
  a: string;
  b: string;
  /** How near, in [0, 1]. */
  strength: number;
}

/**
 * Sets of ids that pairs connect, the nearest pairs first; none larger than `max`: a pair that would make it so is
 * left out. Equal input in any order gives equal sets.
 */
export function clustersOf(pairs: readonly Pair[], max: number): Set<string>[] {
  const ordered = pairs.toSorted((x, y) => y.strength - x.strength || compare(x.a, y.a) || compare(x.b, y.b));
  const setOf = new Map<string, Set<string>>();
  for (const { a, b } of ordered) {
    const [mine, its] = [setOf.get(a) ?? new Set([a]), setOf.get(b) ?? new Set([b])];
    if (mine === its || mine.size + its.size > max) continue;
    const joined = new Set([...mine, ...its]);
    for (const id of joined) setOf.set(id, joined);
  }
  return [...new Set(setOf.values())];
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
