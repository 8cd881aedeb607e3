import "fake-indexeddb/auto";
import { openIndexedDBStore, openInlineEngine, openMemoryStore } from "keepsake/engine";
import { faultyStore } from "keepsake/testing";
import { Memory, StoreError, type KeepsakeEvent } from "keepsake";
import { beforeEach, expect, it, onTestFinished } from "vitest";
import { freshDatabase } from "../memory/fixtures.ts";

beforeEach(freshDatabase);

it("a search index that cannot be saved is told as such, once, and goes on to answer", async () => {
  const store = faultyStore(openMemoryStore());
  const events: KeepsakeEvent[] = [];
  const memory = new Memory({
    embedder: "hashing",
    index: { snapshotFrom: 1 },
    engine: (options, onEvent) =>
      openInlineEngine(options, (event) => (events.push(event), onEvent(event)), { openStore: async () => store }),
  });
  onTestFinished(() => memory.close());
  await memory.add("I like tea", { userId: "alice" });
  store.fillDisk(new StoreError("store_quota", "full"));
  for (let i = 0; i < 3; i++) {
    expect((await memory.search("tea", { userId: "alice" })).results).toHaveLength(1);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const told = events.filter(({ type }) => type === "snapshot-failed" || type === "index-rebuilt");
  expect(told).toMatchObject([{ type: "snapshot-failed", reason: "full" }]);
});

it("the first graph of a scope is saved when it is built, however small: the next start need not build it again", async () => {
  const memory = new Memory({ embedder: "hashing", index: { hnswFrom: 40, snapshotFrom: 10 } });
  const notes = Array.from({ length: 40 }, (_, i) => ({ role: "user" as const, content: `note ${i}` }));
  await memory.add(notes, { userId: "alice", infer: false });
  await memory.search("note", { userId: "alice" });
  await expect.poll(() => isSnapshotWith('{"rows":40,')).toBe(true);
  await memory.close();

  const again = new Memory({ embedder: "hashing", index: { hnswFrom: 40, snapshotFrom: 10 } });
  onTestFinished(() => again.close());
  await again.search("note", { userId: "alice" });
  expect((await again.info()).index.hnswRows).toBe(40);
});

/** Whether these words are in a snapshot. */
async function isSnapshotWith(words: string): Promise<boolean> {
  const store = await openIndexedDBStore({ name: "default" });
  const rows = await store.read(["snapshots"], (tx) => tx.getAll("snapshots"));
  await store.close();
  return rows.some(({ bytes }) => new TextDecoder("latin1").decode(bytes).includes(words));
}
