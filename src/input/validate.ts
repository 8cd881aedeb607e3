/**
 * The boundary: what a caller hands in becomes plain, well-formed data or an InvalidInputError that says
 * what to do. Errors name positions and keys, never contents.
 */
import { InvalidInputError } from "../errors.ts";
import { withIsoDates } from "./filter-dates.ts";
import { MAX_ID_LENGTH, SCOPE_IDS, SNAKE_CASE_IDS, type ScopeId } from "../scope.ts";
import { toPlainJSON, type PlainJSON } from "./plain-json.ts";
import { compileFilter, compileScopeFilter } from "../search/filter.ts";
import { scopePartOf, splitScope } from "../search/split-scope.ts";
import type { Filter } from "../filter-types.ts";
import type { JSONObject, Scope } from "../types.ts";

/** Deep enough for any real metadata, shallow enough for every recursion over it. */
const MAX_METADATA_DEPTH = 16;
/** Of metadata as JSON, in characters: all of a scope is kept in memory while it is searched. */
const MAX_METADATA_LENGTH = 200_000;
/** Characters of one text: some 50,000 tokens, more than any model on a device reads. */
export const MAX_TEXT_LENGTH = 200_000;

/** The methods that work on scopes. */
type ScopedCall = "add" | "search" | "getAll" | "graph" | "consolidate" | "deleteAll" | "forget" | "export";

/** What a read is about: which scopes, and which memories of them. */
export interface Query {
  /** Ids that must be on the scope in any case; may be none, where the scope filter bounds it. */
  scope: Scope;
  /** What else is asked of the scope. */
  scopeFilter: Filter | null;
  /** What is asked of each memory. */
  filter: Filter | null;
}

/**
 * The scope ids of an options object: top-level or in `filters`, in camelCase or snake_case; and what else the
 * filters ask for.
 * @throws {InvalidInputError} where scopes without any id could be meant, two spellings of an id contradict each
 *   other, or the filters are none
 */
export function toQuery(options: object | null | undefined, call: ScopedCall): Query {
  const given: { filters?: Filter | null } = options ?? {};
  const { filters } = given;
  const { scope: inFilters, rest } =
    filters === undefined || filters === null ? { scope: {}, rest: null } : splitScope(withIsoDates(filters));
  const scope: Scope = {};
  for (const [key, value] of [...Object.entries(given), ...Object.entries(inFilters)]) {
    const id = scopeIdOf(key);
    if (id !== undefined && value !== undefined && value !== null) setId(scope, id, toId(value, key));
  }
  if (rest) compileFilter(rest);
  const query: Query = { scope, ...(rest ? scopePartOf(rest) : { scopeFilter: null, filter: null }) };
  if (Object.keys(scope).length > 0 || isBound(query)) return query;
  throw missingScope(call);
}

function missingScope(call: ScopedCall): InvalidInputError {
  const ids = "at least one of userId, agentId, appId, runId";
  if (call !== "search" && call !== "getAll") {
    const orAll = call === "export" ? ", or all: true" : "";
    return new InvalidInputError(`keepsake: ${call} needs ${ids}, as plain ids${orAll}.`);
  }
  return new InvalidInputError(
    `keepsake: ${call} needs a scope: ${ids}, top-level or in filters; ` +
      'there also as a list, in an OR of which every branch has one, or as "*" for all that have the id.',
  );
}

/** True where what has none of the ids is left out. */
function isBound({ scopeFilter }: Query): boolean {
  return scopeFilter !== null && !compileScopeFilter(scopeFilter)({});
}

/**
 * One scope, plainly named, in `filters` or beside them.
 * @throws {InvalidInputError} where no id is given, two spellings of one contradict each other, or filters ask for more:
 *   what a filter would leave out must not be taken because it was not read
 */
