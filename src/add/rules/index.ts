/** What `add` does without an LLM, on English: extract facts and resolve them, by rules. */
export { extractByRules } from "./extract.ts";
export { firstPerson } from "./first-person.ts";
export { hintsFor } from "./hints.ts";
export { relationsByRules } from "./relations.ts";
export { resolveByRules, type RuleQuery } from "./resolve.ts";
export { isOfOneSlot, slotOf } from "./slots.ts";
export type { RuleDecision } from "./types.ts";
export { stems } from "./words.ts";
