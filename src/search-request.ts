/** What a caller of `search` handed in, as what the engine takes. */
import type { MessageSearchRequest, RelationsRequest, SearchRequest } from "./engine/engine.ts";
import { InvalidInputError } from "./errors.ts";
import { toContextMessages, toIncluded } from "./include-options.ts";
import type { MemoryOptions, SearchOptions } from "./options.ts";
import { toView } from "./requests.ts";
import { toRerankPlan, type RerankPlan } from "./rerank/options.ts";
import { toQuery, toText, toThreshold, toTopK } from "./validate.ts";

export interface ReadSearch {
  /** Null where memories are not asked for. */
  request: SearchRequest | null;
  /** Null where kept messages are not asked for. */
  messages: MessageSearchRequest | null;
  /** With `graph`: where to look for relations around what the search will have found. */
  around: Omit<RelationsRequest, "memoryIds"> | null;
  /** With `rerank` or `criteria`: how what was found is to be put in order. */
  rerank: RerankPlan | null;
}

/** @throws {InvalidInputError} */
export function readSearch(query: unknown, options: SearchOptions, memory: MemoryOptions): ReadSearch {
  const shared = { ...toQuery(options, "search"), ...toView(options), query: toText(query, "the query") };
  const ranked = {
    ...shared,
    topK: toTopK(options.topK ?? options.top_k ?? options.limit),
    threshold: toThreshold(options.threshold),
    ...(options.explain === true && { explain: true }),
  };
  const { showExpired: _, ...forMessages } = { ...ranked, contextMessages: toContextMessages(options) };
  const included = toIncluded(options);
  const rerank = toRerankPlan(options, memory, ranked.topK);
  if (rerank && !included.memories) {
    throw new InvalidInputError("keepsake: rerank and criteria put memories in order. Include memories, or drop them.");
  }
  return {
    request: included.memories ? { ...ranked, ...(options.graph === true && { graph: true }) } : null,
    messages: included.messages ? forMessages : null,
    around: options.graph === true ? shared : null,
    rerank,
  };
}
