import type { Neighbor } from "../../engine/engine.ts";
import { parseSlot, type ParsedSlot } from "./slots.ts";
import type { RuleDecision, Slot } from "./types.ts";
import { phraseKey, plain, stems } from "./words.ts";

/** A fact and what is known around it. */
export interface RuleQuery {
  text: string;
  neighbors: readonly Neighbor[];
}

/** How a fact stands to a statement that is known. */
type Relation = "unrelated" | "same" | "detail" | "newer value" | "contradicts" | "takes back";

/** A statement of the same call that was decided before. */
interface Decided {
  at: number;
  parsed: ParsedSlot;
}

/**
 * One decision per fact, in their order, by slots alone; similarity decides nothing here. `ADD` where no
 * neighbor is about the same subject and attribute, `UPDATE` where a newer value, a contradiction, a
 * retraction or more detail replaces what is known, `NONE` where it is known. Never `DELETE`: a retraction
 * ("I don't have a car any more") is a statement itself and keeps the older one in its history.
 *
 * Of two facts of one call on one single-valued slot the later wins: the earlier gets `NONE`. No memory is
 * updated twice. A neighbor whose text the rules cannot read is left alone.
 */
export function resolveByRules(facts: readonly RuleQuery[]): RuleDecision[] {
  const decisions: RuleDecision[] = [];
  const decided: Decided[] = [];
  for (const { text, neighbors } of facts) {
    const parsed = parseSlot(text);
    decisions.push(decide(text, parsed, neighbors, decided, decisions));
    if (parsed !== null) decided.push({ at: decisions.length - 1, parsed });
  }
  return decisions;
}

function decide(
  text: string,
  parsed: ParsedSlot | null,
  neighbors: readonly Neighbor[],
  decided: readonly Decided[],
  decisions: RuleDecision[],
): RuleDecision {
  const repeated = decisions.find((one) => one.event !== "NONE" && plain(one.text) === plain(text));
  if (repeated !== undefined) return none(idOf(repeated), text, REPEATED);
  const overtaken = parsed === null ? null : overtakes(parsed, decided, decisions);
  if (parsed !== null && overtaken?.relation === "same") return none(overtaken.id, text, REPEATED);
  const taken = new Set(decisions.flatMap((one) => (one.event === "UPDATE" ? [one.id] : [])));
  const free = neighbors.filter(({ id }) => !taken.has(id));
  const exact = free.find((one) => one.exact || plain(one.memory) === plain(text));
  if (exact !== undefined) return none(exact.id, text, "already known, word for word");
  if (parsed === null) return added(text, NEW);
  if (overtaken !== null && overtaken.id !== null)
    return { event: "UPDATE", id: overtaken.id, text, reason: overtaken.reason };
  const decision = againstNeighbors(text, parsed, free);
  return decision.event === "ADD" && overtaken !== null ? { ...decision, reason: overtaken.reason } : decision;
}

/**
 * Facts decided before in the same call: newer than anything stored. The one that gives way becomes a `NONE`
 * and its memory, if it was about to change one, is passed on.
 */
function overtakes(
  parsed: ParsedSlot,
  decided: readonly Decided[],
  decisions: RuleDecision[],
): { relation: Relation; id: string | null; reason: string } | null {
  for (const earlier of decided.toReversed()) {
    const before = decisions[earlier.at];
    const relation = relate(parsed, earlier.parsed);
    if (before === undefined || before.event === "NONE" || relation === "unrelated") continue;
    const id = idOf(before);
    if (relation !== "same") decisions[earlier.at] = none(id, before.text, OVERTAKEN);
    return { relation, id, reason: why(relation, parsed.slot, earlier.parsed.slot) };
  }
  return null;
}

