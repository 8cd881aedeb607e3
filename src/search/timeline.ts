/**
 * Which texts of a scope stand next to each other, and how long each is with its surroundings. Messages lean on
 * their neighbors: "Yes, for ten years" is about guitars only because of the question before it.
 */

import type { Postings } from "./postings.ts";

/** Everything here is counted in tenths, so that sums are exact and no order of loading can change a score. */
export const TENTHS = 10;

/**
 * What a word of the text one, two and three places away counts, on either side, in tenths of an own word. Falling, and
 * all together about as much (1.2) as the text itself: measured, and flat around the optimum (docs/ranking.md).
 */
const NEARBY = [3, 2, 1] as const;

/**
 * What a word of the message counts that a memory was drawn from, where the memory does not say it itself, in tenths:
 * as much as one of a text next to it.
 */
export const CUE = NEARBY[0];

/** What a timeline needs to know of a text. */
export interface Placed {
  /** Its position among the texts of the scope: any number, the same after every reload. */
  readonly place: number;
  readonly length: number;
  readonly cueLength: number;
}

/** Built on the first search after a change, in one pass; a text that comes last is appended. */
export class Timeline {
  /** Slots in order of place. */
  readonly #order: number[];
  /** Position in `#order`, by slot. */
  readonly #ranks: number[] = [];
  readonly #lengths: number[] = [];
  #totalLength = 0;
  #lastPlace: number;

  constructor(texts: readonly Placed[]) {
    this.#order = texts.map((_, slot) => slot);
    // Mostly they came in order, and sorting is most of what this costs.
    const isInOrder = texts.every(({ place }, slot) => slot === 0 || texts[slot - 1]!.place <= place);
    if (!isInOrder) this.#order.sort((a, b) => texts[a]!.place - texts[b]!.place || a - b);
    this.#order.forEach((slot, rank) => (this.#ranks[slot] = rank));
    this.#lastPlace = texts[this.#order.at(-1) ?? -1]?.place ?? -Infinity;
    for (const [slot, text] of texts.entries())
      this.#lengths.push(this.#lengthWithNearby(texts, slot, ownLength(text)));
    this.#totalLength = this.#lengths.reduce((sum, length) => sum + length, 0);
  }

  /** Sum of all `lengthAt`. */
  get totalLength(): number {
    return this.#totalLength;
  }

  /** Number of terms of the text at a slot with those around it, each as much as it counts, in tenths. */
  lengthAt(slot: number): number {
    return this.#lengths[slot] as number;
  }

  /** Takes in a text with the next free slot. @returns false where it does not come last: build a new one */
  append(texts: readonly Placed[]): boolean {
    const slot = this.#order.length;
    const text = texts[slot];
    if (text === undefined || !(text.place > this.#lastPlace)) return false;
    this.#lastPlace = text.place;
    this.#ranks[slot] = slot;
    this.#order.push(slot);
    let length = ownLength(text);
    let others = 0;
    this.#forNearby(slot, (near, worth) => {
      length += worth * texts[near]!.length;
      this.#lengths[near]! += worth * text.length;
      others += worth * text.length;
    });
    this.#lengths.push(length);
    this.#totalLength += length + others;
    return true;
  }

  /**
   * Gives the words of texts to them and to those around them. Loops, not callbacks: a word that every tenth of 10,000
   * texts has is 7,000 additions, and this is most of what a search costs.
   */
  spread({ slots, weights: counts }: Postings, weights: Weights): void {
    const ranks = this.#ranks;
    const order = this.#order;
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i] as number;
      const count = counts[i] as number;
      const rank = ranks[slot] as number;
      addWeight(weights, slot, TENTHS * count);
      for (let distance = 1; distance <= NEARBY.length; distance++) {
        const worth = (NEARBY[distance - 1] as number) * count;
        if (rank >= distance) addWeight(weights, order[rank - distance] as number, worth);
        if (rank + distance < order.length) addWeight(weights, order[rank + distance] as number, worth);
      }
    }
  }

  #lengthWithNearby(texts: readonly Placed[], slot: number, own: number): number {
    const rank = this.#ranks[slot] as number;
    let length = own;
    for (let distance = 1; distance <= NEARBY.length; distance++) {
      const before = texts[this.#order[rank - distance] ?? -1]?.length ?? 0;
      const after = texts[this.#order[rank + distance] ?? -1]?.length ?? 0;
      length += (NEARBY[distance - 1] as number) * (before + after);
    }
    return length;
  }

  /** The slots around a slot, each with what its words count for it in tenths, and the other way round. */
  #forNearby(slot: number, visit: (slot: number, worth: number) => void): void {
    const rank = this.#ranks[slot] as number;
    const order = this.#order;
    for (let distance = 1; distance <= NEARBY.length; distance++) {
      const worth = NEARBY[distance - 1] as number;
      if (rank >= distance) visit(order[rank - distance] as number, worth);
      if (rank + distance < order.length) visit(order[rank + distance] as number, worth);
    }
  }
}

/** What texts have of one term, in tenths, by slot. */
export interface Weights {
  /** Zero but for `touched`; at least as long as there are texts. */
  readonly bySlot: Float64Array;
  readonly touched: number[];
}

export function addWeight({ bySlot, touched }: Weights, slot: number, weight: number): void {
  const before = bySlot[slot] as number;
  if (before === 0) touched.push(slot);
  bySlot[slot] = before + weight;
}

function ownLength({ length, cueLength }: Placed): number {
  return TENTHS * length + CUE * cueLength;
}
