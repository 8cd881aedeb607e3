/** The best few of many scored texts, without sorting them all. */
import type { KeywordIndex } from "./keyword-index.ts";
import type { LabelSet } from "./keyword-search.ts";

export interface Scored {
  /** Position of the index in the list that is searched. */
  index: number;
  slot: number;
  label: number;
  place: number;
  score: number;
}

export class BestHits {
  readonly #topK: number;
  #kept: Scored[] = [];
  /** The last of topK, behind which no hit gets in any more. */
  #last: Scored | undefined;
  /** What is a hit wherever it stands. */
  readonly #also: Scored[] = [];

  constructor(topK: number) {
    this.#topK = Math.floor(topK);
  }

  /** Best first; equal scores by place, the last first. */
  hits(): Scored[] {
    this.#cut();
    const last = this.#last;
    if (last === undefined) return this.#kept;
    return [...this.#kept, ...this.#also.filter((hit) => byScore(hit, last) > 0).sort(byScore)];
  }

  /** Takes in the texts of one index that score above 0. @param scores by slot */
  take(scores: Float64Array, index: KeywordIndex, at: number, allowed: LabelSet | null): void {
    for (let slot = 0; slot < index.size; slot++) {
      const score = scores[slot] as number;
      if (score === 0 || (this.#last !== undefined && score < this.#last.score)) continue;
      const hit = { index: at, slot, label: index.labelAt(slot), place: index.placeAt(slot), score };
      if (this.#last !== undefined && byScore(hit, this.#last) > 0) continue;
      if (allowed !== null && !allowed.has(hit.label)) continue;
      // Cut at twice topK: a search for a common word never sorts all texts.
      if (this.#kept.push(hit) >= 2 * this.#topK) this.#cut();
    }
  }

  /** Takes in those of the labels that score above 0, behind the best. */
  takeAlso(scores: Float64Array, index: KeywordIndex, at: number, labels: Iterable<number>): void {
    for (const label of labels) {
      const slot = index.slotOf(label);
      const score = scores[slot] ?? 0;
      if (score > 0) this.#also.push({ index: at, slot, label, place: index.placeAt(slot), score });
    }
  }

  #cut(): void {
    this.#kept = this.#kept.sort(byScore).slice(0, this.#topK);
    this.#last = this.#kept.length < this.#topK ? undefined : this.#kept.at(-1);
  }
}

/** Places are `seq`s, one clock for all scopes: the later memory comes first, as in the results of a search. */
function byScore(a: Scored, b: Scored): number {
  return b.score - a.score || b.place - a.place || a.index - b.index || a.label - b.label;
}
