/** Ranking by words: BM25 over the indexes of a search (Robertson and Zaragoza 2009; the idf is Lucene's, never negative). */
import { InvalidInputError } from "../errors.ts";
import { asksAboutUser } from "../text/subject.ts";
import { nameWords } from "../text/tokenize.ts";
import type { KeywordIndex } from "./keyword-index.ts";
import { addWeight, TENTHS, type Weights } from "./timeline.ts";
import { BestHits } from "./best-hits.ts";

/** The usual constants: how soon repeats of a word stop counting, and how much length counts. */
const K1 = 1.2;
const B = 0.75;

/** What a related term counts against a word of the query: enough to be found by, too little to lead. */
const RELATED = 0.25;

/** How many texts must begin with a word for it to be taken for the name of somebody who speaks or is spoken of. */
const NAMED_BY = 2;

/** Some labels of one index; a Set is one. */
export interface LabelSet {
  has(label: number): boolean;
}

export interface KeywordSearchOptions {
  /** At most this many hits, beside those of `also`; 0 gives []. */
  topK: number;
  /**
   * One entry per index, in their order: only these labels are candidates; null admits all of that index. It does not
   * change the statistics: a hit's score is the same with and without it. Everything is admitted by default.
   */
  allowed?: readonly (LabelSet | null)[];
  /** By index: labels, of those that are allowed, that are hits however low they score above 0. None by default. */
  also?: readonly Iterable<number>[];
  /** Texts also score by the words around them: those of their neighbors and of their cues. @default false */
  surroundings?: boolean;
  /** Terms that count a quarter beside one of the query ("instrument" → "guitar"). None by default. */
  related?: (term: string) => readonly string[];
  /** The terms of the query, each with those that count as the same word: disjoint lists. By default each by itself. */
  read?: ReadQuery;
}

export type ReadQuery = (indexes: readonly KeywordIndex[], query: string) => string[][];

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
  /** Share of `score` that the text has by its own words, in [0, 1]; the rest is due to its surroundings. */
  own: number;
}

/** A word to look for. */
interface Wanted {
  /** What it is written as: the forms of one word count as its repeats. */
  terms: readonly string[];
  /** Its weight in the query times its idf. */
  idf: number;
}

/**
 * BM25 over several indexes as if they were one. Repeated words of the query count once.
 * @param indexes different ones, with the same tokenizer
 * @returns best first; equal scores by place, the last first
 * @throws {InvalidInputError} invalid_input, when `allowed` does not have one entry per index
 */
export function searchKeywords(
  indexes: readonly KeywordIndex[],
  query: string,
  { topK, allowed, also, surroundings = false, related, read = oneByOne }: KeywordSearchOptions,
): KeywordHit[] {
  // An entry that is missing by mistake must not read as "all labels".
  if (allowed !== undefined && allowed.length !== indexes.length) {
    throw new InvalidInputError("allowed needs one entry per index; null admits all of its labels");
  }
  const words = read(indexes, query);
  const averageLength = meanLength(indexes, surroundings);
  if (words.length === 0 || averageLength === 0 || !(topK >= 1)) return [];
  const worth = rarity(indexes);
  const asked = words.map((terms) => ({ terms, idf: worth(...terms) }));
  const wanted = [...asked, ...relatives(words.flat(), worth, related)];
  const best = new BestHits(topK);
  indexes.forEach((index, at) => {
    const scores = scratch(0, index.size);
    for (const one of wanted) score(index, one, { averageLength, surroundings }, scores);
    best.take(scores, index, at, allowed?.[at] ?? null);
    best.takeAlso(scores, index, at, also?.[at] ?? []);
  });
  const length = (surroundings ? TENTHS : 1) * asked.length;
  const ideal = sum(asked, ({ idf }) => idf) * gain(1, length / averageLength);
  return best.hits().map(({ index, slot, label, score }) => {
    const own = surroundings ? ownScore(indexes[index]!, slot, wanted, averageLength) / score : 1;
    return { index, label, score, coverage: Math.min(1, score / ideal), own: Math.min(1, own) };
  });
}

/**
 * How much a term tells within the memories of some scopes: its idf, above 0. A term that none of them contains is as
 * rare as one that one of them contains: among a few memories, the formula would make every unknown word weigh
 * several times as much as the known ones. Of several terms that are one word, about how much that word tells.
 */
