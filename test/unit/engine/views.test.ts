/** The views in memory by themselves: what becomes of one where a read fails, a scope is dropped or the store is slow. */
import { openInlineEngine, openMemoryStore, type Engine, type IndexOptions, type Store } from "keepsake/engine";
import { StoreError, type KeepsakeEvent, type Scope } from "keepsake";
import { fakeRuntime, faultyStore } from "keepsake/testing";
import { expect, it } from "vitest";
import { hashingEmbedder } from "../../../src/embed/hashing.ts";
import { CachedEmbedder } from "../../../src/engine/cached-embedder.ts";
import type { EngineContext } from "../../../src/engine/context.ts";
import { openLeases } from "../../../src/engine/leases.ts";
import { Maintenance } from "../../../src/engine/maintenance.ts";
import type { ScopeView } from "../../../src/engine/scope-view.ts";
import { Views } from "../../../src/engine/views.ts";
import { scopeKeyOf } from "../../../src/scope.ts";

const ALICE = { userId: "alice" };
const BOB = { userId: "bob" };
const KEY = scopeKeyOf(ALICE);
const HASHING = new CachedEmbedder(hashingEmbedder());

function contextOver(store: Store, more: Partial<EngineContext> = {}): EngineContext {
  return { store, runtime: fakeRuntime(), leases: openLeases("a"), emit: () => undefined, ...more };
}

/** Of a space in which nothing is ever embedded. */
function embedderOf(space: string): CachedEmbedder {
  return new CachedEmbedder({ space, dims: 2, embed: async () => [] });
}

async function engineOver(store: Store): Promise<Engine> {
  const options = { name: "views", storage: "memory", embedder: { kind: "hashing" } } as const;
  return openInlineEngine(options, () => undefined, { openStore: async () => store });
}

/** The same store, with what was added. */
async function storeWith(texts: string[], scope: Scope = ALICE, store = openMemoryStore()): Promise<Store> {
  const engine = await engineOver(store);
  const messages = texts.map((content) => ({ role: "user" as const, content }));
  const opId = `op-${scopeKeyOf(scope)}-${texts.length}`;
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

const breathe = async (): Promise<void> => undefined;
const many = (count: number): string[] => Array.from({ length: count }, (_, i) => `note ${i}`);

it("a scope that has not changed wants no new snapshot, however much was added to others", async () => {
  const store = await storeWith(["tea", "rum"]);
  const views = new Views(contextOver(store), { snapshotFrom: 1 });
  const wants = (): Promise<boolean> => views.exactly(KEY, HASHING, (view) => views.wantsSnapshot(view));
  expect(await wants()).toBe(true);
  await views.writeSnapshot(views.loaded()[0]!, breathe);
  await storeWith(many(501), BOB, store);
  expect(await wants()).toBe(false);
  await storeWith(many(501), ALICE, store);
  expect(await wants()).toBe(true);
});

it("labels are given by age, whether a view has lived through the adds or was loaded after them", async () => {
  const store = await storeWith(many(3));
  const lived = new Views(contextOver(store));
  const labels = (views: Views): Promise<number[]> =>
    views.exactly(KEY, HASHING, (view) => Array.from(view.rows(), ([, row]) => row.createdSeq));
  await labels(lived);
  await storeWith(many(12), ALICE, store);
  const all = Array.from({ length: 15 }, (_, i) => i + 1);
  expect(await labels(lived)).toEqual(all);
  expect(await labels(new Views(contextOver(store)))).toEqual(all);
});

it("a graph that is being built is saved in parts, with which the next start goes on", async () => {
  const store = await storeWith(many(15));
  const index: IndexOptions = { hnswFrom: 10, snapshotFrom: 1 };
  const views = new Views(contextOver(store), index);
  await views.exactly(KEY, HASHING, () => undefined);
  const [view] = views.loaded();
  await views.writeSnapshot(view!, breathe);
  const wanted: boolean[] = [];
  for (let rows = 1; rows <= 2; rows++) {
    await view!.vectors.buildSlice(0, () => 0);
    wanted.push(views.wantsSnapshot(view!));
  }
  expect(wanted).toEqual([false, true]);
  await views.writeSnapshot(view!, breathe);
  expect(views.wantsSnapshot(view!)).toBe(false);
  const later = new Views(contextOver(store), index);
  expect(await later.exactly(KEY, HASHING, ({ vectors }) => [vectors.hnswRows, vectors.wantsBuild])).toEqual([2, true]);
});

it("of a scope in which a memory is forgotten nothing stays in memory, in any tab, and of the others all", async () => {
  const store = await storeWith(["bread"], BOB, await storeWith(["tea", "rum"]));
  const views = new Views(contextOver(store));
  const loaded = (): Promise<ScopeView[]> =>
    views.selected(
      () => true,
      HASHING,
      (all) => all,
    );
  const [alice, bob] = await loaded();
  const engine = await engineOver(store);
  const forget = async (text: string, scope: Scope): Promise<void> => {
    const { results } = await engine.list({ scope, filter: null, topK: null });
    await engine.forget({ id: results.find(({ memory }) => memory === text)!.id });
  };
  await forget("tea", ALICE);
  const again = await loaded();
  expect([alice!.isClosed, bob!.isClosed]).toEqual([true, false]);
  expect(again.map(({ size }) => size)).toEqual([1, 1]);
  expect(again[1]).toBe(bob);
  // Two since the last look: which they were is not known any more.
  await forget("rum", ALICE);
  await forget("bread", BOB);
  expect((await loaded()).map(({ size }) => size)).toEqual([0, 0]);
  // The ids of a scope that is forgotten stay nowhere.
  await engine.forget({ scope: BOB });
  const kept = await store.read(["meta"], (tx) => tx.getAll("meta"));
  expect(JSON.stringify(kept)).not.toContain("bob");
});

it("a snapshot that a forget has kept from being written is still wanted", async () => {
  const store = await storeWith(["bread"], BOB, await storeWith(["tea", "rum"]));
  const views = new Views(contextOver(store), { snapshotFrom: 1 });
  await views.selected(
    () => true,
    HASHING,
    () => undefined,
  );
  const bob = views.loaded().find(({ scopeKey }) => scopeKey === scopeKeyOf(BOB))!;
  const engine = await engineOver(store);
  const { results } = await engine.list({ scope: ALICE, filter: null, topK: null });
  await engine.forget({ id: results[0]!.id });
  await views.writeSnapshot(bob, breathe);
  await views.selected(
    () => true,
    HASHING,
    () => undefined,
  );
  expect(views.wantsSnapshot(bob)).toBe(true);
  await views.writeSnapshot(bob, breathe);
  expect(views.wantsSnapshot(bob)).toBe(false);
});
