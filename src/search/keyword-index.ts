/**
 * Keyword search: an inverted index with BM25 (Robertson and Zaragoza 2009; the idf is Lucene's, never negative).
 * There is one index per scope and a search spans several, so that its statistics are over exactly the memories it
 * may see: what other scopes hold can neither be found nor change a score (INV-8).
 */
import { InvalidInputError } from "../errors.ts";

/** Content terms of a text, in order, repeats included. The same function for every index of a search. */
export type Tokenize = (text: string) => string[];

/** The usual constants: how soon repeats of a word stop counting, and how much length counts. */
const K1 = 1.2;
const B = 0.75;

/**
 * Where one term occurs: parallel lists, ascending by slot. Plain lists, because most terms occur once or twice and a
 * typed array costs some 200 bytes before its first element.
 */
interface Postings {
  readonly term: string;
  readonly slots: number[];
  /** Occurrences. Read as a real number, so that words of the surroundings can count less than 1. */
  readonly weights: number[];
}

/** The texts of one scope. Slots are dense inside: labels may be sparse, and nothing is left of what was removed. */
export class KeywordIndex {
  readonly tokenize: Tokenize;
  readonly #postings = new Map<string, Postings>();
  readonly #slots = new Map<number, number>();
  /** By slot. `postings` makes a removal independent of the text. */
  readonly #texts: { label: number; postings: Postings[] }[] = [];
  readonly #lengths: number[] = [];
  #totalLength = 0;

  constructor(tokenize: Tokenize) {
    this.tokenize = tokenize;
  }

  /** Number of labels held, those with an empty text included. */
  get size(): number {
    return this.#texts.length;
  }

  /** Number of terms over all texts, repeats included. */
  get totalLength(): number {
    return this.#totalLength;
  }

  /** Number of different terms. */
  get termCount(): number {
    return this.#postings.size;
  }

  has(label: number): boolean {
    return this.#slots.has(label);
  }

  /** Number of labels whose text contains the term. */
  documentFrequency(term: string): number {
    return this.#postings.get(term)?.slots.length ?? 0;
  }

  /** The different terms of a label's text, by first occurrence; empty for an unknown label. */
  terms(label: number): string[] {
    const text = this.#texts[this.#slots.get(label) ?? -1];
    return text === undefined ? [] : text.postings.map(({ term }) => term);
  }

  /**
   * Insert, or replace what the label held.
   * @param label any number that identifies the text within this index
   */
  set(label: number, text: string): void {
    // First of all, so that a tokenizer that throws leaves the index as it was.
    const terms = this.tokenize(text);
    this.remove(label);
    const weights = new Map<string, number>();
    for (const term of terms) weights.set(term, (weights.get(term) ?? 0) + 1);
    const slot = this.#texts.length;
    const held: Postings[] = [];
    for (const [term, weight] of weights) {
      const postings = this.#postings.get(term) ?? { term, slots: [], weights: [] };
      this.#postings.set(term, postings);
      insert(postings, slot, weight);
      held.push(postings);
    }
    this.#slots.set(label, slot);
    this.#texts.push({ label, postings: held });
    this.#lengths.push(terms.length);
    this.#totalLength += terms.length;
  }

  /** Forget a label. Unknown labels are ignored. */
  remove(label: number): void {
    const slot = this.#slots.get(label);
    if (slot === undefined) return;
    for (const postings of this.#texts[slot]?.postings ?? []) {
      withdraw(postings, slot);
      if (postings.slots.length === 0) this.#postings.delete(postings.term);
    }
    this.#totalLength -= this.#lengths[slot] ?? 0;
    this.#slots.delete(label);
    this.#closeGap(slot);
  }

  /**
   * Adds the BM25 score of one term to the scores of the texts that contain it.
   * @param scores by slot, at least `size` long; `labelAt` tells the label of a slot, until the next change
   */
  accumulate(term: string, idf: number, averageLength: number, scores: Float64Array): void {
    const postings = this.#postings.get(term);
    if (postings === undefined) return;
    const { slots, weights } = postings;
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i] as number;
      const worth = gain(weights[i] as number, this.#lengths[slot] as number, averageLength);
      scores[slot] = (scores[slot] as number) + idf * worth;
    }
  }

  labelAt(slot: number): number {
    return this.#texts[slot]?.label ?? -1;
  }

  /** Keeps the slots dense: the last text moves into the gap. */
  #closeGap(gap: number): void {
    const last = this.#texts.length - 1;
    const text = this.#texts.pop();
    const length = this.#lengths.pop();
    if (gap === last || text === undefined || length === undefined) return;
    for (const postings of text.postings) insert(postings, gap, withdraw(postings, last));
    this.#slots.set(text.label, gap);
    this.#texts[gap] = text;
    this.#lengths[gap] = length;
  }
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

/** Some labels of one index; a Set is one. */
export interface LabelSet {
  has(label: number): boolean;
}

export interface KeywordSearchOptions {
  /** At most this many hits; 0 gives []. */
  topK: number;
  /**
   * One entry per index, in their order: only these labels are candidates; null admits all of that index. It does not
   * change the statistics: a hit's score is the same with and without it. Everything is admitted by default.
   */
  allowed?: readonly (LabelSet | null)[];
}

