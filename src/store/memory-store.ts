/** The in-memory twin of the IndexedDB store: same promises, nothing kept. */
import { EngineError } from "../errors.ts";
import { keyOf, SortedEntries } from "./keys.ts";
import {
  TABLES,
  type Key,
  type Range,
  type ReadTx,
  type Store,
  type TableName,
  type Tables,
  type WriteTx,
} from "./store.ts";

/** One table: rows by primary key, and its key orders. The primary order is the index "". */
class Table {
  readonly #rows = new Map<string, object>();
  readonly #orders = new Map<string, SortedEntries>();
  readonly #paths: Record<string, string | string[]>;

  constructor(name: TableName) {
    this.#paths = { "": TABLES[name].key, ...TABLES[name].indexes };
    for (const index of Object.keys(this.#paths)) this.#orders.set(index, new SortedEntries());
  }

  keyOf(row: object): Key {
    return keyOf(row, this.#paths[""]!);
  }

  get(key: Key): object | undefined {
    return this.#rows.get(JSON.stringify(key));
  }

  /** Sets or (with undefined) removes a row; returns what was there. */
  replace(key: Key, row: object | undefined): object | undefined {
    const id = JSON.stringify(key);
    const before = this.#rows.get(id);
    for (const [index, order] of this.#orders) {
      const path = this.#paths[index]!;
      if (before) order.remove(keyOf(before, path), key);
      if (row) order.add(keyOf(row, path), key);
    }
    if (row) this.#rows.set(id, row);
    else this.#rows.delete(id);
    return before;
  }

  keys(range: Range): Key[] {
    const order = this.#orders.get(range.index ?? "");
    if (!order) throw new TypeError(`no index ${range.index}`);
    return order.select(range);
  }
}

class MemoryTx implements WriteTx {
  readonly #tables: Map<TableName, Table>;
  readonly #allowed: ReadonlySet<TableName>;
  /** What to put back, newest last. */
  readonly #undo: (() => void)[] = [];

  constructor(tables: Map<TableName, Table>, allowed: TableName[]) {
    this.#tables = tables;
    this.#allowed = new Set(allowed);
  }

  async get<T extends TableName>(table: T, key: Key): Promise<Tables[T] | undefined> {
    return structuredClone(this.#table(table).get(key)) as Tables[T] | undefined;
  }

  async getAll<T extends TableName>(table: T, range: Range = {}): Promise<Tables[T][]> {
    const source = this.#table(table);
    return source.keys(range).map((key) => structuredClone(source.get(key)) as Tables[T]);
  }

  async keys(table: TableName, range: Range = {}): Promise<Key[]> {
    return this.#table(table).keys(range);
  }

  async count(table: TableName, range: Range = {}): Promise<number> {
    return this.#table(table).keys(range).length;
  }

  async put<T extends TableName>(table: T, row: Tables[T]): Promise<void> {
    const target = this.#table(table);
    this.#replace(target, target.keyOf(row), structuredClone(row));
  }

  async delete(table: TableName, key: Key): Promise<void> {
    this.#replace(this.#table(table), key, undefined);
  }

  async deleteAll(table: TableName, range: Range = {}): Promise<void> {
    const target = this.#table(table);
    for (const key of target.keys(range)) this.#replace(target, key, undefined);
  }

  rollback(): void {
    while (this.#undo.length > 0) this.#undo.pop()!();
  }

  #replace(table: Table, key: Key, row: object | undefined): void {
    const before = table.replace(key, row);
    this.#undo.push(() => table.replace(key, before));
  }

  #table(name: TableName): Table {
    if (!this.#allowed.has(name)) throw new TypeError(`table ${name} is not part of this transaction`);
    return this.#tables.get(name)!;
  }
}

/** A store that lives and dies with the page. */
export function openMemoryStore(): Store {
  const tables = new Map((Object.keys(TABLES) as TableName[]).map((name) => [name, new Table(name)]));
  // One transaction at a time: serializable without further thought.
  let last: Promise<unknown> = Promise.resolve();
  let closed = false;

  function inTurn<R>(allowed: TableName[], body: (tx: MemoryTx) => Promise<R>): Promise<R> {
    if (closed) return Promise.reject(new EngineError("closed", "keepsake: the store is closed. Open a new Memory."));
    const turn = last.then(async () => {
      const tx = new MemoryTx(tables, allowed);
      try {
        return await body(tx);
      } catch (error) {
        tx.rollback();
        throw error;
      }
    });
    last = turn.catch(() => undefined);
    return turn;
  }

  return {
    kind: "memory",
    read: (allowed, body: (tx: ReadTx) => Promise<never>) => inTurn(allowed, body),
    write: (allowed, _durability, body) => inTurn(allowed, body),
    close: async () => {
      closed = true;
      await last;
    },
  };
}
