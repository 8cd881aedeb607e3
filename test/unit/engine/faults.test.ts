/**
 * A store that fails at its n-th operation, for every n: what is in the database and what the engine answers is
 * the state before a call or the state after it.
 */
import { IDBFactory } from "fake-indexeddb";
import "fake-indexeddb/auto";
import { openInlineEngine, openIndexedDBStore, openMemoryStore, type Engine, type Store } from "keepsake/engine";
import { Memory, StoreError, type KeepsakeEvent } from "keepsake";
import { faultyStore, type FaultyStore } from "keepsake/testing";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import type { CommitDecision } from "../../../src/engine/engine.ts";
import { TABLES, type TableName } from "../../../src/store/store.ts";

const ALICE = { userId: "alice" };
const ON_PURPOSE = new StoreError("store_failed", "on purpose");
/** The same ids and times in every run, so that databases can be compared row by row. */
const RUNTIME = { now: () => 1_000_000, randomId: () => "the-app" };

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

interface Scenario {
  name: string;
  act: (engine: Engine) => Promise<unknown>;
  /** True where a second call after a success is a second change: an app's edits carry no key to know them by. */
  isNewEachTime?: boolean;
}

const scenarios: Scenario[] = [
  { name: "accept", act: (engine) => engine.accept(request("new", "I drink rum", "and gin")) },
  { name: "commit", act: (engine) => engine.commit({ opId: "waiting", decisions: mixed() }) },
  { name: "update", act: (engine) => engine.update([{ id: "op-0", text: "User drinks mate" }]), isNewEachTime: true },
  { name: "delete", act: (engine) => engine.delete(["op-1"]), isNewEachTime: true },
  { name: "undo", act: (engine) => engine.undo("op"), isNewEachTime: true },
  { name: "forget", act: (engine) => engine.forget({ scope: ALICE }), isNewEachTime: true },
  { name: "deleteAll", act: (engine) => engine.deleteAll(ALICE), isNewEachTime: true },
  { name: "cancel", act: (engine) => engine.cancel("waiting") },
  {
    name: "release",
    act: (engine) => engine.release("waiting", { code: "llm_failed", message: "away" }, 5_000),
    isNewEachTime: true,
  },
];

/** ADD, UPDATE, DELETE and NONE in one commit. */
function mixed(): CommitDecision[] {
  const why = { reason: "test", decidedBy: "rules" } as const;
  return [
    { event: "ADD", text: "User drinks rum", origin: "rules", ...why },
    { event: "UPDATE", id: "op-0", rev: 1, text: "User drinks green tea", origin: "rules", ...why },
    { event: "DELETE", id: "op-1", rev: 1, ...why },
    { event: "NONE", id: "op-2", text: "User drinks juice", ...why },
    { event: "ADD", text: "User drinks gin", origin: "rules", ...why },
  ];
}

const storages: [string, () => Promise<Store>][] = [
  ["the memory store", async () => openMemoryStore()],
  ["IndexedDB", () => openIndexedDBStore({ name: "faults" })],
];

for (const [storage, openStore] of storages) {
  describe(`INV-3: over ${storage}, a fault at any operation leaves the state before or after`, () => {
    for (const scenario of scenarios) {
      it(`of ${scenario.name}, also in what is answered; a retry applies it exactly once`, async () => {
        const { before, after, operations } = await dryRun(openStore, scenario);
        expect(operations.slice(-2)).toEqual(["commit", "answer"]);
        for (const [i, operation] of operations.entries()) {
          globalThis.indexedDB = new IDBFactory();
          const at = `operation ${i + 1}, ${operation}`;
          const world = await openWorld(openStore);
          world.store.arm(i + 1, ON_PURPOSE);
          const heard = world.events.length;
          await expect(scenario.act(world.engine), at).rejects.toBe(ON_PURPOSE);
          world.store.disarm();
          const isDone = operation === "answer";
          expect(await dump(world.store), at).toEqual(isDone ? after : before);
          expect(world.events.slice(heard), at).toEqual([]);
          await expectAgreement(world, at);
          if (!isDone || !scenario.isNewEachTime) {
            await scenario.act(world.engine);
            expect(await dump(world.store), `retry after ${at}`).toEqual(after);
            await expectAgreement(world, `retry after ${at}`);
          }
          await world.close();
        }
        // A world per operation: a busy machine takes its time.
      });
    }

    it("of a read, which answers again when the fault is over", async () => {
      const world = await openWorld(openStore);
      const answers = await answersOf(world.engine);
      const reader = await openEngine(world.store);
      await reader.modelReady();
      world.store.arm(1e6, ON_PURPOSE);
      await answersOf(reader);
      const { length } = world.store.operations;
      for (let n = 1; n <= length; n++) {
        const cold = await openEngine(world.store);
        await cold.modelReady();
        world.store.arm(n, ON_PURPOSE);
        await expect(answersOf(cold)).rejects.toBe(ON_PURPOSE);
        world.store.disarm();
        expect(await answersOf(cold)).toEqual(answers);
      }
      await world.close();
    });
  });
}

