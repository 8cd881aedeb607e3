/**
 * The Engine interface: owner of store, indexes and embedder. Plain data in and out; it never calls
 * back, so that an engine in a worker and one inline cannot be told apart (by test). The LLM lives on
 * the other side, with the caller.
 */
import type {
  AddResult,
  DecidedBy,
  FactDetails,
  Filter,
  HistoryEntry,
  JSONObject,
  KeepsakeEvent,
  MemoryInfo,
  MemoryItem,
  Message,
  OpOptions,
  PendingOp,
  RelationDraft,
  Scope,
  SearchResult,
  TransformersOptions,
} from "../types.ts";

/** What an engine is opened with. Plain data: it crosses to the worker. */
export interface EngineOptions {
  /** Name of the database. */
  name: string;
  /** `auto`: IndexedDB where there is one, else memory. */
  storage: "auto" | "indexeddb" | "memory";
  embedder: EmbedderConfig;
  index?: IndexOptions;
}

/** When derived data is built; results do not depend on it. */
export interface IndexOptions {
  /** Rows of one scope from which an HNSW index is built; below, the exact scan is faster. */
  hnswFrom?: number;
  /** Rows of one scope from which its vectors are snapshotted; below, loading row by row is fast enough. */
  snapshotFrom?: number;
}

export type EmbedderConfig = { kind: "hashing" } | ({ kind: "transformers" } & TransformersOptions);

export interface AcceptRequest {
  opId: string;
  scope: Scope;
  messages: Message[];
  options: OpOptions;
}

/** An op that the caller may work on now. */
export interface ClaimedOp {
  op: PendingOp;
  /** Messages of the same scope before this op, oldest first. */
  context: Message[];
}

/**
 * - `claimed`: go on with `claim`.
 * - `committed`: it was done before; here is its result.
 * - `leased`: somebody else is at work on it; ask again after `retryAfterMs`.
 * - `gone`: neither pending nor committed (cancelled).
 */
export type ClaimOutcome =
  | { status: "claimed"; claim: ClaimedOp }
  | { status: "committed"; result: AddResult }
  | { status: "leased"; retryAfterMs: number }
  | { status: "gone" };

/** A fact to look up. */
export interface FactQuery {
  text: string;
  /** Other words under which a related memory may stand ("moved to Hamburg" → "lives in"). */
  hints?: string[];
}

/** A stored memory close to a fact. */
export interface Neighbor {
  id: string;
  memory: string;
  rev: number;
  /** `order` of the op whose words it holds. */
  order: number;
  updatedAt: string;
  /** Not to be changed by an add. @default false */
  immutable?: boolean;
  /** Cosine in [−1, 1] in the answering space; 0 where it has no vector there. */
  similarity: number;
  /** Share of the fact's informative words that it contains, in [0, 1]. */
  overlap: number;
  /** True where it states the same, up to case, spacing and punctuation. */
  exact: boolean;
}

export interface RecalledFact {
  text: string;
  /** Most relevant first. */
  neighbors: Neighbor[];
}

export interface RecallResult {
  facts: RecalledFact[];
  /** Whether `similarity` may decide (`semantic`) or only rank (`lexical`). */
  kind: "semantic" | "lexical";
}

/** A text to store, with what is kept beside it. */
interface Statement {
  text: string;
  details?: FactDetails;
  relations?: RelationDraft[];
}

/** One decision, ready to be written. Texts that commit does not know yet are embedded before its transaction. */
export type CommitDecision = { reason: string; decidedBy: DecidedBy } & (
  | (Statement & { event: "ADD"; origin: "llm" | "rules" | "verbatim" })
  | (Statement & { event: "UPDATE"; origin: "llm" | "rules"; id: string; rev: number })
  | { event: "DELETE"; id: string; rev: number }
  /** `id`: the memory that already says it, or that was left alone; null where there is none. */
  | { event: "NONE"; id: string | null; text: string }
);

export interface CommitRequest {
  opId: string;
  decisions: CommitDecision[];
}

export interface SearchRequest {
  /** Every id given must be on the memory; a memory may have more. */
  scope: Scope;
  query: string;
  topK: number;
  threshold: number;
  filter: Filter | null;
}

export interface ListRequest {
  scope: Scope;
  filter: Filter | null;
  /** At most this many. */
  topK: number | null;
}

export interface UpdateRequest {
  id: string;
  text?: string;
  /** Merged into the metadata; a null value removes the key. */
  metadata?: JSONObject;
}

/**
 * Opens an engine. Does not wait for a model that loads in the background.
 * @param onEvent what happens inside, as plain data
 * @throws {StoreError} {EngineError} engine_start
 */
export type OpenEngine = (options: EngineOptions, onEvent: (event: KeepsakeEvent) => void) => Promise<Engine>;

/** Methods may be called in any order and at the same time. Every one may throw a KeepsakeError. */
export interface Engine {
  /**
   * Writes the op and its messages in one strict transaction (INV-1) and claims it for this engine. The same
   * `opId` again changes nothing and tells how the op stands.
   */
  accept(request: AcceptRequest): Promise<ClaimOutcome>;
  /** What `accept` would claim, without writing anything. */
  preview(request: AcceptRequest): Promise<ClaimedOp>;
  /** Takes up an op that waits. */
  claim(opId: string): Promise<ClaimOutcome>;
  /** Gives an op back after a failure: it stays pending, with the error and the time of the next try. */
  release(opId: string, error: { code: string; message: string }, retryAfterMs: number): Promise<void>;
  /** Neighbors of facts, in exactly this scope. */
  recall(scope: Scope, facts: FactQuery[], topK: number): Promise<RecallResult>;
  /**
   * Applies decisions exactly once, in one strict transaction (INV-2, INV-3).
   * @throws {ConflictError} conflict, when a memory changed since its `rev` was read: recall and resolve again
   * @throws {EngineError} cancelled, when the op is neither pending nor committed
   */
  commit(request: CommitRequest): Promise<AddResult>;
  /** Drops a pending op and its messages. False where it was not pending. */
  cancel(opId: string): Promise<boolean>;
  /** In order of acceptance. */
  pending(): Promise<PendingOp[]>;
  /** Best first; equal scores by `seq`, newest first. */
  search(request: SearchRequest): Promise<SearchResult[]>;
  /** Newest first, by `seq`. */
  list(request: ListRequest): Promise<MemoryItem[]>;
  get(id: string): Promise<MemoryItem | null>;
  /** @throws {InvalidInputError} not_found */
  update(request: UpdateRequest): Promise<MemoryItem>;
  /** Soft. @throws {InvalidInputError} not_found */
  delete(id: string): Promise<void>;
  /** Soft, all that carry every id of the scope. Returns how many. */
  deleteAll(scope: Scope): Promise<number>;
  /** Newest first; empty for an unknown id. */
  history(id: string): Promise<HistoryEntry[]>;
  /** Deletes everything, pending ops included. */
  reset(): Promise<void>;
  /** Resolves when the model that was asked for answers, with every memory embedded; rejects where it cannot be had. */
  modelReady(): Promise<void>;
  info(): Promise<MemoryInfo>;
  close(): Promise<void>;
}
