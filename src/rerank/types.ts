/** What reranking takes and tells, as an app sees it. */
import type { ErrorCode } from "../errors.ts";

export interface RerankerRequest {
  query: string;
  /** Texts of memories, in the order of the search; at least one. */
  documents: string[];
  /** Aborted when the caller aborts or the time is up; stop work then. */
  signal: AbortSignal;
}

/**
 * A reranker of the app's: one finite score per document, in the order of the documents. Higher is better, on any
 * scale. It may throw anything: the results then stay in the order of the search, and the answer says so.
 */
export type Reranker = (request: RerankerRequest) => Promise<readonly number[]>;

export interface RerankOptions {
  /**
   * How many of the best results are looked at, 1 to 200; those behind them stay there, in their order.
   * @default 30, or `topK` where that is more
   */
  topN?: number;
  /** How long it may take, in ms. @default `llmTimeoutMs` for the LLM, else 10000 */
  timeoutMs?: number;
}

/** One thing that matters for the order, in words. */
export interface Criterion {
  /** Short and unique, such as "joy". */
  name: string;
  /** What speaks for a memory, such as "how happy the user is about it". */
  description: string;
  /** Above 0; the score of the search weighs 1. @default 1 */
  weight?: number;
}

/** What became of the reranking that a search asked for. */
export interface RerankOutcome {
  by: "model" | "callback" | "llm";
  /** False: the results are in the order of the search, as without it. */
  applied: boolean;
  /** Why not. */
  error?: { code: ErrorCode; message: string };
}