describe("INV-5: a search with a filter that fails at any operation", () => {
  it("leaves nothing half read in memory: the next one finds what is there", async () => {
    const filter = { topic: "drinks" };
    const find = (engine: Engine) => engine.search({ scope: ALICE, query: "tea", topK: 10, threshold: 0, filter });
    const open = async (): Promise<{ store: FaultyStore; engine: Engine }> => {
      const store = faultyStore(openMemoryStore());
      const engine = await openEngine(store);
      const { opId, options, ...rest } = request("op", "I drink tea");
      await engine.accept({ ...rest, opId, options: { ...options, metadata: filter } });
      const why = { origin: "rules", reason: "test", decidedBy: "rules" } as const;
      await engine.commit({ opId, decisions: [{ event: "ADD", text: "User drinks tea", ...why }] });
      await engine.modelReady();
      await engine.search({ scope: ALICE, query: "tea", topK: 1, threshold: 0, filter: null });
      store.disarm();
      return { store, engine };
    };
    const dry = await open();
    expect(await find(dry.engine)).toHaveLength(1);
    for (const [i, operation] of [...dry.store.operations].entries()) {
      const { store, engine } = await open();
      store.arm(i + 1, ON_PURPOSE);
      await expect(find(engine), operation).rejects.toBe(ON_PURPOSE);
      store.disarm();
      expect(await find(engine), operation).toHaveLength(1);
    }
  });
});

describe("INV-4: a full disk", () => {
  const quota = (): DOMException => new DOMException("full", "QuotaExceededError");

  it("at the commit rejects with store_quota; the op stays pending and is applied once there is space", async () => {
    const { memory, store, onEvent } = await openMemory();
    await memory.add("I like tea", ALICE);
    await memory.add("I like rum", ALICE);
    onEvent((event) => event.type === "pending" && event.state === "accepted" && store.fillDisk(quota()));
    const adding = memory.add("I like gin", { ...ALICE, opId: "full" });
    const error: unknown = await adding.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StoreError);
    expect(error).toMatchObject({ code: "store_quota", retryable: true });
    expect((await memory.pending()).map((op) => op.opId)).toEqual(["full"]);
    expect(await textsOf(memory)).toEqual(["User likes rum", "User likes tea"]);
    expect((await memory.search("gin", ALICE)).results.map((r) => r.memory)).not.toContain("User likes gin");

    expect(await memory.flush()).toMatchObject({ results: [], pending: [{ opId: "full" }] });
    store.disarm();
    const flushed = await memory.flush();
    expect(flushed.pending).toEqual([]);
    expect(flushed.results.map((r) => r.opId)).toEqual(["full"]);
    expect(await textsOf(memory)).toEqual(["User likes gin", "User likes rum", "User likes tea"]);
  });

  it("at the acceptance rejects with store_quota, and nothing of the add is left", async () => {
    const { memory, store } = await openMemory();
    await memory.ready();
    store.fillDisk(quota());
    await expect(memory.add("I like gin", { ...ALICE, opId: "op" })).rejects.toMatchObject({ code: "store_quota" });
    store.disarm();
    expect(await memory.pending()).toEqual([]);
    expect((await memory.add("I like gin", { ...ALICE, opId: "op" })).results).toHaveLength(1);
    expect(await textsOf(memory)).toEqual(["User likes gin"]);
  });

  it("as IndexedDB tells it, by an abort after every request has succeeded, undoes the write", async () => {
    const store = await openIndexedDBStore({ name: "quota" });
    onTestFinished(() => store.close());
    await store.write(["meta"], "strict", (tx) => tx.put("meta", { key: "a", value: 1 }));
    const undo = abortNextCommit("QuotaExceededError");
    onTestFinished(undo);
    const writing = store.write(["meta"], "strict", (tx) => tx.put("meta", { key: "a", value: 2 }));
    await expect(writing).rejects.toMatchObject({ code: "store_quota", retryable: true });
    undo();
    expect((await store.read(["meta"], (tx) => tx.get("meta", "a")))?.value).toBe(1);
  });
});

describe("INV-11: a store that cannot be closed", () => {
  it("makes close() reject, and everybody who watches is released all the same", async () => {
    const { memory, store } = await openMemory();
    const watching = (async () => {
      for await (const event of memory.watch()) void event;
    })();
    await memory.ready();
    const refused = new Error("cannot be closed");
    const close = store.close.bind(store);
    store.close = () => Promise.reject(refused);
    onTestFinished(close);
    await expect(memory.close()).rejects.toBe(refused);
    await watching;
    expect(await memory.watch().next()).toEqual({ done: true, value: undefined });
  });
});

interface World {
  store: FaultyStore;
  engine: Engine;
  events: KeepsakeEvent[];
  close: () => Promise<void>;
}

