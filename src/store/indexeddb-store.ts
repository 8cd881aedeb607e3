/**
 * The store in IndexedDB, through `idb`. What goes wrong in a browser has a name here: a full disk, a
 * tab that blocks, a database cleared under us, one written by a newer version.
 */
import { openDB, type IDBPDatabase, type IDBPTransaction } from "idb";
import { EngineError, KeepsakeError, StoreError } from "../errors.ts";
import { boundsOf } from "./keys.ts";
import {
  TABLES,
  type Durability,
  type Key,
  type Range,
  type Store,
  type TableName,
  type Tables,
  type WriteTx,
} from "./store.ts";

/**
 * Version of the schema in {@link TABLES}. A newer one on disk is refused (INV-10).
 * 1: the first.
 */
export const SCHEMA_VERSION = 1;

/** How long another tab may hold an older version open before we say so, in ms. */
const BLOCKED_TIMEOUT_MS = 5_000;

export interface IndexedDBStoreOptions {
  name: string;
  /** The connection ended without our doing: data cleared, or another tab upgrades. Every later call rejects with `store_lost`. */
  onLost?: (reason: string) => void;
}

/**
 * @throws {StoreError} store_too_new, store_blocked, store_failed
 */
export async function openIndexedDBStore(options: IndexedDBStoreOptions): Promise<Store> {
  const connection: Connection = { closed: false, lost: null };
  const lose = (reason: string): void => {
    if (connection.closed || connection.lost !== null) return;
    connection.lost = reason;
    options.onLost?.(reason);
  };
  const db = await open(databaseName(options.name), lose);
  return new IndexedDBStore(db, connection);
}

/** The IndexedDB name of a memory's database. */
export function databaseName(name: string): string {
  return `keepsake:${name}`;
}

interface Connection {
  closed: boolean;
  lost: string | null;
}

function open(name: string, lose: (reason: string) => void): Promise<IDBPDatabase> {
  return new Promise((resolve, reject) => {
    let gaveUp = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const giveUp = (): void => {
      gaveUp = true;
      const message = `keepsake: another tab keeps an older version of "${name}" open. Close or reload the other tabs.`;
      reject(new StoreError("store_blocked", message, { retryable: true }));
    };
    openDB(name, SCHEMA_VERSION, {
      upgrade: (db) => createTables(db),
      blocked: () => (timer = setTimeout(giveUp, BLOCKED_TIMEOUT_MS)),
      blocking: (_current, _next, event) => {
        (event.target as IDBDatabase).close();
        lose("another tab upgraded the database; reload this page");
      },
      terminated: () => lose("the browser closed the database: site data was cleared or evicted"),
    })
      .then((db) => (gaveUp ? db.close() : resolve(db)))
      .catch((cause: unknown) => reject(openError(name, cause)))
      .finally(() => clearTimeout(timer));
  });
}

function createTables(db: IDBPDatabase): void {
  for (const [name, { key, indexes }] of Object.entries(TABLES)) {
    const table = db.createObjectStore(name, { keyPath: key });
    for (const [index, path] of Object.entries(indexes)) table.createIndex(index, path);
  }
}

function openError(name: string, cause: unknown): StoreError {
  if (nameOf(cause) === "VersionError") {
    const message = `keepsake: "${name}" was written by a newer version of the library. Update the library; nothing was changed.`;
    return new StoreError("store_too_new", message, { cause });
  }
  const message = `keepsake: IndexedDB could not open "${name}". In private windows it may be switched off: use storage: "memory".`;
  return new StoreError("store_failed", message, { cause });
}

/** By name and not by `instanceof DOMException`: a realm, or an IndexedDB in JavaScript, has its own. */
const IDB_ERRORS = new Set([
  "AbortError",
  "ConstraintError",
  "DataCloneError",
  "DataError",
  "InvalidStateError",
  "NotFoundError",
  "QuotaExceededError",
  "TransactionInactiveError",
  "UnknownError",
]);

function nameOf(error: unknown): string {
  return error instanceof Object && "name" in error ? String(error.name) : "";
}

type AnyTx = IDBPTransaction<unknown, string[], "readonly" | "readwrite">;

class IndexedDBStore implements Store {
  readonly kind = "indexeddb";
  readonly #db: IDBPDatabase;
  readonly #connection: Connection;

  constructor(db: IDBPDatabase, connection: Connection) {
    this.#db = db;
    this.#connection = connection;
  }

  read: Store["read"] = (tables, body) => this.#run(tables, "readonly", "relaxed", body);

  write: Store["write"] = (tables, durability, body) => this.#run(tables, "readwrite", durability, body);

  async close(): Promise<void> {
    this.#connection.closed = true;
    this.#db.close();
  }

