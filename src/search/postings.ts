/** Which texts contain which term, and how often. */

/**
 * Where one term occurs: parallel lists, ascending by slot. Plain lists, because most terms occur once or twice and a
 * typed array costs some 200 bytes before its first element.
 */
export interface Postings {
  readonly term: string;
  readonly slots: number[];
  /** Occurrences. */
  readonly weights: number[];
}

/** Lists that are made when they are first asked for. */
export interface PostingSource {
  /** Each is given once. */
  take(term: string): Postings | undefined;
}

export class PostingLists {
  readonly #lists = new Map<string, Postings>();
  readonly #source: PostingSource | null;

  constructor(source: PostingSource | null = null) {
    this.#source = source;
  }

  get(term: string): Postings | undefined {
    const list = this.#lists.get(term) ?? this.#source?.take(term);
    if (list) this.#lists.set(term, list);
    return list;
  }

  /** The list of a term; an empty one, for the caller to fill, where there was none. */
  open(term: string): Postings {
    const list = this.get(term) ?? { term, slots: [], weights: [] };
    this.#lists.set(term, list);
    return list;
  }

  /** Enters a text. @returns the lists it is in now, by first occurrence: what `remove` and `move` need */
  add(slot: number, terms: readonly string[]): Postings[] {
    const counts = new Map<string, number>();
    for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
    return [...counts].map(([term, count]) => {
      const list = this.open(term);
      insert(list, slot, count);
      return list;
    });
  }

  remove(slot: number, lists: readonly Postings[]): void {
    for (const list of lists) {
      withdraw(list, slot);
      if (list.slots.length === 0) this.#lists.delete(list.term);
    }
  }

  move(from: number, to: number, lists: readonly Postings[]): void {
    for (const list of lists) insert(list, to, withdraw(list, from));
  }
}

/** How often the slot's text contains the term. */
export function countAt({ slots, weights }: Postings, slot: number): number {
  const at = position(slots, slot);
  return slots[at] === slot ? (weights[at] ?? 0) : 0;
}

function insert({ slots, weights }: Postings, slot: number, weight: number): void {
  const at = position(slots, slot);
  slots.splice(at, 0, slot);
  weights.splice(at, 0, weight);
}

/** Takes a slot out of the list. @returns the weight it had */
function withdraw({ slots, weights }: Postings, slot: number): number {
  const at = position(slots, slot);
  slots.splice(at, 1);
  return weights.splice(at, 1)[0] ?? 0;
}

/** Where the slot is or belongs in an ascending list. */
function position(slots: readonly number[], slot: number): number {
  let low = 0;
  let high = slots.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((slots[middle] as number) < slot) low = middle + 1;
    else high = middle;
  }
  return low;
}
