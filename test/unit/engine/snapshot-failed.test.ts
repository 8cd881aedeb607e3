import { openInlineEngine, openMemoryStore } from "keepsake/engine";
import { faultyStore } from "keepsake/testing";
import { Memory, StoreError, type KeepsakeEvent } from "keepsake";
import { expect, it, onTestFinished } from "vitest";

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
