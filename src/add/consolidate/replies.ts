/** The replies of a consolidation: their JSON schemas, and validators that drop nothing silently. */
import { ReplyProblem } from "../parse-reply.ts";
import { listOf } from "../reply-schema.ts";
import { listUnder, own } from "../reply-shapes.ts";
import { cleanReason, cleanText, MAX_ITEMS, readIndex } from "../reply-text.ts";

/** The reason comes first: the model thinks. */
export const MERGE_SCHEMA = listOf("groups", {
  ids: { type: "array", items: { type: "string" } },
  reason: { type: "string" },
  kind: { type: "string", enum: ["same", "replaced"] },
  text: { type: ["string", "null"] },
});

export const SUMMARIZE_SCHEMA = listOf("patterns", {
  from: { type: "array", items: { type: "string" } },
  reason: { type: "string" },
  pattern: { type: ["integer", "null"] },
  text: { type: "string" },
});

/** Memories that the model puts together; indexes of what it was shown, each in one group only. */
export interface Group {
  ids: number[];
  kind: "same" | "replaced";
  text?: string;
  reason?: string;
}

export interface Pattern {
  from: number[];
  /** Index of the known pattern that it takes the place of. */
  pattern?: number;
  text: string;
  reason?: string;
}

/** What was used, and why the rest was not (sentences without any text of the reply). */
export interface MergeReply {
  groups: Group[];
  dropped: string[];
}
export interface SummarizeReply {
  patterns: Pattern[];
  dropped: string[];
}

/**
 * Dropped: ids that were not shown, that are in a group already or in another set than the group's first, and groups
 * of fewer than two.
 * @param setOf by id shown
 * @throws {ReplyProblem}
 */
export function validateMerge(value: unknown, setOf: readonly number[]): MergeReply {
  const reply: MergeReply = { groups: [], dropped: [] };
  const taken = new Set<number>();
  for (const item of itemsOf(value, "groups", '{"groups":[{"ids":["0","1"],...}]}')) {
    const ids: number[] = [];
    for (const id of readIds(own(item, ["ids", "memories"]), setOf.length, reply.dropped)) {
      if (taken.has(id)) reply.dropped.push(`Memory ${id} is in two groups`);
      else if (ids.length > 0 && setOf[id] !== setOf[ids[0]!]) reply.dropped.push(`Memory ${id} is of another set`);
      else ids.push(id);
    }
    if (ids.length < 2) {
      reply.dropped.push("A group has fewer than two memories");
      continue;
    }
    for (const id of ids) taken.add(id);
    // A model that does not say so might have meant either; then the later one holds.
    const kind = own(item, ["kind"]) === "same" ? "same" : "replaced";
    reply.groups.push({ ids: ids.sort((a, b) => a - b), kind, ...texts(item) });
  }
  return reply;
}

/**
 * Dropped: ids that were not shown, patterns that fewer than two memories show, without a text, or more than `max`.
 * @param bounds numbers of memories, of patterns to be looked at again, and of patterns that are used
 * @throws {ReplyProblem}
 */
export function validateSummarize(
  value: unknown,
  bounds: { memories: number; patterns: number; max: number },
): SummarizeReply {
  const reply: SummarizeReply = { patterns: [], dropped: [] };
  const again = new Set<number>();
  for (const item of itemsOf(value, "patterns", '{"patterns":[{"from":["0","1"],"text":"..."}]}')) {
    const from = readIds(own(item, ["from", "ids"]), bounds.memories, reply.dropped);
    const { text, reason } = texts(item);
    const index = readIndex(own(item, ["pattern"]));
    const isKnown = index !== null && index < bounds.patterns && !again.has(index);
    if (from.length < 2) reply.dropped.push("A pattern is shown by fewer than two memories");
    else if (text === undefined) reply.dropped.push("A pattern has no text");
    else if (reply.patterns.length >= bounds.max) reply.dropped.push(`There are more than ${bounds.max} patterns`);
    else reply.patterns.push({ from, text, ...(reason && { reason }), ...(isKnown && { pattern: index }) });
    if (isKnown) again.add(index);
  }
  return reply;
}

function itemsOf(value: unknown, name: string, form: string): unknown[] {
  const list = listUnder(value, [name], ["results", "memories"]);
  if (list === null) throw new ReplyProblem(`The reply must be a JSON object of the form ${form}`);
  if (list.length > MAX_ITEMS) throw new ReplyProblem(`There are more than ${MAX_ITEMS} ${name}`);
  return list;
}

function readIds(value: unknown, shown: number, dropped: string[]): number[] {
  const ids = new Set<number>();
  for (const one of Array.isArray(value) ? (value as unknown[]).slice(0, MAX_ITEMS) : []) {
    const id = readIndex(one);
    if (id !== null && id < shown) ids.add(id);
    else dropped.push("An id is not in the list");
  }
  return [...ids];
}

function texts(item: unknown): { text?: string; reason?: string } {
  const [text, reason] = [own(item, ["text", "memory"]), own(item, ["reason", "why"])];
  const clean = typeof text === "string" ? cleanText(text) : "";
  const why = typeof reason === "string" ? cleanReason(reason) : "";
  return { ...(clean && { text: clean }), ...(why && { reason: why }) };
}
