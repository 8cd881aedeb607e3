/** From merges to decisions, within what one consolidation may change. */
import type { Survey, Surveyed, ConsolidateDecision } from "../../engine/consolidation.ts";
import type { Merge } from "./merge.ts";

/** What a consolidation may still change, and whether it wanted more. */
export class Allowance {
  #left: number;
  exceeded = false;

  constructor(maxDestructive: number) {
    this.#left = maxDestructive;
  }

  /** @returns as many of `wanted` as are left; none where that is fewer than `least` */
  take(wanted: number, least = 1): number {
    const taken = this.#left < least ? 0 : Math.min(wanted, this.#left);
    this.#left -= taken;
    if (taken < wanted) this.exceeded = true;
    return taken;
  }
}

export interface Plan {
  decisions: ConsolidateDecision[];
  /** The memories as they are after the decisions, in the order in which they were said. */
  after: Surveyed[];
  /** Deleted memory → the one that stands for it. */
  replacedBy: Map<string, string>;
  /** Ids of memories that took in others. */
  changed: Set<string>;
}

/** A merge that is allowed in part folds the oldest statements first; the next consolidation goes on. */
export function planMerges({ memories }: Survey, merges: readonly Merge[], allowance: Allowance): Plan {
  const plan: Plan = { decisions: [], after: [], replacedBy: new Map(), changed: new Set() };
  const texts = new Map<string, string>();
  for (const merge of merges) {
    const survivor = oldestOf(merge.members);
    const folded = foldedOf(merge, survivor, allowance);
    if (folded.length === 0) continue;
    plan.decisions.push(...decisionsOf(merge, survivor, folded));
    plan.changed.add(survivor.id);
    texts.set(survivor.id, merge.text);
    for (const { id } of folded) plan.replacedBy.set(id, survivor.id);
  }
  plan.after = memories
    .filter((one) => !plan.replacedBy.has(one.id))
    .map((one) => ({ ...one, memory: texts.get(one.id) ?? one.memory }));
  return plan;
}

/** The one that was there first: its id is the one that the app may know. */
function oldestOf(members: readonly Surveyed[]): Surveyed {
  return members.reduce((a, b) => (b.createdSeq < a.createdSeq ? b : a));
}

function foldedOf({ members, text }: Merge, survivor: Surveyed, allowance: Allowance): Surveyed[] {
  const others = members.filter((one) => one !== survivor);
  const rewrites = text === survivor.memory ? 0 : 1;
  const allowed = allowance.take(rewrites + others.length, rewrites + 1) - rewrites;
  return others.slice(0, Math.max(0, allowed));
}

function decisionsOf(
  { text, origin, reason, decidedBy }: Merge,
  { id }: Surveyed,
  folded: Surveyed[],
): ConsolidateDecision[] {
  const takesIn = folded.map((one) => one.id);
  const count = folded.length === 1 ? "another memory" : `${folded.length} other memories`;
  return [
    { event: "UPDATE", id, text, origin, takesIn, reason: `${reason}; takes in ${count}`, decidedBy },
    ...takesIn.map((one): ConsolidateDecision => ({
      event: "DELETE",
      id: one,
      replacedBy: id,
      reason: `${reason}; now in memory ${id}`,
      decidedBy,
    })),
  ];
}
