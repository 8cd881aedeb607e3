/** The views in memory by themselves: what becomes of one where a read fails, a scope is dropped or the store is slow. */
import { openInlineEngine, openMemoryStore, type IndexOptions, type Store } from "keepsake/engine";
import { StoreError, type KeepsakeEvent } from "keepsake";
import { fakeRuntime, faultyStore } from "keepsake/testing";
import { expect, it } from "vitest";
import { hashingEmbedder } from "../../../src/embed/hashing.ts";
import { CachedEmbedder } from "../../../src/engine/cached-embedder.ts";
import type { EngineContext } from "../../../src/engine/context.ts";
import { openLeases } from "../../../src/engine/leases.ts";
import { Maintenance } from "../../../src/engine/maintenance.ts";
import { Views } from "../../../src/engine/views.ts";
import { scopeKeyOf } from "../../../src/scope.ts";

const ALICE = { userId: "alice" };
const KEY = scopeKeyOf(ALICE);
const HASHING = new CachedEmbedder(hashingEmbedder());

function contextOver(store: Store, more: Partial<EngineContext> = {}): EngineContext {
  return { store, runtime: fakeRuntime(), leases: openLeases("a"), emit: () => undefined, ...more };
}

/** Of a space in which nothing is ever embedded. */
function embedderOf(space: string): CachedEmbedder {
  return new CachedEmbedder({ space, dims: 2, embed: async () => [] });
}

async function storeWith(texts: string[], scope = ALICE, store = openMemoryStore()): Promise<Store> {
  const options = { name: "views", storage: "memory", embedder: { kind: "hashing" } } as const;
  const engine = await openInlineEngine(options, () => undefined, { openStore: async () => store });
  const messages = texts.map((content) => ({ role: "user" as const, content }));
  const opId = `op-${texts[0]}`;
  await engine.accept({ opId, scope, messages, options: { infer: false, metadata: {}, extractor: "rules" } });
  const why = { origin: "verbatim", reason: "test", decidedBy: "app" } as const;
  await engine.commit({ opId, decisions: texts.map((text) => ({ event: "ADD", text, ...why })) });
  return store;
}

it("a read that fails while a scope moves to another space leaves no closed view behind", async () => {
  const store = faultyStore(openMemoryStore());
  const views = new Views(contextOver(store));
  const [before, after] = [embedderOf("before"), embedderOf("after")];
  await views.exactly(KEY, before, () => undefined);
  store.disarm();
  await views.exactly(KEY, embedderOf("other"), () => undefined);
  const needed = store.operations.length;
  for (let n = 1; n <= needed; n++) {
    await views.exactly(KEY, before, () => undefined);
    store.arm(n, new StoreError("store_failed", "on purpose"));
    await expect(views.exactly(KEY, after, () => undefined)).rejects.toThrow("on purpose");
    store.disarm();
    expect(await views.exactly(KEY, before, (view) => view.isClosed)).toBe(false);
  }
});

it("a view that is dropped while its snapshot is prepared is not told as a snapshot that failed", async () => {
  const store = await storeWith(["tea", "rum", "gin"]);
  const events: KeepsakeEvent[] = [];
  let now = 0;
  // Every look at the clock finds the slice over, so that the snapshot is prepared with a pause at every step.
  const runtime = { ...fakeRuntime(), now: () => (now += 1_000) };
  const context = contextOver(store, { runtime, emit: (event) => events.push(event) });
  const index: IndexOptions = { snapshotFrom: 1 };
  const views = new Views(context, index);
  const maintenance = new Maintenance(context, views);
  await views.exactly(KEY, HASHING, () => undefined);
  maintenance.wake();
  await new Promise((resolve) => setTimeout(resolve, 3));
  await views.drop();
  await maintenance.close();
  expect(events).toEqual([]);
});
