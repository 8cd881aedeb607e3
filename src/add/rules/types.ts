/** What a statement is about. */
export type RuleKind =
  | "preference"
  | "plan"
  | "decision"
  | "attribute"
  | "relationship"
  | "possession"
  | "event"
  | "commitment";

/**
 * The place of a statement: two statements of one subject and attribute are about the same thing.
 * A stance and a possession carry their object in the attribute ("stance on pizza": "like", "has cat": "2"),
 * because a new stance on pizza replaces the old one and says nothing about tea.
 */
export interface Slot {
  /** Lower case: "user", "user's sister", "bob". */
  subject: string;
  attribute: string;
  /** The value, as it was written: "Hamburg", "vegetarian". */
  object: string;
  /**
   * `negative`: the statement denies the value ("doesn't live in Berlin"). Hating is no denial: it is the
   * value "dislike", affirmed.
   */
  polarity: "positive" | "negative";
  /** Holds one value at a time, so that a newer value replaces the older one. */
  single: boolean;
}

/** A statement found in a message, in the third person. */
export interface RuleFact {
  text: string;
  /** Why it was taken; begins with "rules:". */
  reason: string;
  /** Index of the message it was found in. */
  source: number;
}

/** What to do with a fact. `reason` begins with "rules:". */
export type RuleDecision =
  | { event: "ADD"; text: string; reason: string }
  /** The memory `id` gets the fact's text; the text before stays in its history. */
  | { event: "UPDATE"; id: string; text: string; reason: string }
  /** `id`: the memory that says it already; null where another fact of the same call does. */
  | { event: "NONE"; id: string | null; text: string; reason: string };
