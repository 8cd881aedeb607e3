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
export function addition(fact: Fact, reason: string, decidedBy: CommitDecision["decidedBy"]): CommitDecision {
  const { text, origin, attributedTo, actor } = fact;
  const because = fact.reason === undefined ? reason : `${fact.reason}; ${reason}`;
  return {
    event: "ADD",
    text,
    origin,
    reason: because,
    decidedBy,
    ...(attributedTo !== undefined && { attributedTo }),
    ...(actor !== undefined && { actor }),
  };
}
