/** `keepsake`: every public name of the main entry, one by one. */
export { Memory } from "./memory.ts";
export type {
  AddDefaults,
  AddOptions,
  CallOptions,
  ConsolidateBackground,
  ConsolidateOptions,
  DecayOptions,
  EditOptions,
  ExportOptions,
  FlushResult,
  GetAllOptions,
  GetAllResult,
  GraphOptions,
  MemoryOptions,
  ReadyOptions,
  ScopedOptions,
  SearchAnswer,
  SearchOptions,
  UpdateEntry,
  UpdateFields,
  ViewOptions,
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
export type { EntityCount, ImportResult, MessageResult, UndoBlocker, UndoResult } from "./engine/results.ts";
export type { KeepsakeExport } from "./portable/format.ts";
export type { Runtime } from "./runtime.ts";
export type { Filter, FilterOperators } from "./filter-types.ts";
export type { EmbedderInfo, KeepsakeEvent, MemoryInfo, RerankerInfo, TransformersOptions } from "./info.ts";
export type { Criterion, Reranker, RerankerRequest, RerankOptions, RerankOutcome } from "./rerank/types.ts";
export type {
  AddResult,
  AddResultItem,
  Attachment,
  ConsolidateResult,
  ContentPart,
  CustomPrompts,
  DataSchema,
  DecidedBy,
  DecisionEvent,
  EntityType,
  EventTime,
  Feedback,
  Graph,
  GraphEdge,
  GraphNode,
  HistoryEntry,
  ISODate,
  ISODay,
  JSONObject,
  JSONSchema,
  JSONValue,
  LLM,
  LLMPurpose,
  LLMRequest,
  MemoryItem,
  Message,
  MessageInput,
  ObjectSchema,
  OpOptions,
  PendingOp,
  Relation,
  RelationChanges,
  Retention,
  Scope,
  ScoreParts,
  SearchResult,
  Source,
  Superseded,
  TraceStage,
  UnsaidPart,
} from "./types.ts";
