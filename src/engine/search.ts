/** Search over memories: filter first, then rank. */
import { compileFilter } from "../search/filter.ts";
import type { QueryWords } from "../search/query-words.ts";
import { hashStatement } from "../text/statement.ts";
import type { ReadTx } from "../store/store.ts";
import type { ISODate, SearchResult } from "../types.ts";
import type { SearchRequest } from "./engine.ts";
import { toItem } from "./item.ts";
import { rank, type TimeSignal } from "./rank.ts";
import type { ScopeView } from "./scope-view.ts";
import { isVisible, visibleLabels } from "./visible.ts";

/** What a search goes by beside its request. */
export interface SearchBasis {
  /** Of the embedder that made the vector. */
  kind: "semantic" | "lexical";
  /** How the words of the query are read. */
  words: QueryWords;
  /** What expiration dates are compared with. */
  nowIso: ISODate;
  /** With the graph: ids of memories that are tied to an entity the query names. */
  about: ReadonlyMap<string, number> | null;
  /** Where the query says something about time. @default null */
  time?: TimeSignal<ScopeView> | null;
}

/**
 * Ranks by what is in memory, and reads the records of what it found: of the others only where a filter asks for them.
 * @param vector of the query, in the space of the views
 * @param tx in which the views were brought up to date
 */
export async function search(
  views: ScopeView[],
  request: Omit<SearchRequest, "scope">,
  vector: Float32Array,
  basis: SearchBasis,
  tx: ReadTx,
): Promise<SearchResult[]> {
  if (request.topK === 0) return [];
  const { nowIso, about, ...rest } = basis;
  const allowed: (number[] | null)[] = [];
  for (const view of views) allowed.push(await allowedLabels(view, request, nowIso, tx));
  const hash = hashStatement(request.query);
  const ranked = rank(views, request, {
    ...rest,
    vector,
    allowed,
    isExact: (view, label) => view.rowAt(label).hash === hash,
    isTied: about && ((view, label) => about.has(view.rowAt(label).id)),
    newestFirst: (a, b) => b.view.rowAt(b.label).seq - a.view.rowAt(a.label).seq,
  });
  return Promise.all(
    ranked.map(async ({ view, label, score, parts }) => ({
      ...toItem(await view.recordAt(label, tx)),
      score,
      ...(request.explain && { parts }),
    })),
  );
}

/** Labels that pass the filter and are not hidden; null where all do. */
async function allowedLabels(
  view: ScopeView,
  { filter, showExpired = false }: Pick<SearchRequest, "filter" | "showExpired">,
  nowIso: ISODate,
  tx: ReadTx,
): Promise<number[] | null> {
  if (!filter) return visibleLabels(view, nowIso, showExpired);
  const accepts = compileFilter(filter);
  const allowed: number[] = [];
  for (const [label, record] of await view.records(tx)) {
    if (isVisible(record, nowIso, showExpired) && accepts(record)) allowed.push(label);
  }
  return allowed;
}
