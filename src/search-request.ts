/** What a caller of `search` handed in, as what the engine takes. */
import type { RelationsRequest, SearchRequest } from "./engine/engine.ts";
import type { MemoryOptions, SearchOptions } from "./options.ts";
import { toView } from "./requests.ts";
import { toRerankPlan, type RerankPlan } from "./rerank/options.ts";
import { toQuery, toText, toThreshold, toTopK } from "./validate.ts";

export interface ReadSearch {
  request: SearchRequest;
  /** With `graph`: where to look for relations around what the search will have found. */
  around: Omit<RelationsRequest, "memoryIds"> | null;
  /** With `rerank` or `criteria`: how what was found is to be put in order. */
  rerank: RerankPlan | null;
}

/** @throws {InvalidInputError} */
export function readSearch(query: unknown, options: SearchOptions, memory: MemoryOptions): ReadSearch {
  const shared = { ...toQuery(options, "search"), ...toView(options), query: toText(query, "the query") };
  const request = {
    ...shared,
    topK: toTopK(options.topK ?? options.top_k ?? options.limit),
    threshold: toThreshold(options.threshold),
    ...(options.explain === true && { explain: true }),
    ...(options.graph === true && { graph: true }),
  };
  const rerank = toRerankPlan(options, memory, request.topK);
  return { request, around: options.graph === true ? shared : null, rerank };
}
