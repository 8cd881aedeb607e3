/**
 * The Engine interface: owner of store, indexes and embedder. Plain data in and out; it never calls
 * back, so that an engine in a worker and one inline cannot be told apart (by test). The LLM lives on
 * the other side, with the caller.
 */
import type { Filter } from "../filter-types.ts";
import type { TimeIntent } from "../text/time-intent.ts";
import type { KeepsakeEvent, MemoryInfo, TransformersOptions } from "../info.ts";
import type {
  AddResult,
  ConsolidateResult,
  DecidedBy,
  FactDetails,
  Feedback,
  Graph,
  HistoryEntry,
  ISODate,
  ISODay,
  JSONObject,
  MemoryItem,
  Message,
  OpOptions,
  PendingOp,
  Relation,
  RelationDraft,
  Scope,
  SearchResult,
} from "../types.ts";
import type { ImportOutcome, ImportPart, KeepsakeExport } from "../portable/format.ts";
import type { ConsolidateRequest, SurveyOutcome, SurveyRequest } from "./consolidation.ts";
import type { EntityCount, ListPage, ListPlace, MessageResult, UndoResult } from "./results.ts";

/** What an engine is opened with. Plain data: it crosses to the worker. */
export interface EngineOptions {
  /** Name of the database. */
  name: string;
  /** `auto`: IndexedDB where there is one, else memory. */
  storage: "auto" | "indexeddb" | "memory";
  embedder: EmbedderConfig;
  index?: IndexOptions;
}

/** Which derived data is built, and when. But for `embedMessages`, results do not depend on it. */
export interface IndexOptions {
  /** Infinity: never. Rows of one scope from which an HNSW index is built; below, the exact scan is faster. @default 50000 */
  hnswFrom?: number;
  /** Infinity: never. Rows of one scope from which a snapshot is written; below, loading row by row is fast enough. With storage in memory: never. @default 1000 */
  snapshotFrom?: number;
  /**
   * Kept messages get vectors, too, in the background: a search that includes them then goes by meaning as well as by
   * words. 1.5 kB and one embedding per message. @default false
   */
  embedMessages?: boolean;
}

export type EmbedderConfig = { kind: "hashing" } | ({ kind: "transformers" } & TransformersOptions);

/**
 * How long a claimed op is leased, in ms, where nobody can tell whether its owner lives. Longer than most LLM calls; a longer
 * one only risks that another tab asks as well.
 */
export const LEASE_MS = 60_000;

export interface AcceptRequest {
  opId: string;
  scope: Scope;
  messages: Message[];
  options: OpOptions;
  /** What the caller gave and nobody said. For the trace. */
  leftOut?: string[];
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

/** As a {@link ClaimOutcome}: nobody is at work on what is only looked at. */
export type PreviewOutcome = Extract<ClaimOutcome, { status: "claimed" | "committed" }>;

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
  /**
   * `id`: the memory that already says it, or that was left alone; null where there is none. `rev`: where it was said
   * again in the same words, so that the add's metadata and dates go for it. `former`: where it was left alone as it was
   * said later; the text, with its relations, is kept as what held before.
   */
  | { event: "NONE"; id: string | null; rev?: number; former?: Former; text: string; relations?: RelationDraft[] }
);

/** A statement that was over when it came: an add that waited, an old chat that is imported newest first. */
export interface Former {
  /** When what took its place was said. */
  until: ISODate;
  origin: "llm" | "rules";
  details: FactDetails;
}

export interface CommitRequest {
  opId: string;
  decisions: CommitDecision[];
}

/** An op that was not accepted, as {@link Engine.preview} gives it, and what was decided. */
export interface RehearseRequest {
  op: PendingOp;
  decisions: CommitDecision[];
}

/** Which scopes a read is about. */
export interface Selection {
  /** Every id given must be on the memory; a memory may have more. */
  scope: Scope;
  /** Over scope ids alone: what else must hold of its scope. */
  scopeFilter?: Filter | null;
}

