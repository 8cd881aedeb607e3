/** List: memories in the order in which they were created, page by page. */
import { compileFilter } from "../search/filter.ts";
import type { ISODate, MemoryRecord } from "../types.ts";
import type { ListRequest } from "./engine.ts";
import { toItem } from "./item.ts";
import type { ListPage } from "./results.ts";
import { isVisible } from "./visible.ts";

/**
 * Newest created first. That order does not move: a page is where it was whatever is updated meanwhile.
 * @param nowIso what expiration dates are compared with
 */
export function list(records: readonly MemoryRecord[], request: ListRequest, nowIso: ISODate): ListPage {
  const { filter, topK, before, showExpired = false } = request;
  const accepts = filter ? compileFilter(filter) : () => true;
  const found = records
    .filter((record) => before === undefined || record.createdSeq < before)
    .filter((record) => isVisible(record, nowIso, showExpired) && accepts(record))
    .sort((a, b) => b.createdSeq - a.createdSeq);
  const page = topK === null ? found : found.slice(0, topK);
  const last = page.length < found.length ? page.at(-1) : undefined;
  return { results: page.map(toItem), next: last?.createdSeq ?? null };
}
