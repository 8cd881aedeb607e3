/**
 * mem0's own shapes: what `get_all` of its Platform and of its Open Source versions gives (`{ results: […] }` or the
 * bare list), and rows of a vector store (`{ id, payload: { data, … } }`), in snake_case and camelCase.
 */
import { isDay } from "../text/iso-date.ts";
import type { JSONObject, Scope } from "../types.ts";
import { toMetadata } from "../input/validate.ts";
import { beginningOf } from "./beginning.ts";
import * as check from "./check.ts";
import { at, fail, isObject } from "./check.ts";
import type { ImportChange, ImportMoment, PortableMemory } from "./format.ts";
import * as shapes from "./shapes.ts";

/** The list in what mem0 gave, and what is beside it and cannot be taken in; null where there is no list. */
export function mem0Given(json: unknown): { rows: unknown[]; leftOut: string[] } | null {
  const { results: rows, relations } = isObject(json) ? json : { results: json };
  if (!Array.isArray(rows)) return null;
  const count = Array.isArray(relations) ? relations.length : 0;
  return { rows, leftOut: count === 0 ? [] : [`relations (${count}): they do not say which memory they came with`] };
}

/** Oldest first. */
export function readMem0(rows: readonly unknown[], moment: ImportMoment): ImportChange[] {
  const memories = rows.map((row, i) => readRow(row, `[${i}]`, moment));
  return memories.sort((a, b) =>
    a.after.createdAt < b.after.createdAt ? -1 : Number(a.after.createdAt > b.after.createdAt),
  );
}

/** Fields of mem0 in a payload; what else is there is the app's metadata. */
const FIELDS = [
  ["data", "memory", "hash", "metadata", "role", "immutable", "categories", "score"],
  [
    "user_id",
    "agent_id",
    "app_id",
    "run_id",
    "session_id",
    "actor_id",
    "attributed_to",
    "text_lemmatized",
    "memory_type",
  ],
  ["created_at", "updated_at", "expiration_date"],
].flat();
const OWN = new Set([...FIELDS, ...FIELDS.map(camelCase)]);

function camelCase(key: string): string {
  return key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function readRow(row: unknown, path: string, { nowIso, opId }: ImportMoment): ImportChange {
  if (!isObject(row)) return fail(path, "must be an object");
  const { payload } = row;
  const isPayload = isObject(payload);
  const source = new Row(isPayload ? payload : row, isPayload ? at(path, "payload") : path);
  const created = source.read("created_at", check.instant);
  const updated = source.read("updated_at", check.instant) ?? created;
  const metadata = isPayload ? metadataOf(payload, source) : toMetadata(source.read("metadata", check.jsonObject));
  const after: PortableMemory = {
    id: givenId(row["id"], at(path, "id")),
    memory: source.read("data", check.filled) ?? source.read("memory", check.filled) ?? fail(path, "has no memory"),
    scope: scopeOf(source, path),
    ...untilWhen(source, metadata),
    createdAt: created ?? updated ?? nowIso,
    updatedAt: updated ?? nowIso,
    rev: 1,
    order: 0,
    opId,
    origin: "app",
    ...extrasOf(source),
  };
  // Without a date nobody knows whether it is newer than what is there.
  return beginningOf(after, updated === undefined ? "rev" : "updatedAt");
}

/** Numbers count as their digits, as in `add`. */
const givenId: check.Check<string> = (value, path) =>
  check.filled(Number.isFinite(value) ? String(value) : value, path).trim();

const ownerId: check.Check<string> = (value, path) => {
  const id = givenId(value, path);
  return /\s/u.test(id) ? fail(path, 'has white space, which no id has here: replace it in the file, by "_" say') : id;
};

function scopeOf(source: Row, path: string): Scope {
  const ids = { userId: "user_id", agentId: "agent_id", appId: "app_id", runId: "run_id" };
  const given = Object.entries(ids).flatMap(([id, key]) => {
    // The Platform's list says session_id where its search says run_id.
    const value = source.read(key, ownerId) ?? (id === "runId" ? source.read("session_id", ownerId) : undefined);
    return value === undefined ? [] : [[id, value]];
  });
  if (given.length === 0) fail(path, "has no user_id, agent_id, app_id or run_id: say whose memory it is");
  return shapes.scope(Object.fromEntries(given), path);
}

function metadataOf(payload: Record<string, unknown>, source: Row): JSONObject {
  const rest = Object.fromEntries(Object.entries(payload).filter(([key]) => !OWN.has(key)));
  return toMetadata({ ...source.read("metadata", check.jsonObject), ...check.jsonObject(rest, source.path) });
}

/** mem0's TypeScript keeps the day among the metadata. What is no day there means nothing to mem0 either, and stays. */
function untilWhen(source: Row, metadata: JSONObject): Pick<PortableMemory, "metadata" | "expirationDate"> {
  // Some versions keep a time of day with it.
  const dayOf = (value: unknown): string => String(value).slice(0, 10);
  const day = source.read("expiration_date", (value, path) => check.day(dayOf(value), path));
  if (day !== undefined) return { metadata, expirationDate: day };
  const { expiration_date: kept, ...rest } = metadata;
  return isDay(dayOf(kept)) ? { metadata: rest, expirationDate: dayOf(kept) } : { metadata };
}

type Extras = Pick<PortableMemory, "attributedTo" | "actor" | "categories" | "immutable" | "memoryType">;

function extrasOf(source: Row): Extras {
  const who = source.read("attributed_to", check.string) ?? source.read("role", check.string);
  const actor = source.read("actor_id", check.string);
  const categories = source.read("categories", check.list(check.string));
  return {
    ...((who === "user" || who === "assistant") && { attributedTo: who }),
    ...(actor !== undefined && { actor }),
    ...(categories !== undefined && categories.length > 0 && { categories }),
    ...(source.read("immutable", check.boolean) && { immutable: true }),
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