export interface SearchRequest extends Selection {
  query: string;
  topK: number;
  threshold: number;
  filter: Filter | null;
  /** Also memories whose expiration date is over. @default false */
  showExpired?: boolean;
  /** As of this instant. @default now */
  at?: ISODate;
  /** Give each result its `parts`. */
  explain?: boolean;
  /** Memories of entities that the query names count as being about them. @default false */
  graph?: boolean;
  /** What the query says about time. @default nothing */
  time?: TimeIntent;
  /** Use and age count, as of `reference`: {@link Engine.noteUse}. No effect with `at`: what was used then is not known. @default no */
  decay?: { halfLifeDays: number; reference: ISODate };
}

export interface RerankRequest {
  query: string;
  documents: string[];
  /** The cross-encoder; loaded at the first request that names it. @default "Xenova/ms-marco-MiniLM-L-6-v2" */
  model: TransformersOptions;
  /** How long it may take, in ms: beyond it nothing more is read. */
  timeoutMs: number;
}

/** As for memories, over kept messages. */
export interface MessageSearchRequest extends Omit<SearchRequest, "showExpired" | "graph" | "decay"> {
  /** Messages of the same scope on either side of each, from 0. */
  contextMessages: number;
  /** Of those found only these of which not all that is remembered was deleted. @default false */
  standing?: boolean;
}

export interface GraphRequest {
  /** Every id given must be on the memories; a memory may have more. */
  scope: Scope;
  /** Only what is around this one, by any of its names. */
  entity?: string;
  /** Steps around it, from 0. */
  depth: number;
  /** What held then. @default what holds now */
  at?: ISODate;
}

export interface RelationsRequest extends Selection {
  query: string;
  filter: Filter | null;
  /** What the search found, best first. */
  memoryIds: string[];
  /** Also relations of memories whose expiration date is over. @default false */
  showExpired?: boolean;
  /** What held at this instant. @default now */
  at?: ISODate;
}

export interface ListRequest extends Selection {
  filter: Filter | null;
  /** At most this many. */
  topK: number | null;
  /** Only what comes after a page that ended here. */
  before?: ListPlace;
  /** Also memories whose expiration date is over. @default false */
  showExpired?: boolean;
  /** As of this instant. @default now */
  at?: ISODate;
}

export interface UpdateRequest {
  id: string;
  text?: string;
  /** Merged into the metadata; a null value removes the key. */
  metadata?: JSONObject;
  /** null: none any more. */
  expirationDate?: ISODay | null;
  immutable?: boolean;
}

export interface ExportRequest {
  /** Every id given must be on the memory; null: all scopes. */
  scope: Scope | null;
  vectors: boolean;
}

/**
 * Opens an engine. Does not wait for a model that loads in the background.
 * @param onEvent what happens inside, as plain data
 * @throws {StoreError} {EngineError} engine_start
 */
export type OpenEngine = (options: EngineOptions, onEvent: (event: KeepsakeEvent) => void) => Promise<Engine>;

/**
 * Methods may be called in any order and at the same time. Every one may throw a KeepsakeError. An edit that is given the
 * `opId` of one that was made tells what that one changed and changes nothing; `invalid_input` where it was another edit.
 */
