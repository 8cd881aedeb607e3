/** Which scopes a read is about: the one place where that is decided (INV-8). */
import { carries } from "../scope.ts";
import type { Filter } from "../filter-types.ts";
import { compileFilter, compileScopeFilter } from "../search/filter.ts";
import type { Scope } from "../types.ts";
import type { Selection } from "./engine.ts";

/** @throws {InvalidInputError} for a filter that is none */
export function selects({ scope, scopeFilter }: Selection): (candidate: Scope) => boolean {
  const accepts = scopeFilter ? compileScopeFilter(scopeFilter) : () => true;
  return (candidate) => carries(candidate, scope) && accepts(candidate);
}

/**
 * A wrong filter is wrong over no memories, too.
 * @throws {InvalidInputError}
 */
export function checkFilter(filter: Filter | null): void {
  if (filter) compileFilter(filter);
}
