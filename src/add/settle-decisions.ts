/** Several decisions for one fact, or for one memory: which of them go together. */
import type { DroppedDecision, ReplyDecision } from "./reply-resolve.ts";

export interface Settled {
  decisions: ReplyDecision[];
  dropped: DroppedDecision[];
}

/**
 * Keeps what can be carried out together, with the rule that nothing known or new is lost:
 *
 * - Within one fact: one `ADD`, `UPDATE`s and `DELETE`s of different memories. Writes need different texts (two
 *   memories with one text are a duplicate); a write outranks `NONE`, an `UPDATE` outranks a `DELETE` of the
 *   same memory (supersede, never erase), and `NONE` may stand beside a `DELETE` of another memory.
 * - Between facts: a memory is changed once. A second fact with the very same change becomes `NONE` with that id;
 *   one with another change is dropped, so that it is asked for again and does not overwrite the first.
 *
 * @returns decisions by fact, in the given order within one fact
 */
export function settle(decisions: ReplyDecision[]): Settled {
  const settled: Settled = { decisions: [], dropped: [] };
  const ordered = decisions.toSorted((a, b) => a.fact - b.fact || rank(a) - rank(b));
  // Updates of all facts come first, so that no fact's DELETE takes away what another supersedes.
  const byWeight = [
    ...ordered.filter((decision) => decision.event === "UPDATE"),
    ...ordered.filter((decision) => decision.event !== "UPDATE"),
  ];
  for (const decision of byWeight) place(decision, settled);
  settled.decisions.sort((a, b) => a.fact - b.fact || decisions.indexOf(a) - decisions.indexOf(b));
  return settled;
}

const RANK = { UPDATE: 0, ADD: 1, DELETE: 2, NONE: 3 } as const;

function rank(decision: ReplyDecision): number {
  return RANK[decision.event];
}

function place(decision: ReplyDecision, settled: Settled): void {
  const sameFact = settled.decisions.filter((other) => other.fact === decision.fact);
  const drop = (reason: string): void => {
    settled.dropped.push({ fact: decision.fact, reason });
  };
  if (decision.event === "NONE") {
    const idle = sameFact.every((other) => other.event === "DELETE" && other.id !== decision.id);
    if (idle) settled.decisions.push(decision);
    else if (!sameFact.some((other) => other.event === "NONE" && other.id === decision.id)) {
      drop(`NONE for fact ${decision.fact} contradicts its other decision`);
    }
    return;
  }
  if (writes(decision) && sameFact.some((other) => clashes(decision, other))) {
    return drop(`Fact ${decision.fact} has two decisions that store the same`);
  }
  const taken = settled.decisions.find((other) => changes(other) && changes(decision) && other.id === decision.id);
  if (taken === undefined) settled.decisions.push(decision);
  else if (taken.fact === decision.fact) drop(`Fact ${decision.fact} changes one memory twice`);
  else if (isSameChange(taken, decision)) settled.decisions.push(asNone(decision));
  else drop(`Facts ${taken.fact} and ${decision.fact} change the same memory: put both into one UPDATE`);
}

function writes(decision: ReplyDecision): boolean {
  return decision.event === "ADD" || decision.event === "UPDATE";
}

function changes(decision: ReplyDecision): boolean {
  return decision.event === "UPDATE" || decision.event === "DELETE";
}

function clashes(decision: ReplyDecision, other: ReplyDecision): boolean {
  return writes(other) && (decision.text === other.text || (decision.event === "ADD" && other.event === "ADD"));
}

/** Without a text the two mean their own facts, which differ. */
function isSameChange(a: ReplyDecision, b: ReplyDecision): boolean {
  return a.event === b.event && (a.event === "DELETE" || (a.text !== undefined && a.text === b.text));
}

function asNone(decision: ReplyDecision): ReplyDecision {
  const { text: _, ...rest } = decision;
  return { ...rest, event: "NONE" };
}