export function toScope(options: object | null | undefined, call: ScopedCall): Scope {
  const { scope, scopeFilter, filter } = toQuery(options, call);
  if (filter === null && scopeFilter === null) return scope;
  throw new InvalidInputError(
    `keepsake: ${call} takes a whole scope and no filter: plain ids, no list, no "*", no OR and no NOT.`,
  );
}

function scopeIdOf(key: string): ScopeId | undefined {
  if (Object.hasOwn(SNAKE_CASE_IDS, key)) return SNAKE_CASE_IDS[key];
  return SCOPE_IDS.find((id) => id === key);
}

function setId(scope: Scope, id: ScopeId, value: string): void {
  if (scope[id] !== undefined && scope[id] !== value) {
    throw new InvalidInputError(`keepsake: ${id} is given twice with different values.`);
  }
  scope[id] = value;
}

function toId(value: unknown, key: string): string {
  if (typeof value !== "string" && typeof value !== "number") {
    throw new InvalidInputError(`keepsake: ${key} must be a string.`);
  }
  const id = String(value).trim().toWellFormed();
  if (id === "") throw new InvalidInputError(`keepsake: ${key} must not be empty.`);
  if (id === "*") {
    throw new InvalidInputError(
      `keepsake: ${key} "*" means every one, which only filters of search and getAll take: filters: { ${key}: "*" }.`,
    );
  }
  if (/\s/u.test(id)) throw new InvalidInputError(`keepsake: ${key} must not contain white space.`);
  if (id.length > MAX_ID_LENGTH) {
    throw new InvalidInputError(`keepsake: ${key} must be at most ${MAX_ID_LENGTH} characters long.`);
  }
  return id;
}

/** Keys that name an identity: as metadata they could be mistaken for a scope, so they are dropped. */
const IDENTITY_KEYS = new Set([...SCOPE_IDS, ...Object.keys(SNAKE_CASE_IDS), "actorId", "actor_id"]);

/** A copy of the metadata as plain JSON, without identity keys. */
export function toMetadata(input: unknown): JSONObject {
  if (input === undefined || input === null) return {};
  const copy = toPlainJSON(input, "metadata", METADATA);
  if (typeof copy !== "object" || copy === null || Array.isArray(copy)) {
    throw new InvalidInputError("keepsake: metadata must be an object.");
  }
  if (JSON.stringify(copy).length > MAX_METADATA_LENGTH) {
    throw new InvalidInputError(`keepsake: metadata must be at most ${MAX_METADATA_LENGTH} characters long, as JSON.`);
  }
  return Object.fromEntries(Object.entries(copy).filter(([key]) => !IDENTITY_KEYS.has(key)));
}

const METADATA: PlainJSON = {
  maxDepth: MAX_METADATA_DEPTH,
  refuse: (path, what) => {
    throw new InvalidInputError(`keepsake: ${path} ${what}.`);
  },
};

/** mem0's default. */
const DEFAULT_TOP_K = 20;

export function toTopK(value: unknown): number {
  if (value === undefined) return DEFAULT_TOP_K;
  if (typeof value === "number" && Number.isInteger(value) && value >= 0) return value;
  throw new InvalidInputError("keepsake: topK must be a non-negative integer.");
}

export function toThreshold(value: unknown): number {
  if (value === undefined) return 0;
  if (typeof value === "number" && value >= 0 && value <= 1) return value;
  throw new InvalidInputError("keepsake: threshold must be a number in [0, 1].");
}

export function toText(value: unknown, what: string): string {
  if (typeof value !== "string" || value.trim() === "") {
    throw new InvalidInputError(`keepsake: ${what} must be a string that is not blank.`);
  }
  if (value.length <= MAX_TEXT_LENGTH) return value.toWellFormed();
  throw new InvalidInputError(`keepsake: ${what} must be at most ${MAX_TEXT_LENGTH} characters long.`);
}

/** The id of a memory or an op, as it was given out. */
export function toGivenId(value: unknown): string {
  if (typeof value === "string") return value;
  throw new InvalidInputError("keepsake: the id must be a string.");
}
