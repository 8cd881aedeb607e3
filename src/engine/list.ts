/** List: memories by when they were created, page by page. */
import { compileFilter } from "../search/filter.ts";
import type { ISODate, MemoryRecord } from "../types.ts";
import type { ListRequest } from "./engine.ts";
import { toItem } from "./item.ts";
import type { ListPage, ListPlace } from "./results.ts";
import { isVisible } from "./visible.ts";

/**
 * Newest created first; of one moment, the last written first. That order does not move: a page is where it was whatever
 * is updated meanwhile.
 * @param records of which each page is made anew
 * @param nowIso what expiration dates are compared with
 */
export function list(records: readonly MemoryRecord[], request: ListRequest, nowIso: ISODate): ListPage {
  const { filter, topK, before, showExpired = false } = request;
  const accepts = filter ? compileFilter(filter) : () => true;
  const found = records
    .filter((record) => isVisible(record, nowIso, showExpired) && accepts(record))
    .map((record) => ({ record, place: placeOf(record) }))
    .filter(({ place }) => before === undefined || newestFirst(before, place) < 0)
    .sort((a, b) => newestFirst(a.place, b.place));
  const page = topK === null ? found : found.slice(0, topK);
  const last = page.length < found.length ? page.at(-1) : undefined;
  return { results: page.map(({ record }) => toItem(record)), next: last?.place ?? null };
}

function placeOf({ createdAt, createdSeq }: MemoryRecord): ListPlace {
  return { createdAt: Date.parse(createdAt), createdSeq };
}

function newestFirst(a: ListPlace, b: ListPlace): number {
  return b.createdAt - a.createdAt || b.createdSeq - a.createdSeq;
}
