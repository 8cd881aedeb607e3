/** Which scopes a read is about: the one place where that is decided (INV-8). */
import { carries } from "../scope.ts";
import type { Filter } from "../filter-types.ts";
import { compileFilter, compileScopeFilter } from "../search/filter.ts";
import type { ReadTx } from "../store/store.ts";
import type { MemoryRecord, Scope } from "../types.ts";
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

/** Live records of all scopes that are asked for. */
export async function recordsOf(tx: ReadTx, asked: Selection): Promise<MemoryRecord[]> {
  const records: MemoryRecord[] = [];
  const isAsked = selects(asked);
  for (const { scopeKey, scope } of await tx.getAll("scopes")) {
    if (!isAsked(scope)) continue;
    const all = await tx.getAll("memories", { index: "scope", prefix: [scopeKey] });
    records.push(...all.filter((record) => !record.deletedAt));
  }
  return records;
}
