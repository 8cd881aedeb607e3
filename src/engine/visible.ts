/** Which memories `search` and `getAll` show. */
import type { ISODate, MemoryRecord } from "../types.ts";

/**
 * A deleted memory never; one with an expiration date up to that day in UTC, the day itself included.
 * @param nowIso the instant that is asked about: now, or where time travel went to
 * @param showExpired also those whose day is over
 */
export function isVisible(record: MemoryRecord, nowIso: ISODate, showExpired: boolean): boolean {
  if (record.deletedAt !== undefined) return false;
  return showExpired || record.expirationDate === undefined || nowIso.slice(0, 10) <= record.expirationDate;
}