export function rarity(indexes: readonly KeywordIndex[]): (...terms: string[]) => number {
  const count = Math.max(
    1,
    sum(indexes, ({ size }) => size),
  );
  return (...terms) => {
    const found = sum(terms, (term) => frequency(indexes, term));
    return inverseFrequency(count, Math.min(count, Math.max(1, found)));
  };
}

/**
 * The words of a query that are names of somebody by or about whom there are memories: those that at least two of
 * them begin with. Who says "I" names the user. Empty where nobody is named.
 */
export function namesIn(indexes: readonly KeywordIndex[], query: string): Set<string> {
  const isName = (word: string): boolean => sum(indexes, (index) => index.nameFrequency(word)) >= NAMED_BY;
  const self = asksAboutUser(query) ? ["user"] : [];
  return new Set([...nameWords(query), ...self].filter(isName));
}

/** The different terms of a query. */
export function queryTerms(indexes: readonly KeywordIndex[], query: string): string[] {
  return [...new Set(indexes[0]?.tokenize(query))];
}

function oneByOne(indexes: readonly KeywordIndex[], query: string): string[][] {
  return queryTerms(indexes, query).map((term) => [term]);
}

function relatives(
  terms: readonly string[],
  worth: (term: string) => number,
  related: KeywordSearchOptions["related"] = () => [],
): Wanted[] {
  const own = new Set(terms);
  const more = new Set(terms.flatMap((term) => related(term)).filter((term) => !own.has(term)));
  return [...more].map((term) => ({ terms: [term], idf: RELATED * worth(term) }));
}

interface Scoring {
  averageLength: number;
  surroundings: boolean;
}

/** Adds the BM25 score of one word to the scores by slot. */
function score(index: KeywordIndex, { terms, idf }: Wanted, scoring: Scoring, scores: Float64Array): void {
  const { averageLength, surroundings } = scoring;
  const weights: Weights = { bySlot: scratch(1, index.size), touched: [] };
  for (const term of terms) {
    if (surroundings) index.spread(term, weights);
    else index.forOwn(term, (slot, count) => addWeight(weights, slot, count));
  }
  const lengths = surroundings ? index.timeline : index;
  for (const slot of weights.touched) {
    const weight = (weights.bySlot[slot] as number) / (surroundings ? TENTHS : 1);
    scores[slot]! += idf * gain(weight, lengths.lengthAt(slot) / averageLength);
  }
}

/** What a text would score without its surroundings, at the length it has with them. */
function ownScore(index: KeywordIndex, slot: number, wanted: readonly Wanted[], averageLength: number): number {
  const length = index.timeline.lengthAt(slot) / averageLength;
  return sum(wanted, ({ terms, idf }) => {
    const count = sum(terms, (term) => index.countAt(slot, term));
    return count === 0 ? 0 : idf * gain(count, length);
  });
}

/** In tenths with surroundings, as all lengths then are. */
function meanLength(indexes: readonly KeywordIndex[], surroundings: boolean): number {
  const count = sum(indexes, ({ size }) => size);
  const length = sum(indexes, (index) => (surroundings ? index.timeline.totalLength : index.totalLength));
  return count === 0 ? 0 : length / count;
}

function frequency(indexes: readonly KeywordIndex[], term: string): number {
  return sum(indexes, (index) => index.documentFrequency(term));
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}

function inverseFrequency(count: number, df: number): number {
  return Math.log(1 + (count - df + 0.5) / (df + 0.5));
}

/**
 * What `weight` occurrences are worth: 1 for one in a text of average length, less than K1 + 1 always.
 * @param length as a multiple of the average
 */
function gain(weight: number, length: number): number {
  return (weight * (K1 + 1)) / (weight + K1 * (1 - B + B * length));
}

const buffers: Float64Array[] = [new Float64Array(0), new Float64Array(0)];

/** Zeroed room for one number per slot. Two buffers for all searches: they are synchronous and never nest. */
function scratch(which: 0 | 1, size: number): Float64Array {
  const buffer = buffers[which] as Float64Array;
  const room = buffer.length < size ? new Float64Array(Math.max(size, 2 * buffer.length)) : buffer;
  buffers[which] = room;
  room.fill(0, 0, size);
  return room;
}
