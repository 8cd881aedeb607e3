/** One question to the app's LLM: asked, read, re-asked once with what was wrong, or a typed error. */
import { untilAborted } from "../abort.ts";
import { LLMError, LLMOutputError, type Stage } from "../errors.ts";
import type { JSONSchema, LLMRequest } from "../types.ts";
import { parseReply, ReplyProblem } from "./parse-reply.ts";
import type { AddPorts } from "./ports.ts";
import { reaskMessages } from "./prompts/reask.ts";

export interface Question<T> {
  purpose: "extract" | "resolve";
  messages: LLMRequest["messages"];
  schema: JSONSchema;
  /** Turns the parsed reply into data. @throws {ReplyProblem} */
  validate: (value: unknown) => T;
}

/**
 * At most two calls: the question, and once more with what was wrong with the reply. A reply that cannot
 * be used is never taken for "nothing to remember".
 * @throws {LLMError} llm_failed, llm_timeout; {LLMOutputError} llm_output; the signal's reason on abort
 */
export async function ask<T>(ports: AddPorts, question: Question<T>, signal?: AbortSignal): Promise<T> {
  const first = await call(ports, question, question.messages, signal);
  const problem = tryRead(first, question);
  if (!(problem instanceof ReplyProblem)) return problem.value;
  const second = await call(ports, question, reaskMessages(question.messages, first, problem), signal);
  const outcome = tryRead(second, question);
  if (!(outcome instanceof ReplyProblem)) return outcome.value;
  const message = `keepsake: the LLM's ${question.purpose} reply could not be used, twice: ${outcome.message}. The op stays pending; flush() tries again.`;
  throw new LLMOutputError(message, second, { stage: question.purpose, cause: outcome });
}

function tryRead<T>(text: string, question: Question<T>): { value: T } | ReplyProblem {
  try {
    return { value: parseReply(text, question.validate) };
  } catch (error) {
    if (error instanceof ReplyProblem) return error;
    throw error;
  }
}

async function call<T>(
  ports: AddPorts,
  { purpose, schema }: Question<T>,
  messages: LLMRequest["messages"],
  signal: AbortSignal | undefined,
): Promise<string> {
  const { llm, llmTimeoutMs } = ports;
  if (!llm) throw new LLMError("llm_failed", "keepsake: no LLM is configured.", { stage: purpose });
  signal?.throwIfAborted();
  const clock = timeLimit(llmTimeoutMs, purpose);
  const limit = signal ? AbortSignal.any([signal, clock.signal]) : clock.signal;
  try {
    // The race settles even when the callback ignores its signal.
    const reply = await untilAborted(
      Promise.resolve(llm({ purpose, messages, schema, signal: limit })) as Promise<unknown>,
      limit,
    );
    if (typeof reply === "string") return reply;
    throw new TypeError(`the llm callback must return a string, but returned ${typeof reply}`);
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    throw cause === clock.signal.reason ? cause : failed(cause, purpose);
  } finally {
    clock.stop();
  }
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
  if (LLMError.isInstance(cause) && cause instanceof LLMError) return cause;
  const said = cause instanceof Error ? cause.message : String(cause);
  const message = `keepsake: the LLM callback threw (${said}). The op stays pending; flush() tries again.`;
  return new LLMError("llm_failed", message, { stage, cause });
}
