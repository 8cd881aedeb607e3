/** How much of what a fact is about a memory mentions. */
import type { Tokenize } from "./keyword-index.ts";

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
