/**
 * The guard between deciding and writing: whatever a model or a message says, an add can do only so much
 * harm, and never loses a fact to it. What is refused is kept as a new memory or left alone, with the reason.
 */
import type { CommitDecision, Neighbor } from "../engine/engine.ts";
import { isSaidLater, MAX_DESTRUCTIVE } from "../add-limits.ts";
import type { ISODate, PendingOp } from "../types.ts";
import { addition, type Case } from "./case.ts";
import type { Fact } from "./ports.ts";

export function guard(cases: Case[], op: Pick<PendingOp, "order" | "options">): CommitDecision[] {
  const touched = new Set<string>();
  const shown = cases.flatMap((c) => c.neighbors);
  const objectionOf = (decision: CommitDecision): Objection | null => {
    if (decision.event !== "UPDATE" && decision.event !== "DELETE") return null;
    const target = shown.find((n) => n.id === decision.id);
    const objection = objectionTo(decision, target, op, touched);
    if (objection === null) touched.add(decision.id);
    return objection;
  };
  return cases.flatMap((c) => guarded(c, objectionOf));
}

/**
 * Where a fact does nothing but delete, the first deletion that is refused leaves it to be stored. One that was over when
 * it came deletes nothing: it would not stand in that memory's place.
 */
function guarded(
  { fact, decisions }: Case,
  objectionOf: (decision: CommitDecision) => Objection | null,
): CommitDecision[] {
  let isStored = decisions!.some(({ event }) => event !== "DELETE");
  const objections = decisions!.map(objectionOf);
  const isOver = decisions!.some(({ event }, i) => event === "UPDATE" && objections[i]?.until !== undefined);
  return decisions!.map((decision, i): CommitDecision => {
    const objection = objections[i] ?? (isOver && decision.event === "DELETE" ? OVER : null);
    if (objection === null || decision.event === "ADD" || decision.event === "NONE") return decision;
    const reason = `${decision.reason}; not done: ${objection.reason}`;
    const { decidedBy } = decision;
    const text = decision.event === "UPDATE" ? decision.text : isStored ? null : fact.text;
    if (objection.until !== undefined && decision.event === "UPDATE") {
      return former(fact, decision, `${reason}; kept as what held before`, objection.until);
    }
    if (text === null || !objection.keepFact)
      return { event: "NONE", id: decision.id, text: fact.text, reason, decidedBy };
    isStored = true;
    return addition({ ...fact, text }, reason, decidedBy);
  });
}

/** What is stored stays, for it was said later; the fact is kept as what held before. */
function former(
  { text, origin, details, relations }: Fact,
  { id, decidedBy }: CommitDecision & { event: "UPDATE" },
  reason: string,
  until: ISODate,
): CommitDecision {
  const kept = { until, origin, details };
  return { event: "NONE", id, text, reason, decidedBy, former: kept, ...(relations && { relations }) };
}

interface Objection {
  reason: string;
  keepFact: boolean;
  /** When what stays was said. */
  until?: ISODate;
}

const OVER: Objection = { reason: "the fact was over when it came", keepFact: false };

function objectionTo(
  { event, id }: CommitDecision & { event: "UPDATE" | "DELETE" },
  target: Neighbor | undefined,
  op: Pick<PendingOp, "order" | "options">,
  touched: ReadonlySet<string>,
): Objection | null {
  const { maxDestructive = MAX_DESTRUCTIVE } = op.options;
  if (!target) return { reason: "it was not among what this add was shown", keepFact: true };
  if (target.immutable) return { reason: "that memory is immutable", keepFact: true };
  if (isSaidLater(target, op)) {
    return { reason: "what is stored was said later", keepFact: false, until: target.updatedAt };
  }
  // Of a memory that was changed already nothing is left to delete.
  if (touched.has(id)) return { reason: "this add has already changed that memory", keepFact: event === "UPDATE" };
  if (touched.size >= maxDestructive)
    return { reason: `an add changes at most ${maxDestructive} memories`, keepFact: true };
  return null;
}
