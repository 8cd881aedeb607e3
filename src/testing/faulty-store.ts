/** A Store that fails where a test says so. What it wraps is real, and has to undo what was begun. */
import { InvalidInputError } from "../errors.ts";
import type { ReadTx, Store, WriteTx } from "../store/store.ts";

export interface FaultyStore extends Store {
  /**
   * What was asked of the store since it was made, `arm` or `disarm`: `"get memories"`, `"put changes"`, …, and for
   * each write `"commit"` (every request has succeeded, nothing is complete) and `"answer"` (it is complete, and
   * the caller does not know yet).
   */
  readonly operations: readonly string[];
  /**
   * The n-th operation from now on fails with this error, once; 1 is the next. At `"answer"` the write has taken
   * place all the same, as when a worker dies between the two. The count of `operations` starts again.
   * @throws {InvalidInputError} invalid_input, where n is not a positive whole number
   */
  arm(n: number, error: unknown): void;
  /** Every write fails at its commit until `disarm`, as on a full disk; reads go on. */
  fillDisk(error: unknown): void;
  /** Nothing fails any more. The count of `operations` starts again. */
  disarm(): void;
}

/**
 * @example
 * const store = faultyStore(openMemoryStore());
 * store.arm(3, new StoreError("store_failed", "on purpose"));
 */
export function faultyStore(inner: Store): FaultyStore {
  const faults = new Faults();
  return {
    kind: inner.kind,
    get operations() {
      return faults.operations;
    },
    arm: (n, error) => faults.arm(n, error),
    fillDisk: (error) => faults.fillDisk(error),
    disarm: () => faults.disarm(),
    read: (tables, body) => inner.read(tables, (tx) => body(readTx(tx, faults))),
    write: async (tables, durability, body) => {
      const value = await inner.write(tables, durability, async (tx) => {
        const result = await body(writeTx(tx, faults));
        faults.pass("commit");
        return result;
      });
      faults.pass("answer");
      return value;
    },
    close: () => inner.close(),
  };
}

class Faults {
  operations: string[] = [];
  #fault: { at: number; error: unknown } | null = null;
  #full: { error: unknown } | null = null;

  arm(n: number, error: unknown): void {
    if (!Number.isInteger(n) || n < 1) throw new InvalidInputError("faultyStore: n must be 1, 2, 3 …");
    this.disarm();
    this.#fault = { at: n, error };
  }

  fillDisk(error: unknown): void {
    this.#full = { error };
  }

  disarm(): void {
    this.operations = [];
    this.#fault = null;
    this.#full = null;
  }

  /** Counts an operation that is about to be done, or throws in its place. */
  pass(operation: string): void {
    const count = this.operations.push(operation);
    if (count === this.#fault?.at) throw this.#fault.error;
    if (this.#full && operation === "commit") throw this.#full.error;
  }
}

function readTx(tx: ReadTx, faults: Faults): ReadTx {
  return {
    get: async (table, key) => (faults.pass(`get ${table}`), tx.get(table, key)),
    getAll: async (table, range) => (faults.pass(`getAll ${table}`), tx.getAll(table, range)),
    keys: async (table, range) => (faults.pass(`keys ${table}`), tx.keys(table, range)),
    count: async (table, range) => (faults.pass(`count ${table}`), tx.count(table, range)),
  };
}

function writeTx(tx: WriteTx, faults: Faults): WriteTx {
  return {
    ...readTx(tx, faults),
    put: async (table, row) => (faults.pass(`put ${table}`), tx.put(table, row)),
    delete: async (table, key) => (faults.pass(`delete ${table}`), tx.delete(table, key)),
    deleteAll: async (table, range) => (faults.pass(`deleteAll ${table}`), tx.deleteAll(table, range)),
  };
}