function againstNeighbors(text: string, parsed: ParsedSlot, neighbors: readonly Neighbor[]): RuleDecision {
  let best: { neighbor: Neighbor; relation: Relation; slot: Slot } | null = null;
  for (const neighbor of neighbors) {
    const known = parseSlot(neighbor.memory);
    const relation = known === null ? "unrelated" : relate(parsed, known);
    if (known === null || relation === "unrelated") continue;
    if (relation === "same") return none(neighbor.id, text, `already known: ${label(parsed.slot)}`);
    // Of several, the one written last is what holds now.
    if (best === null || neighbor.order > best.neighbor.order) best = { neighbor, relation, slot: known.slot };
  }
  if (best === null) return added(text, NEW);
  return { event: "UPDATE", id: best.neighbor.id, text, reason: why(best.relation, parsed.slot, best.slot) };
}

/** What the new statement does to the known one. */
function relate(fresh: ParsedSlot, known: ParsedSlot): Relation {
  const [a, b] = [fresh.slot, known.slot];
  if (a.subject !== b.subject || phraseKey(a.attribute) !== phraseKey(b.attribute)) return "unrelated";
  const [mine, its] = [phraseKey(a.object), phraseKey(b.object)];
  const flips = a.polarity !== b.polarity;
  if (mine === its) return flips ? (fresh.retracts ? "takes back" : "contradicts") : moreOrSame(fresh, known);
  if (!a.single) return "unrelated";
  if (a.attribute.startsWith("has ")) return flips ? "takes back" : a.polarity === "negative" ? "same" : "newer value";
  // Denying one value says nothing about another: not loving is not hating, not in Munich is not in Berlin.
  if (a.polarity === "negative") return "unrelated";
  if (b.polarity === "negative")
    return a.attribute.startsWith("stance ") || known.retracts ? "newer value" : "unrelated";
  if (narrows(its, mine, a)) return "same";
  return narrows(mine, its, a) ? "detail" : "newer value";
}

/** The same value: known, unless the new statement tells more about it. */
function moreOrSame(fresh: ParsedSlot, known: ParsedSlot): Relation {
  const before = new Set(stems(known.tail));
  return stems(fresh.tail).some((word) => !before.has(word) && !TIME.test(word)) ? "detail" : "same";
}

/** Stems of when, which is no detail of what. */
const TIME =
  /^(?:\d+|last|next|year|month|week|dai|ago|todai|yesterdai|recent|sinc|now|origin|good|januari|februari|march|april|june|juli|august|septemb|octob|novemb|decemb)$/;

/** "New York City" narrows "New York", not "York"; a job is narrowed from the front: "software engineer". */
function narrows(whole: string, part: string, { attribute }: Slot): boolean {
  return attribute === "job" ? whole.endsWith(` ${part}`) : whole.startsWith(`${part} `);
}
const label = ({ subject, attribute }: Slot): string => (subject === "user" ? attribute : `${subject}'s ${attribute}`);
function value({ attribute, object, polarity }: Slot): string {
  if (polarity === "positive") return `"${object || "yes"}"`;
  return attribute.startsWith("has ") ? '"none"' : `"${`not ${object}`.trim()}"`;
}

function why(relation: Relation, fresh: Slot, known: Slot): string {
  if (relation === "detail") return `rules: tells more about ${label(fresh)}`;
  const change = `(${value(known)} → ${value(fresh)})`;
  if (relation === "takes back") return `rules: takes back ${label(fresh)} ${change}`;
  if (relation === "contradicts") return `rules: contradicts what was known about ${label(fresh)} ${change}`;
  return `rules: newer value for ${label(fresh)} ${change}`;
}

const REPEATED = "said before in the same messages";
const OVERTAKEN = "overtaken by a later statement in the same messages";
const NEW = "repeats and replaces nothing that is known";
const added = (text: string, reason: string): RuleDecision => ({ event: "ADD", text, reason: `rules: ${reason}` });
const none = (id: string | null, text: string, reason: string): RuleDecision => ({
  event: "NONE",
  id,
  text,
  reason: `rules: ${reason}`,
});
const idOf = (decision: RuleDecision): string | null => (decision.event === "ADD" ? null : decision.id);
