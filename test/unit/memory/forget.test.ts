import "fake-indexeddb/auto";
import type { Memory } from "keepsake";
import { openIndexedDBStore, openInlineEngine, openMemoryStore } from "keepsake/engine";
import { decisions, facts, faultyStore, scriptedLLM } from "keepsake/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { ScopeView } from "../../../src/engine/scope-view.ts";
import { writeSnapshot } from "../../../src/engine/view-snapshot.ts";
import { TABLES, type TableName } from "../../../src/store/store.ts";
import { PlannedIndex } from "../../../src/vector/planned-index.ts";
import { freshDatabase, openMemory, texts } from "./fixtures.ts";

beforeEach(freshDatabase);
const ALICE = { userId: "alice" };
const CANARY = "xylophone";

/** Every row of every table that says the word, as "table: row". */
async function tracesOf(word: string): Promise<string[]> {
  const store = await openIndexedDBStore({ name: "default" });
  const tables = Object.keys(TABLES) as TableName[];
  const traces = await store.read(tables, async (tx) => {
    const found: string[] = [];
    for (const table of tables) {
      for (const row of await tx.getAll(table)) {
        const text = JSON.stringify(row);
        if (text.toLowerCase().includes(word)) found.push(`${table}: ${text}`);
      }
    }
    return found;
  });
  await store.close();
  return traces;
}

async function seqs(): Promise<number[]> {
  const store = await openIndexedDBStore({ name: "default" });
  const changes = await store.read(["changes"], (tx) => tx.getAll("changes"));
  await store.close();
  return changes.map((change) => change.seq);
}

/** The canary in the text, the metadata, the messages, the relations, the reasons and the results of several ops. */
async function plant(memory: Memory): Promise<string> {
  const options = { ...ALICE, graph: true, metadata: { about: CANARY } };
  const { results } = await memory.add(`I love ${CANARY}s`, options);
  await memory.add(`I love ${CANARY}s`, ALICE);
  await memory.update(results[0]!.id!, { text: `User plays the ${CANARY} daily`, metadata: { more: `${CANARY}s` } });
  await memory.feedback(results[0]!.id!, { rating: "POSITIVE", reason: CANARY });
  return results[0]!.id!;
}