  async #run<R>(
    tables: TableName[],
    mode: IDBTransactionMode & ("readonly" | "readwrite"),
    durability: Durability,
    body: (tx: WriteTx) => Promise<R>,
  ): Promise<R> {
    this.#assertUsable();
    try {
      const tx = this.#db.transaction(tables, mode, { durability });
      return await settle(tx, body);
    } catch (error) {
      throw this.#translate(error);
    }
  }

  #assertUsable(): void {
    const { closed, lost } = this.#connection;
    if (closed) throw new EngineError("closed", "keepsake: the store is closed. Open a new Memory.");
    if (lost !== null) throw lostError(lost);
  }

  /** A browser's exception as one of ours; our own errors and foreign ones from the body stay as they are. */
  #translate(error: unknown): unknown {
    const name = nameOf(error);
    if (KeepsakeError.isInstance(error) || !IDB_ERRORS.has(name)) return error;
    if (this.#connection.lost !== null) return lostError(this.#connection.lost, error);
    if (name === "QuotaExceededError") {
      const message =
        "keepsake: the browser's storage for this site is full. Nothing of this call was stored; free space and try again.";
      return new StoreError("store_quota", message, { cause: error, retryable: true });
    }
    if (name === "InvalidStateError") return lostError("the connection is closing", error);
    const message = `keepsake: IndexedDB failed (${name}). Nothing of this call was stored.`;
    return new StoreError("store_failed", message, { cause: error, retryable: true });
  }
}

function lostError(reason: string, cause?: unknown): StoreError {
  return new StoreError("store_lost", `keepsake: the database is gone: ${reason}. Open a new Memory.`, { cause });
}

/**
 * Runs the body, then waits for the transaction. An abort fires only `abort`, which `tx.done` hears; a
 * quota error comes at commit, after every request has succeeded. So the body's value counts only once
 * `done` has resolved, and the body's error goes before the abort it caused.
 */
async function settle<R>(tx: AnyTx, body: (tx: WriteTx) => Promise<R>): Promise<R> {
  const done = tx.done.then(
    () => null,
    (error: unknown) => error ?? new DOMException("The transaction was aborted", "AbortError"),
  );
  let value: R;
  try {
    value = await body(new IndexedDBTx(tx));
  } catch (error) {
    abortQuietly(tx);
    const reason = await done;
    // When the transaction fell first, its reason tells more than the request that noticed.
    throw nameOf(error) === "AbortError" && reason !== null ? reason : error;
  }
  const failure = await done;
  if (failure !== null) throw failure;
  return value;
}

function abortQuietly(tx: AnyTx): void {
  try {
    tx.abort();
  } catch {
    // It has already ended; `done` knows how.
  }
}

class IndexedDBTx implements WriteTx {
  readonly #tx: AnyTx;

  constructor(tx: AnyTx) {
    this.#tx = tx;
  }

  get<T extends TableName>(table: T, key: Key): Promise<Tables[T] | undefined> {
    return this.#tx.objectStore(table).get(key);
  }

  async getAll<T extends TableName>(table: T, range: Range = {}): Promise<Tables[T][]> {
    if (!range.reverse) return this.#source(table, range).getAll(keyRange(range), range.limit);
    const rows: Tables[T][] = [];
    for await (const cursor of this.#backwards(table, range)) {
      rows.push(cursor.value as Tables[T]);
      if (rows.length === range.limit) break;
    }
    return rows;
  }

  async keys(table: TableName, range: Range = {}): Promise<Key[]> {
    if (!range.reverse) return (await this.#source(table, range).getAllKeys(keyRange(range), range.limit)) as Key[];
    const keys: Key[] = [];
    for await (const cursor of this.#backwards(table, range)) {
      keys.push(cursor.primaryKey as Key);
      if (keys.length === range.limit) break;
    }
    return keys;
  }

  count(table: TableName, range: Range = {}): Promise<number> {
    return this.#source(table, range).count(keyRange(range));
  }

  async put<T extends TableName>(table: T, row: Tables[T]): Promise<void> {
    await this.#writable(table).put(row);
  }

  async delete(table: TableName, key: Key): Promise<void> {
    await this.#writable(table).delete(key);
  }

  async deleteAll(table: TableName, range: Range = {}): Promise<void> {
    const store = this.#writable(table);
    if (range.index === undefined && range.limit === undefined) {
      const bounds = keyRange(range);
      await (bounds ? store.delete(bounds) : store.clear());
      return;
    }
    for (const key of await this.keys(table, range)) await store.delete(key);
  }

  #source(table: TableName, range: Range) {
    const store = this.#tx.objectStore(table);
    return range.index === undefined ? store : store.index(range.index);
  }

  #backwards(table: TableName, range: Range) {
    return this.#source(table, range).iterate(keyRange(range), "prev");
  }

  #writable(table: TableName) {
    return (this.#tx as IDBPTransaction<unknown, string[], "readwrite">).objectStore(table);
  }
}

function keyRange(range: Range): IDBKeyRange | undefined {
  const { lower, lowerOpen, upper, upperOpen } = boundsOf(range);
  if (lower !== undefined && upper !== undefined) return IDBKeyRange.bound(lower, upper, lowerOpen, upperOpen);
  if (lower !== undefined) return IDBKeyRange.lowerBound(lower, lowerOpen);
  if (upper !== undefined) return IDBKeyRange.upperBound(upper, upperOpen);
  return undefined;
}