/** Three memories, one waiting op, and an engine that has all of it in memory. */
async function openWorld(openStore: () => Promise<Store>): Promise<World> {
  const inner = await openStore();
  const store = faultyStore(inner);
  const events: KeepsakeEvent[] = [];
  const engine = await openEngine(store, (event) => events.push(event));
  await engine.accept(request("op", "I drink tea, milk and juice"));
  const texts = ["User drinks tea", "User drinks milk", "User drinks juice"];
  const why = { origin: "rules", reason: "test", decidedBy: "rules" } as const;
  await engine.commit({ opId: "op", decisions: texts.map((text) => ({ event: "ADD", text, ...why })) });
  await engine.accept(request("waiting", "I changed my mind"));
  await engine.modelReady();
  await answersOf(engine);
  store.disarm();
  return { store, engine, events, close: () => inner.close() };
}

/** An engine that does not take the store with it when it goes. */
function openEngine(store: Store, onEvent: (event: KeepsakeEvent) => void = () => undefined): Promise<Engine> {
  const shared: Store = {
    ...store,
    kind: "memory",
    read: store.read,
    write: store.write,
    close: async () => undefined,
  };
  const options = { name: "faults", storage: "memory", embedder: { kind: "hashing" } } as const;
  return openInlineEngine(options, onEvent, { openStore: async () => shared, runtime: RUNTIME });
}

async function dryRun(openStore: () => Promise<Store>, { act }: Scenario) {
  const { store, engine, close } = await openWorld(openStore);
  const before = await dump(store);
  store.disarm();
  await act(engine);
  const operations = [...store.operations];
  const after = await dump(store);
  await close();
  expect(after).not.toEqual(before);
  return { before, after, operations };
}

/** An engine that was there when it happened says the same as one that starts from the store. */
async function expectAgreement({ engine, store }: World, at: string): Promise<void> {
  const fresh = await openEngine(store);
  expect(await answersOf(engine), at).toEqual(await answersOf(fresh));
  await fresh.close();
}

async function answersOf(engine: Engine) {
  const found = [];
  for (const query of ["tea", "what does the user drink", "rum", "mate"]) {
    found.push(await engine.search({ scope: ALICE, query, topK: 10, threshold: 0, filter: null }));
  }
  const { results: list } = await engine.list({ scope: ALICE, filter: null, topK: null });
  const ids = ["op-0", "op-1", "op-2", "waiting-0", "waiting-4"];
  const each = await Promise.all(ids.map(async (id) => [await engine.get(id), await engine.history(id)]));
  const { facts } = await engine.recall(ALICE, [{ text: "User drinks tea" }], 5);
  const { seq, memories, pending } = await engine.info();
  return { found, list, each, facts, waiting: await engine.pending(), counts: { seq, memories, pending } };
}

/** Everything but how far a new engine has looked for missing vectors, which is no part of what is stored. */
function dump(store: Store): Promise<Record<string, object[]>> {
  const tables = Object.keys(TABLES) as TableName[];
  return store.read(tables, async (tx) => {
    const rows: Record<string, object[]> = {};
    for (const table of tables) rows[table] = await tx.getAll(table);
    rows["meta"] = (await tx.getAll("meta")).filter((row) => !row.key.startsWith("filled:"));
    return rows;
  });
}

function request(opId: string, ...contents: string[]) {
  const messages = contents.map((content) => ({ role: "user" as const, content }));
  return { opId, scope: ALICE, messages, options: { infer: true, metadata: {}, extractor: "rules" as const } };
}

async function openMemory() {
  const store = faultyStore(await openIndexedDBStore({ name: "quota" }));
  const listeners: ((event: KeepsakeEvent) => unknown)[] = [];
  const memory = new Memory({
    embedder: "hashing",
    engine: (options, onEvent) => {
      const tell = (event: KeepsakeEvent): void => [onEvent, ...listeners].forEach((listen) => listen(event));
      return openInlineEngine(options, tell, { openStore: async () => store });
    },
  });
  onTestFinished(() => memory.close());
  return { memory, store, onEvent: (listener: (event: KeepsakeEvent) => unknown) => listeners.push(listener) };
}

async function textsOf(memory: Memory): Promise<string[]> {
  return (await memory.getAll(ALICE)).results.map((item) => item.memory).toSorted();
}

/** The next write transaction of the IndexedDB double ends as Chromium's does when the disk is full. */
function abortNextCommit(name: string): () => void {
  const original = IDBDatabase.prototype.transaction;
  IDBDatabase.prototype.transaction = function (this: IDBDatabase, ...args: Parameters<typeof original>) {
    const tx = original.apply(this, args);
    const put = IDBObjectStore.prototype.put;
    const store = tx.objectStore("meta");
    store.put = (value: unknown) => {
      const asked = put.call(store, value);
      asked.addEventListener("success", () => queueMicrotask(() => (tx as unknown as Abortable)._abort(name)));
      return asked;
    };
    return tx;
  };
  return () => (IDBDatabase.prototype.transaction = original);
}

interface Abortable {
  _abort: (name: string) => void;
}