describe("forget(id)", () => {
  it("leaves no word in any row of any table, and the rest as it was", async () => {
    const memory = openMemory();
    await memory.add("I own a boat", ALICE);
    const id = await plant(memory);
    expect((await tracesOf(CANARY)).length).toBeGreaterThan(4);
    expect(await memory.forget(id)).toEqual({ forgotten: 1 });
    expect(await tracesOf(CANARY)).toEqual([]);
    expect(await tracesOf(id)).toEqual([]);
    expect(texts(await memory.getAll(ALICE))).toEqual(["User owns a boat"]);
    expect(await tracesOf("i own a boat")).not.toEqual([]);
    expect(await memory.get(id)).toBeNull();
    expect(await memory.history(id)).toEqual([]);
    expect((await memory.search(CANARY, ALICE)).results.map((r) => r.memory)).not.toContain(CANARY);
    expect((await memory.info()).memories).toBe(1);
    await expect(memory.forget(id)).rejects.toMatchObject({ code: "not_found" });
    // The first of its file, which loads everything: a busy machine takes its time.
  });

  it("leaves no word in what undos have kept", async () => {
    const memory = openMemory();
    const { results, opId } = await memory.add(`I love ${CANARY}s. My sister ${CANARY} works at Acme.`, {
      ...ALICE,
      graph: true,
    });
    await memory.undo((await memory.undo(opId)).opId);
    for (const result of results) await memory.forget(result.id!);
    expect(await tracesOf(CANARY)).toEqual([]);
  });

  it("leaves no word in what a consolidation that was undone has kept", async () => {
    const memory = openMemory();
    await memory.add("User lives in Berlin", { ...ALICE, infer: false });
    const { results } = await memory.add(`User lives in ${CANARY}`, { ...ALICE, infer: false });
    await memory.add("User has a dog", { ...ALICE, infer: false });
    const { opId, results: merged } = await memory.consolidate(ALICE);
    expect(merged.length).toBeGreaterThan(0);
    await memory.undo(opId);
    await memory.forget(results[0]!.id!);
    expect(await tracesOf(CANARY)).toEqual([]);
    expect(texts(await memory.getAll(ALICE))).toEqual(["User has a dog"]);
  });

  it("writes only what it changes: no result of another add, and each kin in one pass", async () => {
    const store = faultyStore(openMemoryStore());
    const memory = openMemory({ engine: (o, tell) => openInlineEngine(o, tell, { openStore: async () => store }) });
    for (let n = 0; n < 10; n++) await memory.add(`Note ${n} of the year`, { ...ALICE, infer: false });
    await memory.add("User lives in Berlin", { ...ALICE, infer: false });
    const { results } = await memory.add("User lives in Hamburg", { ...ALICE, infer: false });
    await memory.consolidate(ALICE);
    store.disarm();
    expect(await memory.forget(results[0]!.id!)).toEqual({ forgotten: 2 });
    // Of the two adds and of what consolidated them.
    expect(store.operations.filter((operation) => operation === "put ops")).toHaveLength(3);
    expect(store.operations.filter((operation) => operation === "getAll ops")).toHaveLength(1);
    expect((await memory.getAll(ALICE)).results).toHaveLength(10);
  });

  it("keeps the numbers of the log without a gap (INV-6)", async () => {
    const memory = openMemory();
    const id = await plant(memory);
    const before = await seqs();
    await memory.forget(id);
    expect(await seqs()).toEqual(before);
    await memory.add("I own a boat", ALICE);
    expect(await seqs()).toEqual([...before, before.length + 1]);
  });

  it("forgets a deleted memory too", async () => {
    const memory = openMemory();
    const id = await plant(memory);
    await memory.delete(id);
    await memory.forget(id);
    expect(await tracesOf(CANARY)).toEqual([]);
    expect((await memory.info()).memories).toBe(0);
  });

  it("forgets what an LLM made of it: old texts, a superseded version, its message", async () => {
    const llm = scriptedLLM([
      facts(`User plays the ${CANARY}`),
      facts("User plays the harp now"),
      decisions({ fact: 0, event: "UPDATE", id: "0", reason: `no ${CANARY} any more` }),
    ]);
    const memory = openMemory({ llm });
    const { results } = await memory.add(`I love ${CANARY}s`, ALICE);
    await memory.add(`I play the harp now, the ${CANARY} is sold`, ALICE);
    await memory.forget(results[0]!.id!);
    expect(await tracesOf(CANARY)).toEqual([]);
    expect(await tracesOf("harp")).toEqual([]);
  });

  it("takes the source message away also where another memory came from it, and leaves that memory", async () => {
    const memory = openMemory();
    const { results } = await memory.add(`I love ${CANARY}s. I own a boat.`, ALICE);
    const other = results.find((result) => !result.memory.includes(CANARY))!;
    await memory.forget(results.find((result) => result.memory.includes(CANARY))!.id!);
    expect(await tracesOf(CANARY)).toEqual([]);
    expect((await memory.get(other.id!))?.memory).toBe(other.memory);
  });

  it("the rest of its op can still be undone", async () => {
    const memory = openMemory();
    const { opId, results } = await memory.add("I like tea. I own a boat.", ALICE);
    await memory.forget(results[0]!.id!);
    expect((await memory.undo(opId)).results.map((result) => result.id)).toEqual([results[1]!.id]);
    expect((await memory.getAll(ALICE)).results).toEqual([]);
  });

  it("is seen by another instance on the same database", async () => {
    const [here, there] = [openMemory(), openMemory()];
    const id = await plant(here);
    expect((await there.search(CANARY, ALICE)).results).toHaveLength(1);
    await here.forget(id);
    expect((await there.search(CANARY, ALICE)).results).toEqual([]);
  });
});

