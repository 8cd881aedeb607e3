/** What the add flow works with. It knows the LLM port and the Engine, and nothing below them. */
import type { Engine } from "../engine/engine.ts";
import type { Runtime } from "../runtime.ts";
import type { KeepsakeEvent } from "../info.ts";
import type { FactDetails, LLM, RelationDraft } from "../types.ts";
import type { BackgroundConsolidation } from "./consolidate/run.ts";
import type { HandedOut } from "./handed-out.ts";
import type { Trace } from "./trace.ts";

export interface AddPorts {
  engine: Engine;
  /** Null: the rules extract and resolve. */
  llm: LLM | null;
  /** How long one LLM call may take, in ms. */
  llmTimeoutMs: number;
  runtime: Runtime;
  /** What `search` and `getAll` gave the app lately. */
  handedOut: HandedOut;
  emit: (event: KeepsakeEvent) => void;
  /** Null: scopes are consolidated only when the app asks. */
  background: BackgroundConsolidation | null;
}

/** One run of the flow over one op. */
export interface Run extends AddPorts {
  opId: string;
  signal: AbortSignal | undefined;
  trace: Trace;
}

/** A candidate statement extracted from messages; not stored yet. */
export interface Fact {
  text: string;
  origin: "llm" | "rules";
  /** Why it was extracted, where the extractor says so. */
  reason?: string;
  /** Of the model's data by the `structuredDataSchema`: what does not validate, and why. */
  dropped?: string[];
  details: FactDetails;
  /** A memory or a line of a message that the app was given, pasted into this one: not news, and not stored. */
  pasted?: true;
  /** With `graph`: relations that the fact states. */
  relations?: RelationDraft[];
}
