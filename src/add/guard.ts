/**
 * The guard between deciding and writing: whatever a model or a message says, an add can do only so much
 * harm, and never loses a fact to it. What is refused is kept as a new memory or left alone, with the reason.
 */
import type { CommitDecision, Neighbor } from "../engine/engine.ts";
import type { PendingOp } from "../types.ts";
import { addition, type Case } from "./case.ts";
import type { Fact } from "./ports.ts";

/** Memories that one add may change or delete. */
export const MAX_DESTRUCTIVE = 3;

export function guard(cases: Case[], op: Pick<PendingOp, "order" | "options">): CommitDecision[] {
  const touched = new Set<string>();
  const shown = cases.flatMap((c) => c.neighbors);
  return cases.flatMap((c) =>
    (c.decisions ?? []).map((decision) => {
      if (decision.event !== "UPDATE" && decision.event !== "DELETE") return decision;
      const target = shown.find((n) => n.id === decision.id);
      const objection = objectionTo(decision.id, target, op, touched);
      if (objection === null) {
        touched.add(decision.id);
        return decision;
      }
      return refused(c.fact, decision, objection);
    }),
  );
}

type Objection = { reason: string; keepFact: boolean };

function objectionTo(
  id: string,
  target: Neighbor | undefined,
  { order, options }: Pick<PendingOp, "order" | "options">,
  touched: ReadonlySet<string>,
): Objection | null {
  const { maxDestructive = MAX_DESTRUCTIVE, timestamp } = options;
  if (!target) return { reason: "it was not among what this add was shown", keepFact: true };
  if (target.immutable) return { reason: "that memory is immutable", keepFact: true };
  // An op that waited for its LLM, and an old chat that is imported, must not override what was said since.
  const isOlder = target.order > order || (timestamp !== undefined && timestamp < target.updatedAt);
  if (isOlder) return { reason: "what is stored was said later", keepFact: false };
  if (touched.has(id)) return { reason: "this add has already changed that memory", keepFact: true };
  if (touched.size >= maxDestructive)
    return { reason: `an add changes at most ${maxDestructive} memories`, keepFact: true };
  return null;
}

function refused(
  fact: Fact,
  decision: CommitDecision & { event: "UPDATE" | "DELETE" },
  { reason, keepFact }: Objection,
): CommitDecision {
  const why = `${decision.reason}; not done: ${reason}`;
  const { decidedBy } = decision;
  if (keepFact && decision.event === "UPDATE") return addition({ ...fact, text: decision.text }, why, decidedBy);
  return { event: "NONE", id: decision.id, text: fact.text, reason: why, decidedBy };
}