describe("forget(id) and the reasons of others", () => {
  const live = async (memory: Memory, city: string, options = {}): Promise<string> =>
    (await memory.add(`I live in ${city}.`, { ...ALICE, ...options })).results.at(-1)!.id!;

  async function withFormer(): Promise<{ memory: Memory; stays: string; former: string }> {
    const memory = openMemory();
    const stays = await live(memory, "Hamburg", { timestamp: "2026-05-01T00:00:00Z" });
    await live(memory, "Berlin", { timestamp: "2025-05-01T00:00:00Z" });
    const changes = (await memory.export(ALICE)).history!;
    const former = changes.find(({ after }) => after.memory.includes("Berlin"))!.after.id;
    return { memory, stays, former };
  }

  it("leaves no word of a former memory where the one that stands was left alone for it", async () => {
    const { memory, stays, former } = await withFormer();
    expect((await tracesOf("berlin")).some((trace) => trace.startsWith("ops") && trace.includes("→"))).toBe(true);
    await memory.forget(former);
    expect(await tracesOf("berlin")).toEqual([]);
    expect((await memory.get(stays))?.memory).toBe("User lives in Hamburg");
    expect((await memory.history(stays))[0]!.reason).toMatch(/^rules: /);
  });

  it("leaves no word of a memory in the changes of the former one beside it, nor in an export", async () => {
    const { memory, stays, former } = await withFormer();
    await memory.forget(stays);
    expect(await tracesOf("hamburg")).toEqual([]);
    expect(JSON.stringify(await memory.export(ALICE))).not.toContain("Hamburg");
    expect((await memory.history(former)).map(({ reason }) => reason)).toEqual(["forgotten", "forgotten"]);
  });

  it("leaves no word of an immutable memory in the one that an add kept beside it, nor the other way round", async () => {
    for (const forgotten of ["Hamburg", "Berlin"]) {
      const memory = openMemory();
      await memory.reset();
      const ids = { Hamburg: await live(memory, "Hamburg", { immutable: true }), Berlin: await live(memory, "Berlin") };
      expect((await memory.history(ids.Berlin))[0]!.reason).toContain("immutable");
      await memory.forget(ids[forgotten as "Hamburg"]);
      expect(await tracesOf(forgotten.toLowerCase())).toEqual([]);
      expect((await memory.getAll(ALICE)).results).toHaveLength(1);
    }
  });

  it("leaves none that an LLM quoted of what it only saw, and none of its reasons where it decided about it", async () => {
    const llm = scriptedLLM([
      facts(`User plays loud music on the ${CANARY}`, "User plays loud music daily"),
      decisions({ fact: 0, event: "ADD", reason: "new" }, { fact: 1, event: "ADD", reason: "wooden bars" }),
      facts("User plays the harp"),
      decisions({ fact: 0, event: "ADD", reason: `beside the ${CANARY}` }),
      facts("User plays the flute"),
      decisions({ fact: 0, event: "ADD", reason: "a wind instrument" }),
    ]);
    const memory = openMemory({ llm });
    await memory.add("User plays loud music", { ...ALICE, infer: false });
    const { results } = await memory.add(`I play the ${CANARY}, it is loud`, ALICE);
    await memory.add("I play the harp", ALICE);
    await memory.add("I play the flute", ALICE);
    expect(await tracesOf("wooden bars")).not.toEqual([]);
    await memory.forget(results[0]!.id!);
    expect(await tracesOf(CANARY)).toEqual([]);
    expect(await tracesOf("wooden bars")).toEqual([]);
    expect(await tracesOf("a wind instrument")).not.toEqual([]);
    expect((await memory.getAll(ALICE)).results).toHaveLength(4);
  });

  it("leaves none in what a consolidation said of other memories", async () => {
    const group = { ids: ["0", "1"], kind: "same", text: "User drinks tea daily", reason: `unlike the ${CANARY}` };
    const memory = openMemory({ llm: scriptedLLM([JSON.stringify({ groups: [group] })]) });
    await memory.add("User drinks tea", { ...ALICE, infer: false });
    await memory.add("User drinks tea every day", { ...ALICE, infer: false });
    const { results } = await memory.add(`User has a ${CANARY}`, { ...ALICE, infer: false });
    const { results: merged } = await memory.consolidate(ALICE);
    expect(merged.map(({ reason }) => reason).join()).toContain(CANARY);
    await memory.forget(results[0]!.id!);
    expect(await tracesOf(CANARY)).toEqual([]);
    expect(texts(await memory.getAll(ALICE))).toEqual(["User drinks tea daily"]);
  });
});

