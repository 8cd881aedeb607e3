/** A model for tests: it answers from a script and remembers what it was asked. */
import { InvalidInputError } from "../errors.ts";
import type { JSONSchema, LLM, LLMPurpose, LLMRequest } from "../types.ts";

/**
 * One reply: text as it is, an object as its JSON, an Error to throw, or a function that gives one of these.
 */
export type ScriptedReply =
  | string
  | object
  | Error
  | ((request: LLMRequest, callIndex: number) => string | object | Error | Promise<string | object | Error>);

/** The replies in the order of the calls, or one function that answers every call. */
export type LLMScript = readonly ScriptedReply[] | Extract<ScriptedReply, (...args: never[]) => unknown>;

/** A call as it was made. */
export interface ScriptedCall {
  purpose: LLMPurpose;
  messages: LLMRequest["messages"];
  schema: JSONSchema;
}

export type ScriptedLLM = LLM & {
  /** All calls so far, in order. */
  readonly calls: readonly ScriptedCall[];
};

/**
 * An {@link LLM} that answers from a script. A call beyond a list throws InvalidInputError `invalid_input` and says
 * which call it was; an aborted call throws the signal's reason.
 *
 * @example
 * const llm = scriptedLLM([facts("User likes tea"), decisions({ fact: 0, event: "ADD" })]);
 */
export function scriptedLLM(script: LLMScript): ScriptedLLM {
  const calls: ScriptedCall[] = [];
  const llm: LLM = async (request) => {
    request.signal.throwIfAborted();
    const { purpose, messages, schema } = request;
    const index = calls.push({ purpose, messages: structuredClone(messages), schema }) - 1;
    const step = typeof script === "function" ? script : script[index];
    if (step === undefined) throw scriptRanOut(script.length, index, purpose);
    const reply: unknown = typeof step === "function" ? await step(request, index) : step;
    request.signal.throwIfAborted();
    if (reply instanceof Error) throw reply;
    return typeof reply === "string" ? reply : JSON.stringify(reply);
  };
  return Object.assign(llm, { calls });
}

function scriptRanOut(length: number, index: number, purpose: LLMPurpose): InvalidInputError {
  const held = length === 1 ? "1 reply" : `${length} replies`;
  return new InvalidInputError(
    `scriptedLLM: the script holds ${held}, but call ${index + 1} (purpose "${purpose}") came. Add a reply for it.`,
  );
}

/**
 * The reply to an extract request. Without arguments: nothing to remember.
 * @example
 * facts("User likes tea"); // { facts: [{ text: "User likes tea" }] }
 */
export function facts(...texts: string[]): { facts: { text: string }[] } {
  return { facts: texts.map((text) => ({ text })) };
}

/** A decision as a model writes it. */
export interface ScriptedDecision {
  fact: number;
  event: "ADD" | "UPDATE" | "DELETE" | "NONE";
  /** Id as shown in the request: `"0"`, `"1"`, … */
  id?: string;
  text?: string;
  reason?: string;
}

/**
 * The reply to a resolve request.
 * @example
 * decisions({ fact: 0, event: "UPDATE", id: "0", text: "User lives in Hamburg", reason: "moved" });
 */
export function decisions(...list: ScriptedDecision[]): { decisions: ScriptedDecision[] } {
  return { decisions: list };
}

/**
 * The reply to a rerank request: for each memory shown, in their order, one score or one per criterion.
 * @example
 * scores(0.2, 0.9); // { memories: [{ id: 0, scores: [0.2] }, { id: 1, scores: [0.9] }] }
 */
export function scores(...list: (number | number[])[]): { memories: { id: number; scores: number[] }[] } {
  return { memories: list.map((given, id) => ({ id, scores: [given].flat() })) };
}

/** A reply that never comes; it rejects with the signal's reason on abort. */
export function never(): (request: LLMRequest) => Promise<never> {
  return ({ signal }) =>
    new Promise<never>((_resolve, reject) => {
      if (signal.aborted) reject(signal.reason);
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
}

/** A reply that nobody can use: prose with a JSON object that is cut off. */
export function garbage(): string {
  return 'Sure! Here is what I found:\n```json\n{"facts": [{"text": "User li';
}
