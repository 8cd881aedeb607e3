/** `keepsake`: every public name of the main entry, one by one. */
export { Memory } from "./memory.ts";
export type {
  AddOptions,
  CallOptions,
  FlushResult,
  GetAllOptions,
  MemoryOptions,
  ReadyOptions,
  ScopedOptions,
  SearchOptions,
  UpdateFields,
} from "./options.ts";
export {
  ConflictError,
  EmbedderError,
  EngineError,
  InvalidInputError,
  KeepsakeError,
  LLMError,
  LLMOutputError,
  StoreError,
} from "./errors.ts";
export type { ErrorCode, Stage } from "./errors.ts";
export type { Embedder } from "./embed/embedder.ts";
export type { IndexOptions, OpenEngine } from "./engine/engine.ts";
export type { Runtime } from "./runtime.ts";
export type {
  AddResult,
  AddResultItem,
  DecidedBy,
  DecisionEvent,
  EmbedderInfo,
  Filter,
  FilterOperators,
  HistoryEntry,
  ISODate,
  JSONObject,
  JSONSchema,
  JSONValue,
  KeepsakeEvent,
  LLM,
  LLMPurpose,
  LLMRequest,
  MemoryInfo,
  MemoryItem,
  Message,
  PendingOp,
  Scope,
  SearchResult,
  TransformersOptions,
} from "./types.ts";