describe("forget(scope)", () => {
  it("leaves nothing of all scopes that carry the id, and everything of the others (INV-8)", async () => {
    const llm = (): Promise<string> => Promise.reject(new Error("away"));
    const memory = openMemory();
    await memory.add("I own a boat", { userId: "bob" });
    await plant(memory);
    await memory.add(`The ${CANARY} is blue`, { ...ALICE, runId: "r1", infer: false });
    await memory.close();

    const offline = openMemory({ llm });
    await expect(offline.add(`I sold the ${CANARY}`, ALICE)).rejects.toThrow();
    expect(await offline.forget(ALICE)).toEqual({ forgotten: 2 });
    expect(await tracesOf(CANARY)).toEqual([]);
    expect(await tracesOf("alice")).toEqual([]);
    expect(await offline.pending()).toEqual([]);
    expect(await offline.entities()).toEqual([{ type: "user", id: "bob", memories: 1 }]);
    expect(texts(await offline.search("boat", { userId: "bob" }))).toEqual(["User owns a boat"]);
  });

  it("of nobody forgets nothing, and without a scope it is refused", async () => {
    const memory = openMemory();
    await plant(memory);
    expect(await memory.forget({ userId: "nobody" })).toEqual({ forgotten: 0 });
    await expect(memory.forget({})).rejects.toMatchObject({ code: "invalid_input" });
    await expect(memory.forget(undefined as never)).rejects.toMatchObject({ code: "invalid_input" });
    expect((await memory.getAll(ALICE)).results).toHaveLength(1);
  });

  it("the scope can be used again", async () => {
    const memory = openMemory();
    await plant(memory);
    await memory.forget(ALICE);
    await memory.add("I like tea", { ...ALICE, opId: "again" });
    expect(texts(await memory.getAll(ALICE))).toEqual(["User likes tea"]);
    expect(texts(await memory.search("tea", ALICE))).toEqual(["User likes tea"]);
  });
});

describe("forget and snapshots", () => {
  it("leaves none of the scope behind", async () => {
    const memory = openMemory({ index: { snapshotFrom: 5 } });
    const notes = Array.from({ length: 8 }, (_, i) => ({ role: "user" as const, content: `note ${i}` }));
    const { results } = await memory.add(notes, { ...ALICE, infer: false });
    await memory.search("note", ALICE);
    const id = results[0]!.id!;
    await expect.poll(() => snapshotsOf()).toBeGreaterThan(0);
    await memory.forget(id);
    expect(await snapshotsOf()).toBe(0);
    expect((await memory.search("note", { ...ALICE, topK: 20 })).results).toHaveLength(7);
  });
});

describe("INV-5: a view of before a forget", () => {
  it("is not written down as a snapshot any more", async () => {
    const store = openMemoryStore();
    await store.write(["meta"], "strict", (tx) =>
      tx.put("meta", { key: "clock", value: { seq: 1, order: 1, memories: 0, epoch: 1 } }),
    );
    const view = new ScopeView("scope", "space", new PlannedIndex(2), 1);
    await writeSnapshot(store, view, 0, async () => undefined);
    expect(await store.read(["snapshots"], (tx) => tx.count("snapshots"))).toBe(0);
    await writeSnapshot(store, view, 1, async () => undefined);
    expect(await store.read(["snapshots"], (tx) => tx.count("snapshots"))).toBeGreaterThan(0);
    view.close();
  });
});

async function snapshotsOf(): Promise<number> {
  const store = await openIndexedDBStore({ name: "default" });
  const count = await store.read(["snapshots"], (tx) => tx.count("snapshots"));
  await store.close();
  return count;
}
