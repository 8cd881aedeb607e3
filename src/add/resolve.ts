/**
 * Facts and what is known → decisions. What needs no judgement gets none: the same statement again is
 * NONE, a fact with nothing near it is ADD. The rest goes to the LLM in one call, or to the rules.
 */
import type { CommitDecision, Neighbor, RecalledFact, RecallResult } from "../engine/engine.ts";
import type { PendingOp } from "../types.ts";
import { ask } from "./ask.ts";
import { addition, type Case } from "./case.ts";
import { guard } from "./guard.ts";
import { saidOn } from "./extract.ts";
import type { Fact, Run } from "./ports.ts";
import { resolveMessages } from "./prompts/resolve.ts";
import { RESOLVE_SCHEMA, validateResolve, type ResolveReply } from "./reply-resolve.ts";
import { onlyRetracts } from "./retraction.ts";
import { isOfOneSlot, resolveByRules, type RuleDecision } from "./rules/index.ts";

/**
 * From this cosine on a memory is shown to the LLM. Sentence models of the MiniLM kind put unrelated
 * statements below 0.3 and statements on one subject mostly above 0.4; showing one too many costs a
 * call, showing one too few a contradiction.
 */
const NEAR_SIMILARITY = 0.35;
/** The same for the hashing embedder, whose cosine only means shared words. */
const NEAR_SIMILARITY_LEXICAL = 0.3;
/** From this share of a fact's informative words on, by either kind. */
const NEAR_OVERLAP = 0.25;

export async function resolve(
  run: Run,
  op: PendingOp,
  facts: Fact[],
  recalled: RecallResult,
): Promise<CommitDecision[]> {
  const cases = facts.map((fact, i) => settle(fact, recalled.facts[i]!, recalled.kind, run.llm !== null));
  const open = cases.filter((c) => c.decisions === null);
  const dropped = await decide(run, open, op);
  const decisions = guard(cases, op);
  run.trace.add({
    stage: "resolve",
    dropped,
    decisions: decisions.map((d) => ({ event: d.event, reason: d.reason, ...("id" in d && { id: d.id }) })),
  });
  return decisions;
}

/** @returns why decisions of the model were dropped */
async function decide(run: Run, open: Case[], op: PendingOp): Promise<string[]> {
  if (open.length === 0) return [];
  if (op.options.conflicts === "keep" || op.options.memoryType === "procedural") {
    for (const c of open) c.decisions = [addition(c.fact, "kept beside what is known, as asked", "app")];
    return [];
  }
  if (run.llm) return resolveWithLLM(run, open, op);
  resolveWithRules(open);
  return [];
}

/** Decides a case without judgement where that can be done. */
function settle(fact: Fact, { neighbors }: RecalledFact, kind: RecallResult["kind"], byLLM: boolean): Case {
  const twin = neighbors.find((n) => n.exact);
  if (twin) {
    const decision = known(fact, twin.id, "exact: the same statement is already stored", "exact");
    // A line that was pasted is not said again.
    return { fact, neighbors, decisions: [fact.pasted ? decision : { ...decision, rev: twin.rev }] };
  }
  if (fact.pasted) {
    const reason = "exact: it is kept already, and the app was given it";
    return { fact, neighbors, decisions: [{ event: "NONE", id: null, text: fact.text, reason, decidedBy: "exact" }] };
  }
  // The rules read every neighbor anyway: they compare slots, not similarities.
  const near = byLLM ? neighbors.filter((n) => isNear(fact, n, kind)) : neighbors;
  if (near.length > 0) return { fact, neighbors: near, decisions: null };
  return { fact, neighbors: near, decisions: [addition(fact, "new: nothing stored is about this", "exact")] };
}

function isNear(fact: Fact, neighbor: Neighbor, kind: RecallResult["kind"]): boolean {
  const enough = kind === "semantic" ? NEAR_SIMILARITY : NEAR_SIMILARITY_LEXICAL;
  if (neighbor.similarity >= enough || neighbor.overlap >= NEAR_OVERLAP) return true;
  return isOfOneSlot(fact.text, neighbor.memory);
}

function resolveWithRules(open: Case[]): void {
  const decisions = resolveByRules(open.map(({ fact, neighbors }) => ({ text: fact.text, neighbors })));
  for (const [i, c] of open.entries()) {
    const decision = decisions[i]!;
    c.decisions = [fromRules(c, decision)];
  }
}

function fromRules({ fact, neighbors }: Case, decision: RuleDecision): CommitDecision {
  const { event, reason } = decision;
  if (event === "ADD") return addition(fact, reason, "rules");
  const target = neighbors.find((n) => n.id === decision.id);
  if (target) return onMemory(fact, { event, reason }, target, "rules");
  // Another fact of the same add says it, or says it better.
  return { event: "NONE", id: null, text: fact.text, reason, decidedBy: "rules" };
}

