/** What the add flow works with. It knows the LLM port and the Engine, and nothing below them. */
import type { Engine } from "../engine/engine.ts";
import type { Runtime } from "../runtime.ts";
import type { LLM } from "../types.ts";

export interface AddPorts {
  engine: Engine;
  /** Null: the rules extract and resolve. */
  llm: LLM | null;
  /** How long one LLM call may take, in ms. */
  llmTimeoutMs: number;
  runtime: Runtime;
}

/** A candidate statement extracted from messages; not stored yet. */
export interface Fact {
  text: string;
  origin: "llm" | "rules";
  /** Why it was extracted, where the extractor says so. */
  reason?: string;
  attributedTo?: "user" | "assistant";
  actor?: string;
}
