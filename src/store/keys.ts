/** Keys as IndexedDB orders them, for the in-memory twin, and key paths for both. */
import type { Key, Range } from "./store.ts";

/** Numbers < strings < arrays; arrays element by element, a prefix before what it begins. */
export function compareKeys(a: Key, b: Key): number {
  const rank = kindRank(a) - kindRank(b);
  if (rank !== 0) return rank;
  if (Array.isArray(a) && Array.isArray(b)) return compareArrays(a, b);
  return a < b ? -1 : a > b ? 1 : 0;
}

function kindRank(key: Key): number {
  return typeof key === "number" ? 0 : typeof key === "string" ? 1 : 2;
}

function compareArrays(a: Key[], b: Key[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = compareKeys(a[i]!, b[i]!);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** The key of a row under a key path. */
export function keyOf(row: object, path: string | string[]): Key {
  const fields = row as Record<string, Key>;
  return typeof path === "string" ? fields[path]! : path.map((field) => fields[field]!);
}

/**
 * The bounds of a range: from `lower` to `upper`, each exclusive where `open`. An empty array is above
 * every number and string, so `[...prefix, []]` is above every key that begins with the prefix.
 */
export function boundsOf(range: Range): { lower?: Key; lowerOpen: boolean; upper?: Key; upperOpen: boolean } {
  const bounds: ReturnType<typeof boundsOf> = { lowerOpen: false, upperOpen: false };
  if (range.prefix) {
    bounds.lower = range.prefix;
    bounds.upper = [...range.prefix, []];
    bounds.upperOpen = true;
  }
  if (range.after === undefined) return bounds;
  if (range.reverse) {
    bounds.upper = range.after;
    bounds.upperOpen = true;
  } else {
    bounds.lower = range.after;
    bounds.lowerOpen = true;
  }
  return bounds;
}

/** Entries [key, primary key] in key order, with binary search. */
export class SortedEntries {
  readonly #entries: [Key, Key][] = [];

  add(key: Key, primary: Key): void {
    this.#entries.splice(this.#position(key, primary), 0, [key, primary]);
  }

  remove(key: Key, primary: Key): void {
    const at = this.#position(key, primary);
    const found = this.#entries[at];
    if (found && compareKeys(found[0], key) === 0 && compareKeys(found[1], primary) === 0) this.#entries.splice(at, 1);
  }

  /** Primary keys of a range, in its order. */
  select(range: Range): Key[] {
    const { lower, lowerOpen, upper, upperOpen } = boundsOf(range);
    const from = lower === undefined ? 0 : this.#boundary(lower, lowerOpen);
    const to = upper === undefined ? this.#entries.length : this.#boundary(upper, !upperOpen);
    let slice = this.#entries.slice(from, to);
    if (range.reverse) slice = slice.reverse();
    if (range.limit !== undefined) slice = slice.slice(0, range.limit);
    return slice.map((entry) => entry[1]);
  }

  /** First position whose key is ≥ `key`, or > `key` where `past`. */
  #boundary(key: Key, past: boolean): number {
    return this.#search((entry) => compareKeys(entry[0], key) < (past ? 1 : 0));
  }

  #position(key: Key, primary: Key): number {
    return this.#search((entry) => (compareKeys(entry[0], key) || compareKeys(entry[1], primary)) < 0);
  }

  #search(isBefore: (entry: [Key, Key]) => boolean): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBefore(this.#entries[middle]!)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