export interface KeywordHit {
  /** Position of the index in the list that was searched. */
  index: number;
  label: number;
  /** BM25: above 0, without an upper bound, comparable within one search only. */
  score: number;
  /**
   * `score` as a share of what the query itself would score, were it stored as a text: in (0, 1], 1 for a text that
   * says the query's words and no more (or says them more often). A word that no text contains counts as missing.
   */
  coverage: number;
}

/**
 * BM25 over several indexes as if they were one. Repeated words of the query count once.
 * @param indexes different ones, with the same tokenizer
 * @returns best first; equal scores by position of the index, then by label
 * @throws {InvalidInputError} invalid_input, when `allowed` does not have one entry per index
 */
export function searchKeywords(
  indexes: readonly KeywordIndex[],
  query: string,
  { topK, allowed }: KeywordSearchOptions,
): KeywordHit[] {
  // An entry that is missing by mistake must not read as "all labels".
  if (allowed !== undefined && allowed.length !== indexes.length) {
    throw new InvalidInputError("allowed needs one entry per index; null admits all of its labels");
  }
  const { count, averageLength } = statistics(indexes);
  const terms = [...new Set(indexes[0]?.tokenize(query))];
  if (terms.length === 0 || averageLength === 0 || !(topK >= 1)) return [];
  const frequencies = terms.map((term) => frequency(indexes, term));
  const kept: Scored[] = [];
  indexes.forEach((index, at) => {
    const scores = scratch(index.size);
    terms.forEach((term, t) => {
      index.accumulate(term, inverseFrequency(count, frequencies[t] ?? 0), averageLength, scores);
    });
    collect(kept, topK, scores, index, at, allowed?.[at] ?? null);
  });
  cut(kept, topK);
  // `rarity`, not the idf of the score: see there.
  const ideal = terms.map(rarity(indexes)).reduce((sum, value) => sum + value) * gain(1, terms.length, averageLength);
  return kept.map((hit) => ({ ...hit, coverage: Math.min(1, hit.score / ideal) }));
}

/**
 * How much a term tells within the memories of some scopes: its idf, above 0. A term that none of them contains is as
 * rare as one that one of them contains: among a few memories, the formula would make every unknown word weigh
 * several times as much as the known ones.
 */
export function rarity(indexes: readonly KeywordIndex[]): (term: string) => number {
  const count = Math.max(1, statistics(indexes).count);
  return (term) => inverseFrequency(count, Math.max(1, frequency(indexes, term)));
}

function statistics(indexes: readonly KeywordIndex[]): { count: number; averageLength: number } {
  const count = indexes.reduce((sum, index) => sum + index.size, 0);
  const length = indexes.reduce((sum, index) => sum + index.totalLength, 0);
  return { count, averageLength: count === 0 ? 0 : length / count };
}

function frequency(indexes: readonly KeywordIndex[], term: string): number {
  return indexes.reduce((sum, index) => sum + index.documentFrequency(term), 0);
}

function inverseFrequency(count: number, df: number): number {
  return Math.log(1 + (count - df + 0.5) / (df + 0.5));
}

/** What `weight` occurrences are worth: 1 for one in a text of average length, less than K1 + 1 always. */
function gain(weight: number, length: number, averageLength: number): number {
  return (weight * (K1 + 1)) / (weight + K1 * (1 - B + (B * length) / averageLength));
}

let buffer = new Float64Array(0);

/** Zeroed room for one score per slot. One buffer for all searches: they are synchronous and never nest. */
function scratch(size: number): Float64Array {
  if (buffer.length < size) buffer = new Float64Array(Math.max(size, 2 * buffer.length));
  return buffer.fill(0, 0, size);
}

type Scored = Omit<KeywordHit, "coverage">;

/** Adds the hits of one index to those kept. Cuts at twice topK: a search for a common word never sorts all texts. */
function collect(
  kept: Scored[],
  topK: number,
  scores: Float64Array,
  index: KeywordIndex,
  at: number,
  allowed: LabelSet | null,
): void {
  let last = cut(kept, topK);
  for (let slot = 0; slot < index.size; slot++) {
    const score = scores[slot] as number;
    if (score === 0 || (last !== undefined && score < last.score)) continue;
    const hit = { index: at, label: index.labelAt(slot), score };
    if (last !== undefined && byScore(hit, last) > 0) continue;
    if (allowed !== null && !allowed.has(hit.label)) continue;
    if (kept.push(hit) >= 2 * topK) last = cut(kept, topK);
  }
}

/** Sorts, keeps the topK best. @returns the last of topK, behind which no hit gets in any more */
function cut(kept: Scored[], topK: number): Scored | undefined {
  kept.sort(byScore);
  kept.length = Math.min(kept.length, Math.floor(topK));
  return kept.length < Math.floor(topK) ? undefined : kept.at(-1);
}

function byScore(a: Scored, b: Scored): number {
  return b.score - a.score || a.index - b.index || a.label - b.label;
}
