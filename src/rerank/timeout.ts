/** What a reranking is given up with when its time is over, told the same by both sides of the engine. */
import { KeepsakeError } from "../errors.ts";

export function rerankerTimeout(timeoutMs: number): KeepsakeError {
  const message = `keepsake: the reranker did not answer within ${timeoutMs} ms (rerank.timeoutMs). The results are in the order of the search.`;
  return new KeepsakeError("reranker_timeout", message, { stage: "search", retryable: true });
}
