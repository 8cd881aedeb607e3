/** One question to the app's LLM: asked, read, re-asked once with what was wrong, or a typed error. */
import { untilAborted } from "../abort.ts";
import { LLMError, LLMOutputError, type Stage } from "../errors.ts";
import type { JSONSchema, LLMPurpose, LLMRequest, TraceStage } from "../types.ts";
import { parseReply, ReplyProblem } from "./parse-reply.ts";
import type { Run } from "./ports.ts";
import { reaskMessages } from "./prompts/reask.ts";
import { estimateTokens } from "./trace.ts";

export interface Question<T> {
  purpose: Extract<LLMPurpose, "extract" | "resolve" | "describe">;
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
    const message = `keepsake: the LLM's ${question.purpose} reply could not be used, twice: ${second.problem.message}. The op stays pending; flush() tries again.`;
    throw new LLMOutputError(message, second.reply, { stage: stageOf(question.purpose), cause: second.problem });
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

/** One call within its time. @throws {LLMError}; the signal's reason on abort */
export async function call(
  { llm, llmTimeoutMs, signal, opId }: Run,
  { purpose, schema }: Pick<Question<unknown>, "purpose" | "schema">,
  messages: LLMRequest["messages"],
): Promise<string> {
  const stage = stageOf(purpose);
  if (!llm) throw new LLMError("llm_failed", "keepsake: no LLM is configured.", { stage });
  signal?.throwIfAborted();
  const clock = timeLimit(llmTimeoutMs, stage);
  const limit = signal ? AbortSignal.any([signal, clock.signal]) : clock.signal;
  try {
    // The race settles even when the callback ignores its signal.
    const answering = Promise.resolve(llm({ purpose, messages, schema, signal: limit, opId }));
    const reply: unknown = await untilAborted(answering, limit);
    if (typeof reply === "string") return reply;
    throw new TypeError(`the llm callback must return a string, but returned ${typeof reply}`);
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    throw cause === clock.signal.reason ? cause : failed(cause, stage);
  } finally {
    clock.stop();
  }
}

function stageOf(purpose: Question<unknown>["purpose"]): Stage {
  return purpose === "resolve" ? "resolve" : "extract";
}

function timeLimit(timeoutMs: number, stage: Stage): { signal: AbortSignal; stop: () => void } {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    const message = `keepsake: the LLM did not answer within ${timeoutMs} ms (llmTimeoutMs). The op stays pending; flush() tries again.`;
    controller.abort(new LLMError("llm_timeout", message, { stage }));
  }, timeoutMs);
  return { signal: controller.signal, stop: () => clearTimeout(timer) };
}

function failed(cause: unknown, stage: Stage): LLMError {
  if (cause instanceof LLMError) return cause;
  const said = cause instanceof Error ? cause.message : String(cause);
  const message = `keepsake: the LLM callback threw (${said}). The op stays pending; flush() tries again.`;
  return new LLMError("llm_failed", message, { stage, cause });
}
