/**
 * The Store port: tables with keys and indexes, and transactions over them. What lies in the tables
 * and what a commit means is the engine's business; a store only promises what is written here.
 */
import type { AddResult, Change, EntityType, MemoryRecord, Message, PendingOp, Scope } from "../types.ts";

/** A key as IndexedDB orders them: numbers < strings < arrays (element by element, shorter first). */
export type Key = number | string | Key[];

/** A vector beside its memory, in the space it was made in (INV-9). */
export interface VectorRow {
  space: string;
  scopeKey: string;
  id: string;
  /** `hash` of the text it was made from; another hash means it is stale. */
  hash: string;
  vector: Float32Array;
}

/** A pending op with its lease: a hint that somebody is at work on it, never a lock (INV-7). */
export interface PendingRow extends PendingOp {
  scopeKey: string;
  lease?: { owner: string; until: number };
}

/** The outcome of a committed op, kept so that the same `opId` gives the same answer again (INV-3). */
export interface OpRow {
  opId: string;
  scopeKey: string;
  order: number;
  committedAt: string;
  result: AddResult;
}

/** A message kept as context and provenance. */
export interface MessageRow extends Message {
  scopeKey: string;
  opId: string;
  /** `order` of its op. */
  order: number;
  /** Position among the messages of its op. */
  index: number;
  /** When it was said: the op's `timestamp`, or when it was accepted. */
  at: string;
}

/** Somebody or something that relations of a scope name. */
export interface EntityRow {
  scopeKey: string;
  /** Normalized name; unique in the scope. */
  id: string;
  /** As it was first written. */
  name: string;
  type: EntityType;
  /** Normalized names that mean the same. */
  aliases: string[];
}

/** A relation with its life: opened by one op, perhaps closed by a later one. */
export interface RelationRow {
  /** Derived from the op and its place in it, so that a resumed op writes it once. */
  id: string;
  scopeKey: string;
  /** Ids of entities. */
  source: string;
  predicate: string;
  target: string;
  memoryId: string;
  from: string;
  openedBy: string;
  /** `seq` of the clock when it was opened: orders rows of one `from`. */
  openedSeq: number;
  to: string | null;
  closedBy: string | null;
  spared?: string[];
  /** `seq` of the clock when it was last changed. */
  seq: number;
}

/** A scope that has ever been written to. */
export interface ScopeRow {
  scopeKey: string;
  scope: Scope;
}

/** One chunk of a snapshot; chunk 0 carries the header. */
export interface SnapshotRow {
  name: string;
  chunk: number;
  bytes: Uint8Array;
}

export interface MetaRow {
  key: string;
  value: unknown;
}

/** Tables, their rows, keys and indexes. {@link TABLES} is the same at run time. */
export interface Tables {
  /** key: `key` */
  meta: MetaRow;
  /** key: `scopeKey` */
  scopes: ScopeRow;
  /** key: `id`; indexes: `scope` [scopeKey], `hash` [scopeKey, hash], `seq` */
  memories: MemoryRecord;
  /** key: [space, scopeKey, id] */
  vectors: VectorRow;
  /** key: `seq`; indexes: `memory` [memoryId, seq], `scope` [scopeKey, seq], `op` [opId, seq] */
  changes: Change;
  /** key: `opId`; index: `order` */
  pending: PendingRow;
  /** key: `opId` */
  ops: OpRow;
  /** key: [scopeKey, order, index] */
  messages: MessageRow;
  /** key: [name, chunk] */
  snapshots: SnapshotRow;
  /** key: [scopeKey, id] */
  entities: EntityRow;
  /** key: `id`; indexes: `scope` [scopeKey], `memory` [memoryId] */
  relations: RelationRow;
}
export type TableName = keyof Tables;

export const TABLES: { [T in TableName]: { key: string | string[]; indexes: Record<string, string | string[]> } } = {
  meta: { key: "key", indexes: {} },
  scopes: { key: "scopeKey", indexes: {} },
  memories: { key: "id", indexes: { scope: ["scopeKey"], hash: ["scopeKey", "hash"], seq: "seq" } },
  vectors: { key: ["space", "scopeKey", "id"], indexes: {} },
  changes: { key: "seq", indexes: { memory: ["memoryId", "seq"], scope: ["scopeKey", "seq"], op: ["opId", "seq"] } },
  pending: { key: "opId", indexes: { order: "order" } },
  ops: { key: "opId", indexes: {} },
  messages: { key: ["scopeKey", "order", "index"], indexes: {} },
  snapshots: { key: ["name", "chunk"], indexes: {} },
  entities: { key: ["scopeKey", "id"], indexes: {} },
  relations: { key: "id", indexes: { scope: ["scopeKey"], memory: ["memoryId"] } },
};

/** Which rows, in key order. Without `prefix` and `after`: all. */
export interface Range {
  /** An index of the table instead of its key. */
  index?: string;
  /** Only array keys that begin with these elements. */
  prefix?: Key[];
  /** Only keys greater than this one (less than it, with `reverse`). */
  after?: Key;
  /** Descending. @default false */
  reverse?: boolean;
  /** At most this many. @default all */
  limit?: number;
}

export interface ReadTx {
  get<T extends TableName>(table: T, key: Key): Promise<Tables[T] | undefined>;
  getAll<T extends TableName>(table: T, range?: Range): Promise<Tables[T][]>;
  /** Primary keys, in the order of the range. */
  keys<T extends TableName>(table: T, range?: Range): Promise<Key[]>;
  count<T extends TableName>(table: T, range?: Range): Promise<number>;
}

/** Writes are seen by later reads of the same transaction. */
export interface WriteTx extends ReadTx {
  /** Insert or replace by key. The row is copied (structured clone). */
  put<T extends TableName>(table: T, row: Tables[T]): Promise<void>;
  delete<T extends TableName>(table: T, key: Key): Promise<void>;
  deleteAll<T extends TableName>(table: T, range?: Range): Promise<void>;
}

/** `strict`: flushed to disk before it counts; `relaxed`: survives any process death, not a power loss (INV-12). */
export type Durability = "strict" | "relaxed";

/**
 * A database. Transactions are serializable; the writes of one appear all at once or not at all, and
 * `write` resolves only after they are complete. A callback that throws rolls everything back and its
 * error comes out as it is. A callback awaits nothing but its transaction.
 * @throws {StoreError} store_quota, store_lost, store_failed; {EngineError} closed, after `close`
 */
export interface Store {
  readonly kind: "indexeddb" | "memory";
  read<R>(tables: TableName[], body: (tx: ReadTx) => Promise<R>): Promise<R>;
  write<R>(tables: TableName[], durability: Durability, body: (tx: WriteTx) => Promise<R>): Promise<R>;
  /** Ends after running transactions. A second call does nothing. */
  close(): Promise<void>;
}
