/** The reply to a resolve request: its JSON schema, and a validator that reads it generously and drops nothing silently. */
import type { DecisionEvent } from "../types.ts";
import { ReplyProblem } from "./parse-reply.ts";
import { listOf } from "./reply-schema.ts";
import { isFields, listUnder, own } from "./reply-shapes.ts";
import { cleanReason, cleanText, MAX_ITEMS, optional, readIndex } from "./reply-text.ts";
import { settle } from "./settle-decisions.ts";

/**
 * What the model is to answer when asked to resolve. Every key is required and may be null; the reason stands before
 * the event, so that the model thinks first.
 */
export const RESOLVE_SCHEMA = listOf("decisions", {
  fact: { type: "integer" },
  reason: { type: "string" },
  event: { type: "string", enum: ["ADD", "UPDATE", "DELETE", "NONE"] },
  id: { type: ["string", "null"] },
  text: { type: ["string", "null"] },
});

/** A decision as the model gave it, checked against what it was shown. */
export interface ReplyDecision {
  /** Index of the fact, from 0. */
  fact: number;
  event: DecisionEvent;
  /** Id as shown to the model, `"0"` to `"n-1"`. Always there for `UPDATE` and `DELETE`; never for `ADD`. */
  id?: string;
  /** The text to store (`ADD`, `UPDATE` only). Absent: the fact's own text. */
  text?: string;
  /** In the model's words, at most 300 characters. */
  reason?: string;
}

/** A decision that was not used, and why (a sentence without any text of the reply). */
export interface DroppedDecision {
  /** Index of the fact, where it is a valid one. */
  fact?: number;
  reason: string;
}

export interface ResolveReply {
  /** By fact, and in the order of the reply within one fact. No memory is named by two changes. */
  decisions: ReplyDecision[];
  dropped: DroppedDecision[];
}

export interface ResolveBounds {
  /** How many facts the model was shown. */
  facts: number;
  /** How many memories it was shown: ids are `"0"` to `"ids - 1"`. */
  ids: number;
}

/**
 * Reads `{"decisions": [{"fact": 0, "event": "UPDATE", "id": "3", "text": "…", "reason": "…"}]}`; as generous
 * as {@link validateExtract}, with event names in any case and common synonyms (`NOOP`, `REMOVE`, …).
 *
 * Dropped, with a reason each: a fact or id that was not shown, `UPDATE` and `DELETE` without an id, an unknown
 * event, a second change of one memory, and what contradicts a better decision for the same fact
 * (see {@link settle}). So a fact can be left with dropped decisions only: the caller keeps it as new, since asking
 * again for an id would rather lose the op than win a better answer.
 *
 * @throws {ReplyProblem} also where the model said nothing about a fact, or named no known event
 * @example
 * validateResolve({ decisions: [{ fact: 0, event: "noop", id: 1 }] }, { facts: 1, ids: 2 });
 * // { decisions: [{ fact: 0, event: "NONE", id: "1" }], dropped: [] }
 */
export function validateResolve(value: unknown, bounds: ResolveBounds): ResolveReply {
  const list = listUnder(value, ["decisions"], ["memory", "results", "actions"]);
  if (list === null)
    throw new ReplyProblem('The reply must be a JSON object of the form {"decisions":[{"fact":0,...}]}');
  if (list.length > MAX_ITEMS * 2) throw new ReplyProblem(`There are more than ${MAX_ITEMS * 2} decisions`);
  const dropped: DroppedDecision[] = [];
  const read: ReplyDecision[] = [];
  const judged = new Set<number>();
  for (const item of list) {
    const decision = readDecision(item, bounds);
    if (decision.fact !== undefined && decision.event !== undefined) judged.add(decision.fact);
    if ("drop" in decision) dropped.push({ ...optional("fact", decision.fact), reason: decision.drop });
    else read.push(decision);
  }
  const missing = Array.from({ length: bounds.facts }, (_, fact) => fact).filter((fact) => !judged.has(fact));
  if (missing.length > 0) throw new ReplyProblem(missingSentence(missing, dropped));
  const settled = settle(read);
  return { decisions: settled.decisions, dropped: [...dropped, ...settled.dropped] };
}

function missingSentence(missing: number[], dropped: DroppedDecision[]): string {
  const reasons = [...new Set(dropped.map((drop) => drop.reason))].slice(0, 5);
  return [`There is no decision for fact ${missing.slice(0, 20).join(", ")}`, ...reasons].join(". ");
}

const EVENTS: Record<DecisionEvent, string[]> = {
  ADD: ["ADD", "ADDED", "INSERT", "CREATE", "NEW"],
  UPDATE: ["UPDATE", "UPDATED", "MODIFY", "REPLACE", "MERGE", "SUPERSEDE"],
  DELETE: ["DELETE", "DELETED", "REMOVE", "FORGET"],
  NONE: ["NONE", "NOOP", "NO_OP", "NO_CHANGE", "NOCHANGE", "UNCHANGED", "KEEP", "SKIP", "IGNORE", "NOTHING"],
};

function readEvent(value: unknown): DecisionEvent | null {
  if (typeof value !== "string") return null;
  const name = value
    .trim()
    .toUpperCase()
    .replace(/[\s-]+/g, "_");
  for (const event of ["ADD", "UPDATE", "DELETE", "NONE"] as const) {
    if (EVENTS[event].includes(name)) return event;
  }
  return null;
}

/** A decision that cannot be used, and what is known about it. */
interface Unusable {
  fact?: number;
  event?: DecisionEvent;
  drop: string;
}

function readDecision(item: unknown, bounds: ResolveBounds): ReplyDecision | Unusable {
  const fact = readFactIndex(item, bounds.facts);
  if (fact === null) return { drop: "A decision is for a fact that does not exist" };
  const event = readEvent(own(item, ["event", "action", "decision", "operation"]));
  if (event === null) return { fact, drop: `The event for fact ${fact} must be ADD, UPDATE, DELETE or NONE` };
  const id = event === "ADD" ? null : readId(own(item, ["id", "memory_id", "memoryId"]), bounds.ids);
  if (id === "unknown") return { fact, event, drop: `${event} for fact ${fact} names an id that is not in the list` };
  if (id === null && (event === "UPDATE" || event === "DELETE")) {
    return { fact, event, drop: `${event} for fact ${fact} has no id` };
  }
  return { fact, event, ...optional("id", id), ...readTexts(item, event) };
}

function readTexts(item: unknown, event: DecisionEvent): { text?: string; reason?: string } {
  const text = event === "ADD" || event === "UPDATE" ? own(item, ["text", "new_text", "newText"]) : null;
  const reason = own(item, ["reason", "why"]);
  return {
    ...optional("text", typeof text === "string" ? cleanText(text) : null),
    ...optional("reason", typeof reason === "string" ? cleanReason(reason) : null),
  };
}

function readFactIndex(item: unknown, facts: number): number | null {
  const value = own(item, ["fact", "fact_index", "factIndex", "index"]);
  // With one fact there is nothing to mistake.
  if (value === undefined && facts === 1 && isFields(item)) return 0;
  const index = readIndex(value);
  return index !== null && index < facts ? index : null;
}

/** The shown id; null where there is none; `"unknown"` where it was not shown. */
function readId(value: unknown, ids: number): string | null {
  if (value === undefined || value === null || value === "" || value === "null") return null;
  const index = readIndex(value);
  return index !== null && index < ids ? String(index) : "unknown";
}
