/** The names of what the constructor takes, also inside. Each table fails to compile when one is missing. */
import type { IndexOptions } from "../engine/engine.ts";
import type { TransformersOptions } from "../info.ts";
import type { AddDefaults, MemoryOptions } from "../options.ts";

export const MEMORY: Record<keyof MemoryOptions, true> = {
  name: true,
  llm: true,
  llmTimeoutMs: true,
  reranker: true,
  embedder: true,
  engine: true,
  storage: true,
  worker: true,
  defaults: true,
  consolidate: true,
  decay: true,
  index: true,
  runtime: true,
};

/** With the types of their values. */
export const TRANSFORMERS: Record<keyof TransformersOptions, "string" | "boolean"> = {
  model: "string",
  revision: "string",
  package: "string",
  quantized: "boolean",
  localModelPath: "string",
  remoteHost: "string",
  wasmPaths: "string",
  cache: "boolean",
  background: "boolean",
};

export const INDEX: Record<keyof IndexOptions, "number" | "boolean"> = {
  hnswFrom: "number",
  snapshotFrom: "number",
  embedMessages: "boolean",
};

export const DEFAULTS: Record<keyof AddDefaults, true> = {
  metadata: true,
  infer: true,
  dedupe: true,
  contextWindow: true,
  retention: true,
  includes: true,
  excludes: true,
  customInstructions: true,
  agentCustomInstructions: true,
  customCategories: true,
  customPrompts: true,
  structuredDataSchema: true,
  immutable: true,
  expirationDate: true,
  timestamp: true,
  memoryType: true,
  conflicts: true,
  maxDestructive: true,
  graph: true,
  images: true,
};
