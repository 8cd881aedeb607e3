/**
 * The scopes that a filter asks for. Reads go by scopes first (INV-8): what a filter says of scope ids is told apart
 * from the rest, and chooses the scopes before any memory of them is looked at.
 */
import type { Filter } from "../filter-types.ts";
import { SCOPE_IDS } from "../scope.ts";
import type { Scope } from "../types.ts";
import { camelCase, entriesOf, idAsText, isObject, listOf, unspent, type Spent } from "./filter-walk.ts";

/** A filter without the ids that choose the scope. */
export interface SplitFilter {
  scope: Scope;
  /** What is left; null where nothing is. */
  rest: Filter | null;
}

/**
 * Takes the scope ids out of a filter: those that must hold in any case, at the top or in `AND`s of the top, given as
 * a string, a number or `{ eq: "…" }`. All others (in `OR`, `NOT`, lists, `"*"`, or a second value for the same id) stay in
 * `rest`: both together mean what the filter meant. The ids are as given, neither trimmed nor checked.
 * @throws {InvalidInputError} invalid_input, when it is not a filter; the rest is checked by {@link compileFilter}
 */
export function splitScope(filter: Filter): SplitFilter {
  const scope: Scope = {};
  return { rest: withoutScope(filter, scope, 1, unspent()), scope };
}

function withoutScope(filter: unknown, scope: Scope, depth: number, spent: Spent): Filter | null {
  const kept = entriesOf(filter, depth, spent).flatMap(([key, value]): [string, unknown][] => {
    if (key !== "AND" || !Array.isArray(value)) return takeId(key, value, scope) ? [] : [[key, value]];
    const inner = value.map((one) => withoutScope(one, scope, depth + 1, spent)).filter((one) => one !== null);
    return inner.length === 0 ? [] : [[key, inner]];
  });
  // fromEntries defines properties: a key "__proto__" stays a key.
  return kept.length === 0 ? null : (Object.fromEntries(kept) as Filter);
}

function takeId(key: string, value: unknown, scope: Scope): boolean {
  const name = SCOPE_IDS.find((one) => one === camelCase(key));
  const id = idAsText(isObject(value) && Object.keys(value).length === 1 ? value["eq"] : value);
  if (name === undefined || typeof id !== "string" || id === "*") return false;
  scope[name] ??= id;
  return scope[name] === id;
}

/** What a filter asks of the scope of a memory, and what of the memory. */
export interface ScopePart {
  /** Holds for every scope that a memory which passes may lie in; null where any may. */
  scopeFilter: Filter | null;
  /** What is left to be asked of each memory; null where nothing is. */
  filter: Filter | null;
}

/**
 * Conditions on scope ids, wherever they stand, make the scope filter; of everything else it supposes that it may
 * hold. A filter of nothing but such conditions is one, and is not asked again.
 * @throws {InvalidInputError} invalid_input, when it is not a filter; the conditions are checked by `compileFilter`
 */
export function scopePartOf(filter: Filter): ScopePart {
  const part = supposed(filter, true, 1, unspent());
  if (Object.keys(part).length === 0) return { scopeFilter: null, filter };
  return { scopeFilter: part, filter: isAboutScopes(filter) ? null : filter };
}

/** Holds for no memory. */
const NOTHING: Filter = { OR: [] };

/** @param holds what is supposed of conditions that are not on a scope id: within `NOT` it is the opposite */
function supposed(filter: unknown, holds: boolean, depth: number, spent: Spent): Filter {
  const entries = entriesOf(filter, depth, spent);
  if (!holds && entries.some(([key]) => !isLogic(key) && !isScopeId(key))) return NOTHING;
  const kept = entries.flatMap(([key, value]): [string, unknown][] => {
    if (!isLogic(key)) return isScopeId(key) ? [[key, value]] : [];
    const within = key === "NOT" ? !holds : holds;
    const inner = listOf(key, value).map((one) => supposed(one, within, depth + 1, spent));
    return isVain(key, inner) ? [] : [[key, inner]];
  });
  return Object.fromEntries(kept) as Filter;
}

/** True where it holds whatever the scope. */
function isVain(key: string, inner: Filter[]): boolean {
  if (key === "AND") return inner.every((one) => Object.keys(one).length === 0);
  if (key === "OR") return inner.some((one) => Object.keys(one).length === 0);
  return inner.every((one) => one === NOTHING);
}

/** Of a filter that was walked before. */
function isAboutScopes(filter: Filter): boolean {
  return Object.entries(filter).every(([key, value]) => {
    if (!isLogic(key)) return isScopeId(key);
    return listOf(key, value).every((inner) => isAboutScopes(inner as Filter));
  });
}

function isLogic(key: string): boolean {
  return key === "AND" || key === "OR" || key === "NOT";
}

function isScopeId(key: string): boolean {
  return SCOPE_IDS.some((id) => id === camelCase(key));
}
