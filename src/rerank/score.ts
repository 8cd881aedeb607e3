/** Who scores what a search found: a function of the app's, the app's LLM, or a cross-encoder in the engine. */
import { call } from "../add/ask.ts";
import { parseReply, ReplyProblem } from "../add/parse-reply.ts";
import type { Engine } from "../engine/engine.ts";
import { KeepsakeError, LLMOutputError } from "../errors.ts";
import type { TransformersOptions } from "../info.ts";
import type { LLM, SearchResult } from "../types.ts";
import { rerankerTimeout } from "./timeout.ts";
import { withinTime } from "../within-time.ts";
import type { RerankPlan } from "../input/rerank-options.ts";
import { RELEVANCE, rerankMessages } from "./prompt.ts";
import { RERANK_SCHEMA, validateScores } from "./reply.ts";
import type { Criterion, Reranker } from "./types.ts";

/** What is to be scored, and how long that may take. */
export interface Task {
  query: string;
  /** In the order of the search. */
  found: readonly SearchResult[];
  timeoutMs: number;
  signal: AbortSignal | undefined;
}

/** One score per memory found, in their order; finite, higher is better. Rejects where that cannot be had. */
export type Score = (task: Task) => Promise<readonly number[]>;

export function byCallback(reranker: Reranker): Score {
  return async (task) => {
    const documents = textsOf(task);
    const scores = await withinTime((signal) => reranker({ query: task.query, documents, signal }), limitOf(task));
    if (Array.isArray(scores) && scores.length === task.found.length && scores.every(Number.isFinite)) return scores;
    throw failed(`the reranker must return ${task.found.length} finite numbers, one per document`);
  };
}

/** @param model null: there is none to be had */
export function byModel(engine: Engine, model: TransformersOptions | null): Score {
  return async (task) => {
    if (model === null) throw noModel();
    const request = { query: task.query, documents: textsOf(task), model, timeoutMs: task.timeoutMs };
    return withinTime(() => engine.rerank(request), limitOf(task));
  };
}

/** Relevance as the LLM sees it, or the mean of the search's score (weight 1) and of the criteria by their weights. */
export function byLLM(llm: LLM | null, criteria: RerankPlan["criteria"]): Score {
  return async (task) => {
    if (criteria === null) return (await judge(llm, task, [RELEVANCE])).map(([relevance]) => relevance!);
    const judged = await judge(llm, task, criteria);
    const weights = criteria.map(({ weight }) => weight);
    return judged.map((scores, i) => weightedMean([task.found[i]!.score, ...scores], [1, ...weights]));
  };
}

/** One call, with no second one for a reply that cannot be used: somebody waits for the search. */
async function judge(llm: LLM | null, task: Task, criteria: readonly Criterion[]): Promise<number[][]> {
  const { query, timeoutMs: llmTimeoutMs, signal } = task;
  const documents = textsOf(task);
  const messages = rerankMessages({ query, documents, criteria });
  const reply = await call({ llm, llmTimeoutMs, signal }, { purpose: "rerank", schema: RERANK_SCHEMA }, messages);
  const bounds = { documents: documents.length, criteria: criteria.length };
  try {
    return parseReply(reply, (value) => validateScores(value, bounds));
  } catch (problem) {
    if (!(problem instanceof ReplyProblem)) throw problem;
    const message = `keepsake: the LLM's rerank reply could not be used: ${problem.message}. The results are in the order of the search.`;
    throw new LLMOutputError(message, reply, { stage: "search", cause: problem });
  }
}

function weightedMean(values: number[], weights: number[]): number {
  // Weights may be as great as numbers are: their sum must stay one.
  const greatest = Math.max(...weights);
  const parts = weights.map((weight) => weight / greatest);
  const sum = values.reduce((total, value, i) => total + value * parts[i]!, 0);
  return sum / parts.reduce((total, part) => total + part, 0);
}

function textsOf({ found }: Task): string[] {
  return found.map(({ memory }) => memory);
}

function limitOf({ timeoutMs, signal }: Task) {
  return { timeoutMs, onTimeout: () => rerankerTimeout(timeoutMs), signal };
}

function noModel(): KeepsakeError {
  const message =
    'keepsake: with embedder: "hashing" nothing is downloaded unless it is named. Name a reranker: { model }, a function or "llm". The results are in the order of the search.';
  return new KeepsakeError("reranker_unavailable", message, { stage: "search" });
}

/** @param what was wrong, as a sentence without its end */
export function failed(what: string, cause?: unknown): KeepsakeError {
  const message = `keepsake: ${what}. The results are in the order of the search.`;
  return new KeepsakeError("reranker_failed", message, { stage: "search", cause });
}
