/**
 * The reply formats: their JSON schemas, and validators that read them generously and drop nothing silently.
 * Both throw a ReplyProblem for what cannot be used.
 */
import type { DecisionEvent, JSONSchema, RelationDraft } from "../types.ts";
import { ReplyProblem } from "./parse-reply.ts";
import { readRelations, RELATIONS_SCHEMA, shareOut } from "./reply-relations.ts";
import { listUnder, own, type Fields } from "./reply-shapes.ts";
import { settle } from "./settle-decisions.ts";

/** Most facts and decisions in one reply. */
export const MAX_ITEMS = 200;
/** Longest text of a fact, in characters (UTF-16 units). A longer one is a problem, and never cut. */
export const MAX_TEXT_LENGTH = 2_000;
/** Most categories of one fact that are looked at. */
const MAX_CATEGORIES = 20;
/** Longest reason; a longer one is cut, it is only information. */
const MAX_REASON_LENGTH = 300;

/** What the model is to answer when asked to extract. */
export const EXTRACT_SCHEMA = {
  type: "object",
  properties: {
    facts: {
      type: "array",
      items: {
        type: "object",
        properties: { text: { type: "string" } },
        required: ["text"],
        additionalProperties: false,
      },
    },
  },
  required: ["facts"],
  additionalProperties: false,
} satisfies JSONSchema;

/** {@link EXTRACT_SCHEMA} with what else the app asks for; without anything it is that schema. */
export function extractSchema(
  categories: readonly string[],
  graph = false,
  dataSchema: JSONSchema | null = null,
): JSONSchema {
  const { properties, ...schema } = EXTRACT_SCHEMA;
  const { items, ...facts } = properties.facts;
  const list = { type: "array", items: { type: "string", enum: [...categories] } };
  const asked = {
    ...(categories.length > 0 && { categories: list }),
    ...(graph && { relations: RELATIONS_SCHEMA }),
    ...(dataSchema && { data: dataSchema }),
  };
  const more = {
    ...items,
    properties: { ...items.properties, ...asked },
    required: [...items.required, ...Object.keys(asked)],
  };
  return { ...schema, properties: { facts: { ...facts, items: more } } };
}

/**
 * What the model is to answer when asked to resolve. Every key is required and may be null, since engines with
 * strict schemas know no optional keys; the reason stands before the event, so that the model thinks first.
 */
export const RESOLVE_SCHEMA = {
  type: "object",
  properties: {
    decisions: {
      type: "array",
      items: {
        type: "object",
        properties: {
          fact: { type: "integer" },
          reason: { type: "string" },
          event: { type: "string", enum: ["ADD", "UPDATE", "DELETE", "NONE"] },
          id: { type: ["string", "null"] },
          text: { type: ["string", "null"] },
        },
        required: ["fact", "reason", "event", "id", "text"],
        additionalProperties: false,
      },
    },
  },
  required: ["decisions"],
  additionalProperties: false,
} satisfies JSONSchema;

/** A fact as the model gave it: one line, trimmed, 1 to 2,000 characters. */
export interface ExtractedFact {
  text: string;
  /** As the model wrote them; the caller keeps those that it asked for. */
  categories?: string[];
  /** The same. */
  relations?: RelationDraft[];
  /** As the model wrote it, not checked. */
  data?: unknown;
}

export interface ExtractReply {
  /** In the order of the reply, equal texts once; empty where the model says there is nothing to remember. */
  facts: ExtractedFact[];
}

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

const TEXT_KEYS = ["text", "fact", "memory", "content", "statement"];

/**
 * Reads `{"facts": [{"text": "…"}]}`. Also takes a bare list, facts as strings or under `fact`, `memory`,
 * `content` or `statement`, keys in any case, and the object one or two levels below another key.
 *
 * `{"facts": []}` and `[]` mean that there is nothing to remember. Everything else without a fact is a problem.
 *
 * @throws {ReplyProblem} shape
 * @example
 * validateExtract({ result: { facts: ["User likes tea"] } }); // { facts: [{ text: "User likes tea" }] }
 */