export interface Engine {
  /**
   * Writes the op and its messages in one strict transaction (INV-1) and claims it for this engine. The same
   * `opId` again changes nothing and tells how the op stands.
   */
  accept(request: AcceptRequest): Promise<ClaimOutcome>;
  /** What `accept` would claim or tell, without writing anything. */
  preview(request: AcceptRequest): Promise<PreviewOutcome>;
  /** Takes up an op that waits. */
  claim(opId: string): Promise<ClaimOutcome>;
  /** Gives an op back after a failure: it stays pending, with the error and the time of the next try (null: not by itself). Not where another engine has it now. */
  release(opId: string, error: { code: string; message: string }, retryAfterMs: number | null): Promise<void>;
  /** Neighbors of facts, in exactly this scope. */
  recall(scope: Scope, facts: FactQuery[], topK: number): Promise<RecallResult>;
  /**
   * Applies decisions exactly once, in one strict transaction (INV-2, INV-3).
   * @throws {ConflictError} conflict, when a memory changed since its `rev` was read: recall and resolve again
   * @throws {EngineError} cancelled, when the op is neither pending nor committed
   */
  commit(request: CommitRequest): Promise<AddResult>;
  /**
   * What there is to consolidate in exactly this scope.
   * @throws {InvalidInputError} where the `opId` is another scope's, or an add's that waits
   */
  survey(request: SurveyRequest): Promise<SurveyOutcome>;
  /**
   * Carries out a consolidation exactly once, in one strict transaction.
   * @throws {ConflictError} conflict, where a memory that was decided on has changed: survey again
   */
  consolidate(request: ConsolidateRequest): Promise<ConsolidateResult>;
  /**
   * What `commit` would answer, ids of new memories included. Nothing is written.
   * @throws {ConflictError} conflict, like it
   */
  rehearse(request: RehearseRequest): Promise<AddResult>;
  /** Drops a pending op and its messages. False where it was not pending. */
  cancel(opId: string): Promise<boolean>;
  /** In order of acceptance. */
  pending(): Promise<PendingOp[]>;
  /** Best first; equal scores by `seq`, newest first. */
  search(request: SearchRequest): Promise<SearchResult[]>;
  /**
   * Of what a search with `decay` found, this was given to the app: it counts as a use, noted behind the call.
   * @param reference as of then, or now where that is still to come
   */
  noteUse(ids: string[], reference: ISODate): Promise<void>;
  /**
   * How well each document answers the query, as a cross-encoder on this device reads them: in the order of the
   * documents, in [0, 1], higher is better.
   * @throws {KeepsakeError} reranker_unavailable, reranker_failed, reranker_timeout
   */
  rerank(request: RerankRequest): Promise<number[]>;
  /** Kept messages, those of pending ops too. Best first; equal scores by order, then index, newest first. */
  searchMessages(request: MessageSearchRequest): Promise<MessageResult[]>;
  /** Relations around what a search found: those of the memories first, then what is near; at most 50. */
  relationsAround(request: RelationsRequest): Promise<Relation[]>;
  /** Nodes and edges, whole or around one entity; empty for an unknown one. */
  graph(request: GraphRequest): Promise<Graph>;
  /** Newest created first, whatever was updated since. */
  list(request: ListRequest): Promise<ListPage>;
  get(id: string): Promise<MemoryItem | null>;
  /**
   * All or nothing, in one transaction.
   * @returns the memories as they are now, in the order of the requests
   * @throws {InvalidInputError} not_found; invalid_input, for a new text of an immutable memory. Names the position
   */
  update(requests: UpdateRequest[], opId?: string): Promise<MemoryItem[]>;
  /** Soft; all or nothing, in one transaction. @throws {InvalidInputError} not_found, naming the position */
  delete(ids: string[], opId?: string): Promise<void>;
  /** Soft, all that carry every id of the scope; ops of it that wait are dropped. Returns how many memories. */
  deleteAll(scope: Scope, opId?: string): Promise<number>;
  /** Newest first; empty for an unknown id. */
  history(id: string): Promise<HistoryEntry[]>;
  /**
   * Takes back what an op changed, as an op of its own.
   * @throws {InvalidInputError} not_found; {ConflictError} where newer changes stand on it (`details.blockedBy`)
   */
  undo(opId: string, undoId?: string): Promise<UndoResult>;
  /**
   * Deletes a memory, or everything of a scope, so that no word of it is left in any table; returns how many memories.
   * @throws {InvalidInputError} not_found, for an id
   */
  forget(target: { id: string } | { scope: Scope }): Promise<number>;
  /** @throws {InvalidInputError} not_found */
  feedback(id: string, feedback: Feedback | null, opId?: string): Promise<MemoryItem>;
  /** Users, agents, apps, runs that have memories; each by id. */
  entities(): Promise<EntityCount[]>;
  /** In one read: all of it is of one moment. */
  export(request: ExportRequest): Promise<KeepsakeExport>;
  /** One part of an import, in one transaction. The same part again changes nothing. */
  import(part: ImportPart): Promise<ImportOutcome>;
  /** Deletes everything, pending ops included. */
  reset(): Promise<void>;
  /** Resolves when the model that was asked for answers, with every memory embedded; rejects where it cannot be had. */
  modelReady(): Promise<void>;
  info(): Promise<MemoryInfo>;
  close(): Promise<void>;
}
