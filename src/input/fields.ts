/** `fields`: which fields of each result a caller wants to have. */
import { InvalidInputError } from "../errors.ts";
import type { MemoryItem, SearchResult } from "../types.ts";

/** Fails to compile when a field is missing here. */
const ITEM_FIELDS: Record<keyof MemoryItem, true> = {
  id: true,
  memory: true,
  metadata: true,
  userId: true,
  agentId: true,
  appId: true,
  runId: true,
  createdAt: true,
  updatedAt: true,
  immutable: true,
  expirationDate: true,
  feedback: true,
  attributedTo: true,
  actor: true,
  categories: true,
  eventTime: true,
  sources: true,
  memoryType: true,
  structuredData: true,
  derivedFrom: true,
};
const RESULT_FIELDS: Record<keyof SearchResult, true> = {
  ...ITEM_FIELDS,
  score: true,
  parts: true,
  rerankScore: true,
  superseded: true,
};

/** null: all of them. */
export type Fields = ReadonlySet<string> | null;

/** @throws {InvalidInputError} that lists the known names */
export function toFields(value: unknown, call: "search" | "getAll"): Fields {
  if (value === undefined) return null;
  const known = Object.keys(call === "search" ? RESULT_FIELDS : ITEM_FIELDS);
  // Copied: a list may have gaps, too.
  const names: unknown[] | null = Array.isArray(value) ? [...(value as unknown[])] : null;
  const unknown = names?.filter((name) => !known.includes(name as string));
  if (names && unknown?.length === 0) return new Set(["id", "score", ...(names as string[])]);
  const problem = unknown ? `has no ${JSON.stringify(unknown[0]) ?? "undefined"}` : "must be a list of names";
  throw new InvalidInputError(`keepsake: ${call}: fields ${problem}. Known: ${known.join(", ")}.`);
}

/** Of each result what was asked for, where it is there; `id` and `score` always. */
export function pick<T extends object>(results: T[], fields: Fields): T[] {
  if (!fields) return results;
  return results.map((result) => {
    const entries = Object.entries(result).filter(([name]) => fields.has(name));
    return Object.fromEntries(entries) as T;
  });
}
