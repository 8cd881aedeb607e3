/** What every Store promises, as tests: run it on ours, run it on yours. */
import type { MetaRow, Store, WriteTx } from "../store/store.ts";
import { ensure, ensureEqual, ensureRejects, type SuiteRunner } from "./suite.ts";

/**
 * Declares the conformance tests of a store.
 * @param open makes a store with no rows in it; called once per test, and closed by it
 *
 * @example
 * storeSuite("my store", () => openMine(), { describe, it });
 */
export function storeSuite(name: string, open: () => Promise<Store>, { describe, it }: SuiteRunner): void {
  const test = (title: string, body: (store: Store) => Promise<void>): void =>
    it(title, async () => {
      const store = await open();
      try {
        await body(store);
      } finally {
        await store.close();
      }
    });

  describe(`${name} keeps the contract of a Store`, () => {
    test("gives back what was put, by key, and undefined for what was not", async (store) => {
      const vector = Float32Array.of(0.6, 0.8);
      const row = { space: "s", scopeKey: "k", id: "a", hash: "h", vector };
      await store.write(["vectors"], "strict", (tx) => tx.put("vectors", row));
      const [found, missing] = await store.read(["vectors"], (tx) =>
        Promise.all([tx.get("vectors", ["s", "k", "a"]), tx.get("vectors", ["s", "k", "b"])]),
      );
      ensure(found?.vector instanceof Float32Array, "the vector is no Float32Array");
      ensureEqual([...found.vector], [...vector], "vector");
      ensure(missing === undefined, "a row from nowhere");
    });

    test("copies rows: a change outside changes nothing inside", async (store) => {
      const row: MetaRow = { key: "a", value: { n: 1 } };
      await store.write(["meta"], "relaxed", (tx) => tx.put("meta", row));
      (row.value as { n: number }).n = 2;
      const first = await get(store, "a");
      (first as { n: number }).n = 3;
      ensureEqual(await get(store, "a"), { n: 1 }, "value");
    });

    test("replaces by key, deletes by key, by range and all", async (store) => {
      await put(store, ["a", 1], ["b", 1], ["a", 2], ["c", 1]);
      ensureEqual(await keys(store), ["a", "b", "c"], "keys");
      ensureEqual(await get(store, "a"), 2, "replaced");
      await store.write(["meta"], "relaxed", (tx) => tx.delete("meta", "b"));
      ensureEqual(await keys(store), ["a", "c"], "after delete");
      await store.write(["meta"], "relaxed", (tx) => tx.deleteAll("meta", { after: "a" }));
      ensureEqual(await keys(store), ["a"], "after deleteAll of a range");
      await store.write(["meta"], "relaxed", (tx) => tx.deleteAll("meta"));
      ensureEqual(await keys(store), [], "after deleteAll");
    });

    test("selects by prefix, after a key, backwards and up to a limit", async (store) => {
      await store.write(["snapshots"], "relaxed", async (tx) => {
        for (const [n, chunk] of [
          ["b", 0],
          ["a", 10],
          ["a", 2],
          ["a", 1],
        ] as const) {
          await tx.put("snapshots", { name: n, chunk, bytes: new Uint8Array([chunk]) });
        }
      });
      const select = (range: object): Promise<unknown> =>
        store.read(["snapshots"], async (tx) =>
          (await tx.getAll("snapshots", range)).map((r) => `${r.name}${r.chunk}`),
        );
      ensureEqual(await select({}), ["a1", "a2", "a10", "b0"], "all, numbers by value");
      ensureEqual(await select({ prefix: ["a"] }), ["a1", "a2", "a10"], "prefix");
      ensureEqual(await select({ prefix: ["a"], after: ["a", 1] }), ["a2", "a10"], "after");
      ensureEqual(await select({ prefix: ["a"], reverse: true, limit: 2 }), ["a10", "a2"], "backwards");
      ensureEqual(await select({ prefix: ["a"], after: ["a", 10], reverse: true }), ["a2", "a1"], "backwards after");
      ensureEqual(await select({ limit: 1 }), ["a1"], "limit");
    });

    test("selects by index, and tells primary keys and counts", async (store) => {
      await store.write(["pending"], "relaxed", async (tx) => {
        for (const [opId, order] of [
          ["x", 3],
          ["y", 1],
          ["z", 2],
        ] as const) {
          await tx.put("pending", pendingRow(opId, order));
        }
      });
      const [ordered, after, count] = await store.read(["pending"], (tx) =>
        Promise.all([
          tx.keys("pending", { index: "order" }),
          tx.keys("pending", { index: "order", after: 1 }),
          tx.count("pending"),
        ]),
      );
      ensureEqual(ordered, ["y", "z", "x"], "by order");
      ensureEqual(after, ["z", "x"], "after 1");
      ensureEqual(count, 3, "count");
    });

    test("shows a transaction its own writes", async (store) => {
      const seen = await store.write(["meta"], "relaxed", async (tx) => {
        await tx.put("meta", { key: "a", value: 1 });
        return (await tx.get("meta", "a"))?.value;
      });
      ensureEqual(seen, 1, "own write");
    });

    test("undoes every write of a body that throws, and passes its error on as it is", async (store) => {
      await put(store, ["a", 1]);
      const error = new Error("on purpose");
      const failing = store.write(["meta", "ops"], "strict", async (tx) => {
        await tx.put("meta", { key: "a", value: 2 });
        await tx.delete("meta", "a");
        await tx.put("meta", { key: "b", value: 2 });
        throw error;
      });
      const caught = await failing.catch((thrown: unknown) => thrown);
      ensure(caught === error, "another error came out");
      ensureEqual([await keys(store), await get(store, "a")], [["a"], 1], "after the failure");
    });

    test("serializes writes: none reads what another is about to change", async (store) => {
      await put(store, ["n", 0]);
      const increment = async (tx: WriteTx): Promise<void> => {
        const n = (await tx.get("meta", "n"))?.value as number;
        await tx.put("meta", { key: "n", value: n + 1 });
      };
      await Promise.all(Array.from({ length: 25 }, () => store.write(["meta"], "relaxed", increment)));
      ensureEqual(await get(store, "n"), 25, "count of increments");
    });

    test("rejects calls after close with `closed`, and may be closed twice", async (store) => {
      await store.close();
      await store.close();
      await ensureRejects(get(store, "a"), "closed");
    });
  });
}

function pendingRow(opId: string, order: number) {
  return {
    opId,
    order,
    scope: {},
    scopeKey: "",
    messages: [],
    options: { infer: true, metadata: {}, extractor: "rules" as const },
    acceptedAt: "",
    attempts: 0,
  };
}

async function put(store: Store, ...rows: [string, unknown][]): Promise<void> {
  await store.write(["meta"], "relaxed", async (tx) => {
    for (const [key, value] of rows) await tx.put("meta", { key, value });
  });
}

function get(store: Store, key: string): Promise<unknown> {
  return store.read(["meta"], async (tx) => (await tx.get("meta", key))?.value);
}

function keys(store: Store): Promise<unknown> {
  return store.read(["meta"], (tx) => tx.keys("meta"));
}
