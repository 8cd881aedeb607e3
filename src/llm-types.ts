/** The LLM port. Imported from `types.ts`, with the rest of the vocabulary. */
import type { JSONSchema } from "./types.ts";

/** What the app's model is asked for. */
export type LLMPurpose = "extract" | "resolve" | "rerank" | "describe" | "merge" | "summarize";

export interface LLMRequest {
  purpose: LLMPurpose;
  messages: {
    role: "system" | "user" | "assistant";
    content: string;
    /** URLs of images to look at; only with the purpose `describe`. */
    images?: string[];
  }[];
  /** The op that asks, so that calls can be told apart. */
  opId?: string;
  /** What the reply must be; pass it on to an engine that can constrain decoding. A hint otherwise. */
  schema: JSONSchema;
  /** Aborted when the caller aborts or the time is up; stop work then. */
  signal: AbortSignal;
}

/**
 * The app's model: one function that returns the raw reply text. It may throw anything; that is
 * wrapped in an {@link LLMError} as `cause` and the op stays pending.
 */
export type LLM = (request: LLMRequest) => Promise<string>;

/** How long one call may take where nothing else is said, in ms: a small model on a slow device needs that. */
export const DEFAULT_LLM_TIMEOUT_MS = 120_000;