async function resolveWithLLM(run: Run, open: Case[], op: PendingOp): Promise<string[]> {
  // The model sees ids 0..n-1 of this call and can touch nothing else.
  const shown = [...new Map(open.flatMap((c) => c.neighbors).map((n) => [n.id, n])).values()];
  const custom = op.options.customPrompts?.resolve;
  const reply = await ask(run, {
    purpose: "resolve",
    messages: resolveMessages({
      facts: open.map(({ fact, neighbors }) => ({
        text: fact.text,
        neighbors: neighbors.map((n) => shown.findIndex((s) => s.id === n.id)),
      })),
      memories: shown.map(({ memory, updatedAt }, i) => ({ id: String(i), text: memory, updatedAt })),
      today: saidOn(op),
      ...(custom !== undefined && { instructions: custom }),
    }),
    schema: RESOLVE_SCHEMA,
    validate: (value) => validateResolve(value, { facts: open.length, ids: shown.length }),
  });
  for (const [i, c] of open.entries()) c.decisions = decisionsFor(c.fact, i, reply, shown);
  return reply.dropped.map((d) => d.reason);
}

function decisionsFor(fact: Fact, index: number, reply: ResolveReply, shown: Neighbor[]): CommitDecision[] {
  const deleted = new Set(reply.decisions.flatMap((d) => (d.event === "DELETE" ? d.id : [])));
  const decisions = reply.decisions.flatMap((d): CommitDecision | [] => {
    if (d.fact !== index) return [];
    const reason = d.reason ? `llm: ${d.reason}` : `llm: ${d.event}`;
    const target = d.id === undefined ? undefined : shown[Number(d.id)];
    // Another fact deletes what is said to state this one: both are decided alike.
    const event = d.event === "NONE" && deleted.has(d.id) ? "DELETE" : d.event;
    if (event === "NONE" && !target) return { event, id: null, text: fact.text, reason, decidedBy: "llm" };
    if (event === "ADD" || !target) return addition(d.text ? { ...fact, text: d.text } : fact, reason, "llm");
    return onMemory(fact, { event, reason, ...(d.text && { text: d.text }) }, target, "llm");
  });
  if (decisions.length > 0) return withoutLoss(fact, decisions, shown);
  // What the model said about it was unusable (an id it was not shown, say). A fact is never lost for that.
  const why = reply.dropped.find((d) => d.fact === index)?.reason ?? "it decided nothing";
  return [addition(fact, `llm: ${why}; kept as new`, "llm")];
}

/**
 * A model that answers a contradiction with DELETE alone would leave nothing of it ("loves", then "hates": mem0#4536).
 * The fact takes the place of the first memory then, unless all it says is that what they state is over.
 */
function withoutLoss(fact: Fact, decisions: CommitDecision[], shown: readonly Neighbor[]): CommitDecision[] {
  const isKept = decisions.some((d) => d.event !== "DELETE" && !(d.event === "NONE" && d.id === null));
  const doomed = decisions.flatMap((d) => (d.event === "DELETE" ? shown.filter(({ id }) => id === d.id) : []));
  const texts = doomed.map(({ memory }) => memory);
  const [first] = doomed;
  if (!first || isKept || onlyRetracts(fact.text, texts)) return decisions;
  const update = (reason: string): CommitDecision => onMemory(fact, { event: "UPDATE", reason }, first, "llm");
  return decisions.map((d) =>
    d.event === "DELETE" && d.id === first.id ? update(`${d.reason}; the fact takes its place`) : d,
  );
}

function onMemory(
  fact: Fact,
  decision: { event: "UPDATE" | "DELETE" | "NONE"; reason: string; text?: string },
  target: Neighbor,
  decidedBy: "llm" | "rules",
): CommitDecision {
  const { id, rev } = target;
  const { event, reason } = decision;
  const text = decision.text ?? fact.text;
  if (event === "UPDATE") {
    const { origin, details, relations } = fact;
    return { event, id, rev, text, origin, details, reason, decidedBy, ...(relations && { relations }) };
  }
  if (event === "DELETE") return { event, id, rev, reason, decidedBy };
  return known(fact, id, reason, decidedBy);
}

/** A memory says it already; its relations may be new, where it was stored without any. */
function known(
  { text, relations }: Fact,
  id: string,
  reason: string,
  decidedBy: CommitDecision["decidedBy"],
): CommitDecision & { event: "NONE" } {
  return { event: "NONE", id, text, reason, decidedBy, ...(relations && { relations }) };
}
