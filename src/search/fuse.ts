/**
 * Relevance as a number in [0, 1]: for a search, how far vectors and words together speak for a memory (`fuse`); for a
 * fact, how much of what it is about a memory mentions (`overlap`).
 */
import type { Tokenize } from "./keyword-index.ts";

/** Names a candidate: the same key in both lists is the same memory. All strings or all numbers. */
export type CandidateKey = string | number;

export interface Signals<K extends CandidateKey> {
  /** Of the embedder that made the similarities: whether they understand, or only compare spellings; `none`: there are none. */
  kind: "semantic" | "lexical" | "none";
  /** Cosine in [−1, 1]. Give it for keyword candidates too where it is known: not to be listed counts as 0. */
  vector: readonly { key: K; similarity: number }[];
  /** `coverage` in [0, 1], as `searchKeywords` gives it. */
  keyword: readonly { key: K; coverage: number }[];
  /** Those by or about somebody whom the query names. @default null: it names nobody */
  person?: ReadonlySet<K> | null;
  /** How well each is of the time that the query asks about, in [0, 1]. @default null: it asks about none */
  time?: ReadonlyMap<K, number> | null;
}

export type Signal = "vector" | "keyword" | "person" | "time";

export interface Fused<K extends CandidateKey> {
  key: K;
  /** In [0, 1]: the weighted sum of the parts. */
  score: number;
  /** What each signal adds to the score; they sum up to it. 0 where it has nothing to say. */
  parts: Record<Signal, number>;
}

/**
 * What vectors and words are worth; every row sums to 1, which keeps the score in [0, 1].
 * - `lexical` .1 / .9: measured with the hashing embedder, whose vectors mostly repeat what the words say: a little of
 *   them helps, from .2 on they cost (docs/ranking.md).
 * - `semantic` .7 / .3: not yet measured with a real model. Vectors lead; a memory that alone has the rare word
 *   asked for still gets in, which mem0's re-rank of vector candidates loses (facts/mem0.md E.2).
 */
const WEIGHTS = {
  none: { vector: 0, keyword: 1 },
  lexical: { vector: 0.1, keyword: 0.9 },
  semantic: { vector: 0.7, keyword: 0.3 },
} as const;

/**
 * What it is worth that a memory is by or about the person whom the query names; the rest shares what is left. Much less
 * than words: what Ben said about Ann's cat may be the answer to a question about Ann (docs/ranking.md).
 */
const PERSON = 0.06;

/** What it is worth to be of the time that the query asks about; the rest shares what is left (docs/ranking.md). */
const TIME = 0.1;

/**
 * One ranking from several signals. Every candidate of either list is in it: words add candidates, they do not only
 * re-rank. A score depends on the candidate's own signals and on nothing else, unlike ranks or a min-max scale over the
 * list: so it never falls when a signal rises, and candidates from elsewhere cannot move it (INV-8).
 * @returns best first; equal scores by ascending key
 */
export function fuse<K extends CandidateKey>(signals: Signals<K>): Fused<K>[] {
  const { kind, vector, keyword, person = null, time = null } = signals;
  const strengths = new Map<K, Strengths>();
  const strengthOf = (key: K): Strengths => {
    const known = strengths.get(key) ?? {
      vector: 0,
      keyword: 0,
      person: person?.has(key) ? 1 : 0,
      time: Math.min(1, time?.get(key) ?? 0),
    };
    strengths.set(key, known);
    return known;
  };
  for (const { key, similarity } of vector) raise(strengthOf(key), "vector", similarity);
  for (const { key, coverage } of keyword) raise(strengthOf(key), "keyword", coverage);
  const weights = weightsOf(kind, person !== null, time !== null);
  return [...strengths]
    .map(([key, strength]) => weighted(key, strength, weights))
    .sort((a, b) => b.score - a.score || (a.key < b.key ? -1 : 1));
}

/** Each signal in [0, 1], unweighted. */
type Strengths = Record<Signal, number>;

/** The best of what is said about a key; a negative cosine (opposite, or noise) and NaN say nothing. */
function raise(strengths: Strengths, signal: "vector" | "keyword", value: number): void {
  if (value > strengths[signal]) strengths[signal] = Math.min(1, value);
}

function weightsOf(kind: Signals<CandidateKey>["kind"], hasPerson: boolean, hasTime: boolean): Strengths {
  const person = hasPerson ? PERSON : 0;
  const time = hasTime ? TIME : 0;
  const { vector, keyword } = WEIGHTS[kind];
  const rest = 1 - person - time;
  return { vector: rest * vector, keyword: rest * keyword, person, time };
}

function weighted<K extends CandidateKey>(key: K, strengths: Strengths, weights: Strengths): Fused<K> {
  const vector = weights.vector * strengths.vector;
  const keyword = weights.keyword * strengths.keyword;
  const person = weights.person * strengths.person;
  const time = weights.time * strengths.time;
  return { key, score: Math.min(1, vector + keyword + person + time), parts: { vector, keyword, person, time } };
}

/**
 * Words that nearly every memory of a person contains and that do not say what it is about. "User loves tea" and
 * "User loves skiing" have nothing in common; with these words counted they would share most of what they say.
 * Negations are among them: "does not eat meat" and "eats meat" are about the same.
 */
const WEAK_WORDS = [
  // Who.
  "user users assistant person people someone everyone one",
  // Likes and dislikes.
  "like likes liked love loves loved hate hates hated enjoy enjoys enjoyed prefer prefers preferred dislike",
  "dislikes disliked adore adores adored favorite favorites favourite favourites fond fan preference keen",
  // Wishes and plans.
  "want wants wanted wish wishes hope hopes hoping plan plans planned planning intend intends need needs needed",
  "try tries tried trying would could should might going gonna",
  // Verbs that need an object to mean something.
  "go goes went gone get gets got getting make makes made take takes took have has had having do does did done",
  "use uses used be is was were been start starts started stop stops stopped keep keeps kept begin began become became",
  // Saying and thinking.
  "say says said tell tells told mention mentioned talk talks think thinks thought know knows knew feel feels felt",
  "remember remembers",
  // Fillers and degrees.
  "thing things something anything everything stuff lot lots kind sort way really very much quite also just even",
  "more most less too now currently usually often always sometimes anymore still already",
  "no not never",
];

/** The weak words as a tokenizer writes them. Compute it once per tokenizer. */
export function weakTerms(tokenize: Tokenize): ReadonlySet<string> {
  return new Set(WEAK_WORDS.flatMap((words) => tokenize(words)));
}

export interface OverlapOptions {
  /** Terms that do not count: `weakTerms(tokenize)`. None by default. */
  weak?: ReadonlySet<string>;
  /** How much a term counts, above 0: `rarity` of the scope's index. All the same by default. */
  rarity?: (term: string) => number;
}

/**
 * Share of what a fact is about that a memory mentions: the weight of the fact's informative terms that the memory
 * contains, of the weight of all of them. Not symmetric: a long memory may contain a short fact whole.
 * @returns in [0, 1]; 0 for a fact without an informative term
 */
export function overlap(
  factTerms: Iterable<string>,
  memoryTerms: Iterable<string>,
  { weak, rarity }: OverlapOptions = {},
): number {
  const memory = new Set(memoryTerms);
  let shared = 0;
  let all = 0;
  for (const term of new Set(factTerms)) {
    if (weak?.has(term)) continue;
    const weight = rarity === undefined ? 1 : rarity(term);
    all += weight;
    if (memory.has(term)) shared += weight;
  }
  return all === 0 ? 0 : shared / all;
}
