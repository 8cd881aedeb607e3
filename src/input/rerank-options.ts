/** What a caller of `search` wants of reranking, checked. */
import { checkNames } from "./check-names.ts";
import { ifGiven, toWhole } from "./checks.ts";
import { isPlainObject } from "./copy.ts";
import { InvalidInputError } from "../errors.ts";
import type { MemoryOptions, SearchOptions } from "../options.ts";
import { DEFAULT_LLM_TIMEOUT_MS } from "../llm-types.ts";
import { MAX_TIMEOUT_MS } from "../within-time.ts";
import type { Criterion } from "../rerank/types.ts";

const DEFAULT_TOP_N = 30;
/** Candidates that may be looked at: beyond, a model on the device takes seconds, and an LLM loses count. */
const MAX_TOP_N = 200;
const DEFAULT_TIMEOUT_MS = 10_000;

const MAX_CRITERIA = 10;
const MAX_NAME_LENGTH = 100;
const MAX_DESCRIPTION_LENGTH = 1_000;

/** How the best of a search are to be put in order. */
export interface RerankPlan {
  topN: number;
  timeoutMs: number;
  /** By the LLM and these; null: by the reranker. */
  criteria: Required<Criterion>[] | null;
}

/**
 * @returns null where nobody asked for it
 * @throws {InvalidInputError}
 */
export function toRerankPlan(
  { rerank = false, criteria = [] }: Pick<SearchOptions, "rerank" | "criteria">,
  { llm, llmTimeoutMs = DEFAULT_LLM_TIMEOUT_MS, reranker }: Pick<MemoryOptions, "llm" | "llmTimeoutMs" | "reranker">,
  topK: number,
): RerankPlan | null {
  if (typeof rerank !== "boolean" && !isPlainObject(rerank)) {
    throw new InvalidInputError("keepsake: rerank must be true, false, or { topN, timeoutMs }.");
  }
  checkNames(Object(rerank) as object, ["topN", "timeoutMs"], "rerank has no option");
  const checked = toCriteria(criteria);
  if (rerank === false && checked.length === 0) return null;
  if (checked.length > 0 && !llm) {
    throw new InvalidInputError("keepsake: criteria are judged by an `llm`. Configure one.");
  }
  const { topN, timeoutMs } = typeof rerank === "boolean" ? {} : rerank;
  const byLLM = checked.length > 0 || reranker === "llm";
  return {
    topN:
      ifGiven(topN, (n) => toWhole(n, "rerank.topN", 1, MAX_TOP_N)) ??
      Math.min(MAX_TOP_N, Math.max(DEFAULT_TOP_N, topK)),
    timeoutMs:
      ifGiven(timeoutMs, (ms) => toWhole(ms, "rerank.timeoutMs", 1, MAX_TIMEOUT_MS)) ??
      (byLLM ? llmTimeoutMs : DEFAULT_TIMEOUT_MS),
    criteria: checked.length > 0 ? checked : null,
  };
}

function toCriteria(given: unknown): Required<Criterion>[] {
  if (!Array.isArray(given) || given.length > MAX_CRITERIA) {
    throw new InvalidInputError(`keepsake: criteria must be a list of at most ${MAX_CRITERIA}.`);
  }
  const criteria = Array.from(given, toCriterion);
  if (new Set(criteria.map(({ name }) => name)).size < criteria.length) {
    throw new InvalidInputError("keepsake: two criteria have the same name.");
  }
  return criteria;
}

function toCriterion(given: unknown, index: number): Required<Criterion> {
  const { name, description, weight = 1 } = (given ?? {}) as Partial<Record<keyof Criterion, unknown>>;
  checkNames(Object(given) as object, ["name", "description", "weight"], `criteria[${index}] has no field`);
  const which = `keepsake: criteria[${index}]`;
  if (!isWords(name, MAX_NAME_LENGTH) || !isWords(description, MAX_DESCRIPTION_LENGTH)) {
    throw new InvalidInputError(
      `${which} needs a name of at most ${MAX_NAME_LENGTH} and a description of at most ${MAX_DESCRIPTION_LENGTH} characters.`,
    );
  }
  if (typeof weight !== "number" || !(weight > 0) || weight === Infinity) {
    throw new InvalidInputError(`${which}: weight must be a number above 0.`);
  }
  return { name: name.trim(), description: description.trim(), weight };
}

function isWords(value: unknown, maxLength: number): value is string {
  return typeof value === "string" && value.trim() !== "" && value.length <= maxLength;
}
