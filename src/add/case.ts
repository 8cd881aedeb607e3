/** One fact on its way to a decision. */
import type { CommitDecision, Neighbor } from "../engine/engine.ts";
import type { Fact } from "./ports.ts";

/** A fact, what is known around it, and what was decided. */
export interface Case {
  fact: Fact;
  neighbors: Neighbor[];
  /** Null until decided. Mostly one; the LLM may replace one memory and drop another. */
  decisions: CommitDecision[] | null;
}

/** The decision to store a fact as a new memory. */
export function addition(
  { text, origin, reason: found, details, relations }: Fact,
  reason: string,
  decidedBy: CommitDecision["decidedBy"],
): CommitDecision {
  // Who decides is said once.
  const because = found === undefined ? reason : `${found}; ${reason.replace(/^rules: /, "")}`;
  return { event: "ADD", text, origin, details, reason: because, decidedBy, ...(relations && { relations }) };
}
