/**
 * The embedder that needs no download: signed feature hashing of words and of their letters. It knows
 * shared words, not meaning ("lives in Berlin" and "moved to Hamburg" are strangers to it), so its
 * similarities rank and never decide: `kind: "lexical"`.
 *
 * The recipe and its constants are from facts/ecosystem.md §4.2, where they were measured; the idea is
 * that of scikit-learn's HashingVectorizer and Vowpal Wabbit. No IDF: it would make stored vectors depend
 * on what was stored later.
 */
import { EmbedderError } from "../errors.ts";
import { contentTerms, tokenize, words } from "../text/tokenize.ts";
import type { Embedder } from "./embedder.ts";
import { blankVector, normalize } from "./pooling.ts";

/** As many as all-MiniLM-L6-v2 has, so that one index layout serves both. */
const DIMS = 384;

/** Bump the version with every change of tokenizer, hash or weights: the space would be another one. */
const SPACE = `hashing-v3-${DIMS}`;

const WORD_WEIGHT = 1;
/** All letter n-grams of one word together, relative to the word: enough for a typo, too little to outvote a word. */
const NGRAM_WEIGHT = 0.35;
const SHORTEST_NGRAM = 3;
const LONGEST_NGRAM = 5;

/** FNV-1a, 32 bit (http://www.isthe.com/chongo/tech/comp/fnv/). */
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** Seeds, so that the word "cat" and the n-gram "cat" are different features. */
const WORD_SEED = FNV_OFFSET;
const NGRAM_SEED = avalanche(FNV_OFFSET + 1);

/**
 * An {@link Embedder} that works at once, offline and everywhere: 384 dimensions, about 0.01 ms per sentence,
 * deterministic on every device. Texts about the same subject in the same words are near each other;
 * negations count as words; the user as the subject ("The user …", "I …") does not count.
 *
 * @example
 * const [a, b] = await hashingEmbedder().embed(["The user loves green tea", "loves green tea"]);
 */
export function hashingEmbedder(): Embedder {
  let closed = false;
  return {
    space: SPACE,
    dims: DIMS,
    kind: "lexical",
    async embed(texts) {
      if (closed) throw new EmbedderError("embedder_failed", "The embedder is closed. Open a new one.");
      return texts.map(embedText);
    },
    async close() {
      closed = true;
    },
  };
}

function embedText(text: string): Float32Array {
  const terms = termsOf(text);
  if (terms.length === 0) return blankVector(DIMS);
  const vector = new Float32Array(DIMS);
  for (const term of terms) {
    add(vector, hash(term, WORD_SEED), WORD_WEIGHT);
    addNgrams(vector, term);
  }
  return normalize(vector);
}

/** What a text is about. A text without words (an emoji, "???") is its own characters. */
function termsOf(text: string): string[] {
  const terms = tokenize(withoutSubject(text));
  if (terms.length > 0) return terms;
  const bare = contentTerms(words(text));
  return bare.length > 0 ? bare : [...text].filter((character) => /\S/.test(character));
}

/**
 * Nearly every memory begins with "The user"; left in, unrelated ones share a third of their words
 * (measured: cosine .29–.34 instead of .00–.04). "I" and "my" are stop words already.
 */
function withoutSubject(text: string): string {
  return text.replace(/\b(?:the|this|our) users?\b|^\s*users?\b/gi, " ");
}

/** Letter 3–5-grams of a word with its boundaries marked, so that beginnings and ends count. */
function addNgrams(vector: Float32Array, word: string): void {
  const marked = `<${word}>`;
  const length = marked.length;
  let count = 0;
  for (let n = SHORTEST_NGRAM; n <= LONGEST_NGRAM; n++) count += Math.max(0, length - n + 1);
  if (count === 0) return;
  const weight = NGRAM_WEIGHT / Math.sqrt(count);
  for (let start = 0; start + SHORTEST_NGRAM <= length; start++) {
    // The hash of an n-gram continues that of the shorter one: one pass for all three lengths.
    let state = NGRAM_SEED;
    for (let n = 1; n <= LONGEST_NGRAM && start + n <= length; n++) {
      state = step(state, marked.charCodeAt(start + n - 1));
      if (n >= SHORTEST_NGRAM) add(vector, avalanche(state), weight);
    }
  }
}

/** One feature: the hash picks the axis, one further bit the sign, so that collisions cancel out on average. */
function add(vector: Float32Array, hashed: number, weight: number): void {
  const axis = (hashed >>> 1) % DIMS;
  vector[axis] = (vector[axis] as number) + ((hashed & 1) === 0 ? weight : -weight);
}

function hash(text: string, seed: number): number {
  let state = seed;
  for (let i = 0; i < text.length; i++) state = step(state, text.charCodeAt(i));
  return avalanche(state);
}

/** One UTF-16 unit, low byte first. */
function step(state: number, unit: number): number {
  const low = Math.imul(state ^ (unit & 0xff), FNV_PRIME);
  return Math.imul(low ^ (unit >>> 8), FNV_PRIME) >>> 0;
}

/** The finalizer of MurmurHash3: FNV's low bits, which pick axis and sign, barely depend on the first letters. */
function avalanche(state: number): number {
  let h = state >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
