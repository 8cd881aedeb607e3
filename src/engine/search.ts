/** Search and list over views: filter first, then rank. */
import { compileFilter } from "../search/filter.ts";
import { fuse } from "../search/fuse.ts";
import { searchKeywords } from "../search/keyword-index.ts";
import type { Filter, MemoryItem, MemoryRecord, SearchResult } from "../types.ts";
import type { SearchRequest } from "./engine.ts";
import { toItem } from "./item.ts";
import type { ScopeView } from "./scope-view.ts";

/** Candidates per signal and result: one that is fifth by meaning and fifth by words may be the best of all. */
const CANDIDATES_PER_RESULT = 3;
const MIN_CANDIDATES = 50;

/** @param vector of the query, in the space of the views */
export function search(
  views: ScopeView[],
  request: Omit<SearchRequest, "scope">,
  vector: Float32Array,
  kind: "semantic" | "lexical",
): SearchResult[] {
  const { query, topK, threshold, filter } = request;
  if (topK === 0) return [];
  const count = Math.max(MIN_CANDIDATES, topK * CANDIDATES_PER_RESULT);
  const allowed = views.map((view) => allowedLabels(view, filter));
  const key = (index: number, label: number): string => `${index}:${label}`;
  const byWords = searchKeywords(
    views.map((view) => view.keywords),
    query,
    {
      topK: count,
      allowed: allowed.map((labels) => labels && new Set(labels)),
    },
  );
  const byMeaning = views.flatMap((view, index) => {
    const found = view.vectors.search(vector, count, allowed[index] ?? undefined);
    // What only words found has a similarity too: a missing one would count as none.
    const rest = byWords.filter((hit) => hit.index === index).map((hit) => hit.label);
    const similarities = view.vectors.similarities(vector, rest);
    for (const { label, similarity } of found) similarities.set(label, similarity);
    return [...similarities].map(([label, similarity]) => ({ key: key(index, label), similarity }));
  });
  const keyword = byWords.map((hit) => ({ key: key(hit.index, hit.label), coverage: hit.coverage }));
  return fuse({ kind, vector: byMeaning, keyword })
    .filter(({ score }) => score >= threshold)
    .map(({ key: found, score }) => {
      const [index, label] = found.split(":").map(Number) as [number, number];
      return { score, record: views[index]!.at(label) };
    })
    .sort((a, b) => b.score - a.score || b.record.seq - a.record.seq)
    .slice(0, topK)
    .map(({ score, record }) => ({ ...toItem(record), score }));
}

/** Newest first, by `seq`. */
export function list(records: MemoryRecord[], filter: Filter | null, topK: number | null): MemoryItem[] {
  const accepts = filter ? compileFilter(filter) : () => true;
  const sorted = records.filter((record) => !record.deletedAt && accepts(record)).sort((a, b) => b.seq - a.seq);
  return (topK === null ? sorted : sorted.slice(0, topK)).map(toItem);
}

/** Labels that pass the filter; null where there is none to pass. */
function allowedLabels(view: ScopeView, filter: Filter | null): number[] | null {
  if (!filter) return null;
  const accepts = compileFilter(filter);
  return [...view.entries()].flatMap(([label, record]) => (accepts(record) ? [label] : []));
}
