/**
 * mem0's own shapes: what `get_all` of its Platform and of its Open Source versions gives (`{ results: […] }` or the
 * bare list), and rows of a vector store (`{ id, payload: { data, … } }`), in snake_case and camelCase.
 */
import type { JSONObject, Scope } from "../types.ts";
import { toMetadata } from "../validate.ts";
import { beginningOf } from "./beginning.ts";
import * as check from "./check.ts";
import { at, fail, isObject } from "./check.ts";
import type { ImportChange, PortableMemory } from "./format.ts";
import * as shapes from "./shapes.ts";

/** The list in what mem0 gave; null where there is none. */
export function mem0Rows(json: unknown): unknown[] | null {
  const rows = isObject(json) ? json["results"] : json;
  return Array.isArray(rows) ? rows : null;
}

/** Oldest first. */
export function readMem0(rows: readonly unknown[], nowIso: string): ImportChange[] {
  const memories = rows.map((row, i) => readRow(row, `[${i}]`, nowIso));
  return memories.sort((a, b) =>
    a.after.createdAt < b.after.createdAt ? -1 : Number(a.after.createdAt > b.after.createdAt),
  );
}

/** Fields of mem0 in a payload; what else is there is the app's metadata. */
const FIELDS = [
  ["data", "memory", "hash", "metadata", "role", "immutable", "categories", "score"],
  ["user_id", "agent_id", "app_id", "run_id", "actor_id", "attributed_to", "text_lemmatized", "memory_type"],
  ["created_at", "updated_at", "expiration_date"],
].flat();
const OWN = new Set([...FIELDS, ...FIELDS.map(camelCase)]);

function camelCase(key: string): string {
  return key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function readRow(row: unknown, path: string, nowIso: string): ImportChange {
  if (!isObject(row)) return fail(path, "must be an object");
  const { payload } = row;
  const isPayload = isObject(payload);
  const source = new Row(isPayload ? payload : row, isPayload ? at(path, "payload") : path);
  const created = source.read("created_at", check.instant);
  const updated = source.read("updated_at", check.instant) ?? created;
  const after: PortableMemory = {
    id: check.filled(row["id"], at(path, "id")),
    memory: source.read("data", check.filled) ?? source.read("memory", check.filled) ?? fail(path, "has no memory"),
    scope: scopeOf(source, path),
    metadata: isPayload ? metadataOf(payload, source) : toMetadata(source.read("metadata", check.jsonObject)),
    createdAt: created ?? updated ?? nowIso,
    updatedAt: updated ?? nowIso,
    rev: 1,
    order: 0,
    opId: "import",
    origin: "app",
    ...extrasOf(source),
  };
  // Without a date nobody knows whether it is newer than what is there.
  return beginningOf(after, updated === undefined ? "rev" : "updatedAt");
}

function scopeOf(source: Row, path: string): Scope {
  const ids = { userId: "user_id", agentId: "agent_id", appId: "app_id", runId: "run_id" };
  const given = Object.entries(ids).flatMap(([id, key]) => {
    const value = source.read(key, check.filled);
    return value === undefined ? [] : [[id, value.trim()]];
  });
  if (given.length === 0) fail(path, "has no user_id, agent_id, app_id or run_id: say whose memory it is");
  return shapes.scope(Object.fromEntries(given), path);
}

function metadataOf(payload: Record<string, unknown>, source: Row): JSONObject {
  const rest = Object.fromEntries(Object.entries(payload).filter(([key]) => !OWN.has(key)));
  return toMetadata({ ...source.read("metadata", check.jsonObject), ...check.jsonObject(rest, source.path) });
}

type Extras = Pick<
  PortableMemory,
  "attributedTo" | "actor" | "categories" | "immutable" | "expirationDate" | "memoryType"
>;

function extrasOf(source: Row): Extras {
  const who = source.read("attributed_to", check.string) ?? source.read("role", check.string);
  const actor = source.read("actor_id", check.string);
  const categories = source.read("categories", check.list(check.string));
  // Some versions keep a time of day with it.
  const expirationDate = source.read("expiration_date", (value, path) => check.day(String(value).slice(0, 10), path));
  return {
    ...((who === "user" || who === "assistant") && { attributedTo: who }),
    ...(actor !== undefined && { actor }),
    ...(categories !== undefined && categories.length > 0 && { categories }),
    ...(source.read("immutable", check.boolean) && { immutable: true }),
    ...(expirationDate !== undefined && { expirationDate }),
    ...(source.read("memory_type", check.string)?.startsWith("procedural") && { memoryType: "procedural" as const }),
  };
}

/** A row whose fields may be spelled either way, and null where there is nothing. */
class Row {
  readonly path: string;
  readonly #fields: Record<string, unknown>;

  constructor(fields: Record<string, unknown>, path: string) {
    this.#fields = fields;
    this.path = path;
  }

  read<T>(key: string, checkValue: check.Check<T>): T | undefined {
    const name = [key, camelCase(key)].find((one) => Object.hasOwn(this.#fields, one) && this.#fields[one] !== null);
    const value = name === undefined ? undefined : this.#fields[name];
    return name === undefined || value === undefined ? undefined : checkValue(value, at(this.path, name));
  }
}
