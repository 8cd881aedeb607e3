/** Relevance as a number in [0, 1]: how far vectors and words together speak for a memory. */

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
