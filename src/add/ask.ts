/** One question to the app's LLM: asked, read, re-asked once with what was wrong, or a typed error. */
import { LLMError, LLMOutputError, type Stage } from "../errors.ts";
import type { JSONSchema, LLM, LLMPurpose, LLMRequest, TraceStage } from "../types.ts";
import { withinTime } from "../within-time.ts";
import { parseReply, ReplyProblem } from "./parse-reply.ts";
import type { Run } from "./ports.ts";
import { reaskMessages } from "./prompts/reask.ts";
import { estimateTokens } from "./trace.ts";

export interface Question<T> {
  purpose: Exclude<LLMPurpose, "rerank">;
  messages: LLMRequest["messages"];
  schema: JSONSchema;
  /** Turns the parsed reply into data. @throws {ReplyProblem} */
  validate: (value: unknown) => T;
}

type Attempts = Extract<TraceStage, { stage: "ask" }>["attempts"];

/**
 * At most two calls: the question, and once more with what was wrong with the reply. A reply that cannot
 * be used is never taken for "nothing to remember".
 * @throws {LLMError} llm_failed, llm_timeout; {LLMOutputError} llm_output; the signal's reason on abort
 */
export async function ask<T>(run: Run, question: Question<T>): Promise<T> {
  const attempts: Attempts = [];
  try {
    const first = await attempt(run, question, question.messages, attempts);
    if ("value" in first) return first.value;
    const again = reaskMessages(question.messages, first.reply, first.problem);
    const second = await attempt(run, question, again, attempts);
    if ("value" in second) return second.value;
    const { purpose } = question;
    const message = `keepsake: the LLM's ${purpose} reply could not be used, twice: ${second.problem.message}. ${consequence(purpose)}`;
    throw new LLMOutputError(message, second.reply, { stage: stageOf(purpose), cause: second.problem });
  } finally {
    run.trace.add({ stage: "ask", purpose: question.purpose, attempts });
  }
}

async function attempt<T>(
  run: Run,
  question: Question<T>,
  messages: LLMRequest["messages"],
  attempts: Attempts,
): Promise<{ value: T } | { reply: string; problem: ReplyProblem }> {
  const started = run.runtime.now();
  const reply = await call(run, question, messages);
  const tokens = estimateTokens(messages.map((m) => m.content).join("\n") + reply);
  const noted = { messages, reply, ms: run.runtime.now() - started, tokens };
  try {
    const value = parseReply(reply, question.validate);
    attempts.push(noted);
    return { value };
  } catch (problem) {
    if (!(problem instanceof ReplyProblem)) throw problem;
    attempts.push({ ...noted, problem: problem.message });
    return { reply, problem };
  }
}

/** Who asks. */
export interface Asker {
  llm: LLM | null;
  /** How long the call may take, in ms. */
  llmTimeoutMs: number;
  signal: AbortSignal | undefined;
  /** The op that asks, where one does. */
  opId?: string;
}

/** One call within its time. @throws {LLMError}; the signal's reason on abort */
export async function call(
  { llm, llmTimeoutMs, signal, opId }: Asker,
  { purpose, schema }: { purpose: LLMPurpose; schema: JSONSchema },
  messages: LLMRequest["messages"],
): Promise<string> {
  const stage = stageOf(purpose);
  if (!llm) throw new LLMError("llm_failed", "keepsake: no LLM is configured.", { stage });
  const request = { purpose, messages, schema, ...(opId !== undefined && { opId }) };
  const onTimeout = (): LLMError => timedOut(llmTimeoutMs, purpose);
  try {
    const reply: unknown = await withinTime((limit) => llm({ ...request, signal: limit }), {
      timeoutMs: llmTimeoutMs,
      onTimeout,
      signal,
    });
    if (typeof reply === "string") return reply;
    throw notText(reply, purpose);
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    throw failed(cause, purpose);
  }
}

function stageOf(purpose: LLMPurpose): Stage {
  if (purpose === "rerank") return "search";
  return purpose === "extract" || purpose === "describe" ? "extract" : "resolve";
}

/** What becomes of the work that the call was for. */
function consequence(purpose: LLMPurpose): string {
  if (purpose === "rerank") return "The results are in the order of the search.";
  if (purpose === "merge" || purpose === "summarize") return "Nothing was changed; call consolidate() again.";
  return "The op stays pending; flush() tries again.";
}

function timedOut(timeoutMs: number, purpose: LLMPurpose): LLMError {
  const message = `keepsake: the LLM did not answer within ${timeoutMs} ms (llmTimeoutMs). ${consequence(purpose)}`;
  return new LLMError("llm_timeout", message, { stage: stageOf(purpose) });
}

/** It would return the same again. */
function notText(reply: unknown, purpose: LLMPurpose): LLMError {
  const message =
    "keepsake: llm must return the reply text (a string), such as response.choices[0].message.content; " +
    `it returned ${reply === null ? "null" : typeof reply}. ${consequence(purpose)}`;
  return new LLMError("llm_failed", message, { stage: stageOf(purpose), retryable: false });
}

function failed(cause: unknown, purpose: LLMPurpose): LLMError {
  if (cause instanceof LLMError) return cause;
  const said = cause instanceof Error ? cause.message : String(cause);
  // As the SDKs have it on their errors. A key is wrong until somebody mends it.
  const { status } = Object(cause) as { status?: unknown };
  return new LLMError("llm_failed", `keepsake: the LLM callback threw (${said}). ${consequence(purpose)}`, {
    stage: stageOf(purpose),
    retryable: status !== 401 && status !== 403,
    cause,
  });
}
