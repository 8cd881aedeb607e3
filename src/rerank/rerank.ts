/**
 * Search with a second look: what the search found first is scored anew and put in that order. Scores of whatever kind
 * move results and do nothing else, and where they cannot be had the order of the search stands, and the answer says so.
 */
import type { Engine, SearchRequest } from "../engine/engine.ts";
import { InvalidInputError, KeepsakeError } from "../errors.ts";
import type { MemoryOptions, SearchAnswer } from "../options.ts";
import type { SearchResult } from "../types.ts";
import { rerankerModel } from "./model.ts";
import type { RerankPlan } from "../input/rerank-options.ts";
import { byCallback, byLLM, byModel, failed, type Score } from "./score.ts";
import type { RerankOutcome } from "./types.ts";

export interface RerankPorts {
  engine: Engine;
  options: Pick<MemoryOptions, "llm" | "reranker" | "embedder">;
  signal: AbortSignal | undefined;
}

/**
 * @param request null: memories are not asked for
 * @param plan null: as the engine has it
 * @throws {InvalidInputError} {EmbedderError}; the signal's reason on abort
 */
export async function searchReranked(
  ports: RerankPorts,
  request: SearchRequest | null,
  plan: RerankPlan | null,
): Promise<Pick<SearchAnswer, "results" | "rerank">> {
  if (request === null) return { results: [] };
  const answer = plan === null ? { results: await ports.engine.search(request) } : await reranked(ports, request, plan);
  const { decay, at } = request;
  if (decay && at === undefined) {
    // A former text is of no use to the one that took its place.
    const used = answer.results.filter(({ superseded }) => !superseded).map(({ id }) => id);
    await ports.engine.noteUse(used, decay.reference);
  }
  return answer;
}

async function reranked(
  ports: RerankPorts,
  request: SearchRequest,
  plan: RerankPlan,
): Promise<Pick<SearchAnswer, "results" | "rerank">> {
  const topK = request.topK === 0 ? 0 : Math.max(request.topK, plan.topN);
  const found = await ports.engine.search({ ...request, topK });
  const { ranked, outcome } = await rerank(ports, request.query, found, plan);
  return { results: ranked.slice(0, request.topK), rerank: outcome };
}

async function rerank(
  { engine, options, signal }: RerankPorts,
  query: string,
  found: SearchResult[],
  { topN, timeoutMs, criteria }: RerankPlan,
): Promise<{ ranked: SearchResult[]; outcome: RerankOutcome }> {
  const { by, score } = scorerOf(engine, options, criteria);
  const best = found.slice(0, topN);
  if (best.length === 0) return { ranked: found, outcome: { by, applied: true } };
  try {
    const scores = await score({ query, found: best, timeoutMs, signal });
    return { ranked: [...inOrder(best, scores), ...found.slice(topN)], outcome: { by, applied: true } };
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (error instanceof InvalidInputError) throw error;
    return { ranked: found, outcome: { by, applied: false, error: errorOf(error) } };
  }
}

function scorerOf(
  engine: Engine,
  { llm, reranker, embedder }: RerankPorts["options"],
  criteria: RerankPlan["criteria"],
): { by: RerankOutcome["by"]; score: Score } {
  if (criteria !== null || reranker === "llm") return { by: "llm", score: byLLM(llm ?? null, criteria) };
  if (typeof reranker === "function") return { by: "callback", score: byCallback(reranker) };
  return { by: "model", score: byModel(engine, rerankerModel(reranker, embedder)) };
}

/** Equal scores stay in the order of the search. */
function inOrder(best: SearchResult[], scores: readonly number[]): SearchResult[] {
  return best
    .map((result, i) => ({ ...result, rerankScore: scores[i]! }))
    .sort((a, b) => b.rerankScore - a.rerankScore);
}

function errorOf(error: unknown): NonNullable<RerankOutcome["error"]> {
  const known = KeepsakeError.isInstance(error) ? error : failed(`the reranker threw (${String(error)})`, error);
  return { code: known.code, message: known.message };
}