export function validateExtract(value: unknown): ExtractReply {
  const list = listUnder(value, ["facts"], ["memories", "memory", "results"]);
  if (list === null) throw shape('The reply must be a JSON object of the form {"facts":[{"text":"..."}]}');
  // A list that closed too early: {"facts":[],"text":"…"}.
  if (list.length === 0 && own(value, TEXT_KEYS) !== undefined) throw shape("A text stands outside of the facts");
  if (list.length > MAX_ITEMS) throw shape(`There are more than ${MAX_ITEMS} facts`);
  const facts = new Map<string, ExtractedFact>();
  for (const item of list) {
    const text = factText(item);
    if (text === "" || facts.has(text)) continue;
    const relations = readRelations(item);
    const data = own(item, ["data", "structuredData", "structured_data"]);
    facts.set(text, {
      text,
      ...optional("categories", factCategories(item)),
      ...optional("relations", relations),
      ...optional("data", data),
    });
  }
  if (facts.size === 0 && list.length > 0) throw shape('A fact has no text. For no facts, answer {"facts":[]}');
  return { facts: shareOut([...facts.values()], value) };
}

function factCategories(item: unknown): string[] | null {
  const given = typeof item === "string" ? undefined : own(item, ["categories", "category"]);
  const list: unknown[] = Array.isArray(given) ? given : [given];
  const names = list.filter((name) => typeof name === "string").slice(0, MAX_CATEGORIES);
  return names.length === 0 ? null : names;
}

function factText(item: unknown): string {
  const text = typeof item === "string" ? item : own(item, TEXT_KEYS);
  if (typeof text !== "string") throw shape('Every fact must be an object of the form {"text":"..."}');
  return cleanText(text);
}

/** Longest summary of an agent's run, in characters. */
const MAX_SUMMARY_LENGTH = 20_000;

/** Reads the same form as {@link validateExtract}, as one text of several lines. @throws {ReplyProblem} shape */
export function validateSummary(value: unknown): string {
  const list = listUnder(value, ["facts"], ["memories", "memory", "results"]);
  const texts = list?.map((item) => (typeof item === "string" ? item : own(item, ["text", "fact", "memory"])));
  if (!texts?.every((text) => typeof text === "string")) {
    throw shape('The reply must be a JSON object of the form {"facts":[{"text":"..."}]}');
  }
  const summary = texts
    .join("\n")
    .replace(/\p{Surrogate}/gu, "\uFFFD")
    .trim();
  if (summary === "") throw shape("The summary is empty");
  if (summary.length > MAX_SUMMARY_LENGTH) throw shape(`The summary is longer than ${MAX_SUMMARY_LENGTH} characters`);
  return summary;
}

/** One line, without control characters and lone surrogates (which no store keeps). */
export function cleanText(text: string): string {
  const clean = text
    .replace(/\p{Surrogate}/gu, "\uFFFD")
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim();
  if (clean.length > MAX_TEXT_LENGTH) throw shape(`A text is longer than ${MAX_TEXT_LENGTH} characters`);
  return clean;
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
 * @throws {ReplyProblem} shape · missing, where the model said nothing about a fact, or named no known event
 * @example
 * validateResolve({ decisions: [{ fact: 0, event: "noop", id: 1 }] }, { facts: 1, ids: 2 });
 * // { decisions: [{ fact: 0, event: "NONE", id: "1" }], dropped: [] }
 */
export function validateResolve(value: unknown, bounds: ResolveBounds): ResolveReply {
  const list = listUnder(value, ["decisions"], ["memory", "results", "actions"]);
  if (list === null) throw shape('The reply must be a JSON object of the form {"decisions":[{"fact":0,...}]}');
  if (list.length > MAX_ITEMS * 2) throw shape(`There are more than ${MAX_ITEMS * 2} decisions`);
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
  if (missing.length > 0) throw new ReplyProblem("missing", missingSentence(missing, dropped));
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

export function cleanReason(reason: string): string {
  return cleanText(reason.slice(0, MAX_REASON_LENGTH));
}

/** `{ [key]: value }`, or nothing where there is no value: optional keys are absent, never undefined. */
function optional<K extends string, V>(key: K, value: V | null | undefined): Partial<Record<K, NonNullable<V>>> {
  if (value === null || value === undefined || value === "") return {};
  return { [key]: value } as Partial<Record<K, NonNullable<V>>>;
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

/** A whole number from 0, also as `"3"`, `"#3"` or `"[3]"`. */
export function readIndex(value: unknown): number | null {
  if (typeof value === "number") return Number.isInteger(value) && value >= 0 ? value : null;
  if (typeof value !== "string") return null;
  const digits = /^[#[]?(\d{1,6})\]?$/.exec(value.trim())?.[1];
  return digits === undefined ? null : Number(digits);
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function shape(message: string): ReplyProblem {
  return new ReplyProblem("shape", message);
}
