/** Which memories `search` and `getAll` show. */
import type { ISODate, MemoryRecord } from "../types.ts";
import type { ScopeView } from "./scope-view.ts";

/**
 * A deleted memory never; one with an expiration date up to that day in UTC, the day itself included.
 * @param nowIso the instant that is asked about: now, or where time travel went to
 * @param showExpired also those whose day is over
 */
export function isVisible(
  record: Pick<MemoryRecord, "deletedAt" | "expirationDate">,
  nowIso: ISODate,
  showExpired: boolean,
): boolean {
  if (record.deletedAt !== undefined) return false;
  return showExpired || record.expirationDate === undefined || nowIso.slice(0, 10) <= record.expirationDate;
}

/** Labels of a view's visible memories; null where all are. */
export function visibleLabels(view: ScopeView, nowIso: ISODate, showExpired: boolean): number[] | null {
  if (showExpired || !view.hasExpiring) return null;
  const visible = [...view.rows()].flatMap(([label, row]) => (isVisible(row, nowIso, false) ? [label] : []));
  return visible.length < view.size ? visible : null;
}
