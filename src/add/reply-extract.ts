/** The reply to an extract request: its JSON schema, and validators that read it generously and drop nothing silently. */
import type { JSONSchema, RelationDraft } from "../types.ts";
import { ReplyProblem } from "./parse-reply.ts";
import { readRelations, RELATIONS_SCHEMA, shareOut } from "./reply-relations.ts";
import { listOf } from "./reply-schema.ts";
import { listUnder, own } from "./reply-shapes.ts";
import { cleanText, MAX_ITEMS, optional } from "./reply-text.ts";

/** Most categories of one fact that are looked at. */
const MAX_CATEGORIES = 20;

const TEXT = { text: { type: "string" } } as const;

/** What the model is to answer when asked to extract. */
export const EXTRACT_SCHEMA = listOf("facts", TEXT);

/** What is asked of each fact beside its text. */
export interface AskedOfFacts {
  /** The numbers of the messages that say it. */
  from: boolean;
  /** The names that it may give as `categories`. */
  categories: readonly string[];
  graph: boolean;
  /** What its `data` is to be. */
  data: JSONSchema | null;
}

/** {@link EXTRACT_SCHEMA} with what else is asked; without anything it is that schema. */
export function extractSchema({ from, categories, graph, data }: AskedOfFacts): JSONSchema {
  return listOf("facts", {
    ...TEXT,
    ...(from && { from: { type: "array", items: { type: "integer" } } }),
    ...(categories.length > 0 && {
      categories: { type: "array", items: { type: "string", enum: [...categories] } },
    }),
    ...(graph && { relations: RELATIONS_SCHEMA }),
    ...(data && { data }),
  });
}

/** A fact as the model gave it: one line, trimmed, 1 to 2,000 characters. */
export interface ExtractedFact {
  text: string;
  /** The messages that say it, as the model wrote them, not checked. */
  from?: unknown;
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

const TEXT_KEYS = ["text", "fact", "memory", "content", "statement"];

/**
 * Reads `{"facts": [{"text": "…"}]}`. Also takes a bare list, facts as strings or under `fact`, `memory`,
 * `content` or `statement`, keys in any case, and the object one or two levels below another key.
 *
 * `{"facts": []}` and `[]` mean that there is nothing to remember. Everything else without a fact is a problem.
 *
 * @throws {ReplyProblem}
 * @example
 * validateExtract({ result: { facts: ["User likes tea"] } }); // { facts: [{ text: "User likes tea" }] }
 */
export function validateExtract(value: unknown): ExtractReply {
  const list = listUnder(value, ["facts"], ["memories", "memory", "results"]);
  if (list === null) throw new ReplyProblem('The reply must be a JSON object of the form {"facts":[{"text":"..."}]}');
  // A list that closed too early: {"facts":[],"text":"…"}.
  if (list.length === 0 && own(value, TEXT_KEYS) !== undefined)
    throw new ReplyProblem("A text stands outside of the facts");
  if (list.length > MAX_ITEMS) throw new ReplyProblem(`There are more than ${MAX_ITEMS} facts`);
  const facts = new Map<string, ExtractedFact>();
  for (const item of list) {
    const text = factText(item);
    if (text === "" || facts.has(text)) continue;
    facts.set(text, {
      text,
      ...optional("from", own(item, ["from", "n", "sources", "messages"])),
      ...optional("categories", factCategories(item)),
      ...optional("relations", readRelations(item)),
      ...optional("data", own(item, ["data", "structuredData", "structured_data"])),
    });
  }
  if (facts.size === 0 && list.length > 0)
    throw new ReplyProblem('A fact has no text. For no facts, answer {"facts":[]}');
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
  if (typeof text !== "string") throw new ReplyProblem('Every fact must be an object of the form {"text":"..."}');
  return cleanText(text);
}

/** Longest summary of an agent's run, in characters. */
const MAX_SUMMARY_LENGTH = 20_000;

/** Reads the same form as {@link validateExtract}, as one text of several lines. @throws {ReplyProblem} */
export function validateSummary(value: unknown): string {
  const list = listUnder(value, ["facts"], ["memories", "memory", "results"]);
  const texts = list?.map((item) => (typeof item === "string" ? item : own(item, ["text", "fact", "memory"])));
  if (!texts?.every((text) => typeof text === "string")) {
    throw new ReplyProblem('The reply must be a JSON object of the form {"facts":[{"text":"..."}]}');
  }
  const summary = texts
    .join("\n")
    .replace(/\p{Surrogate}/gu, "\uFFFD")
    .trim();
  if (summary === "") throw new ReplyProblem("The summary is empty");
  if (summary.length > MAX_SUMMARY_LENGTH)
    throw new ReplyProblem(`The summary is longer than ${MAX_SUMMARY_LENGTH} characters`);
  return summary;
}
