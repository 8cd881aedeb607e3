import "fake-indexeddb/auto";
import type { Memory } from "keepsake";
import { fakeRuntime } from "keepsake/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { freshDatabase, MOVIE_MESSAGES, openMemory, texts } from "./fixtures.ts";

beforeEach(freshDatabase);
const ALICE = { userId: "alice" };

async function addOne(memory: Memory, text: string): Promise<{ id: string; opId: string }> {
  const { opId, results } = await memory.add(text, ALICE);
  return { id: results[0]!.id!, opId };
}

async function newestOp(memory: Memory, id: string): Promise<string> {
  return (await memory.history(id))[0]!.opId;
}

describe("undo", () => {
  it("of an add takes away all that it added, and says so", async () => {
    const memory = openMemory();
    const { opId } = await memory.add(MOVIE_MESSAGES, ALICE);
    const undone = await memory.undo(opId);
    expect(undone.undone).toBe(opId);
    expect(undone.results.map((r) => [r.event, r.memory])).toEqual([
      ["DELETE", "User is planning to watch a movie tonight"],
      ["DELETE", "User is not a big fan of thriller movies"],
      ["DELETE", "User loves sci-fi movies"],
    ]);
    expect((await memory.getAll(ALICE)).results).toEqual([]);
    expect((await memory.search("movies", ALICE)).results).toEqual([]);
    expect((await memory.info()).memories).toBe(0);
  });

  it("of an add that superseded brings the old text back, found by its words and as it was", async () => {
    const runtime = fakeRuntime();
    const memory = openMemory({ runtime });
    const { id } = await addOne(memory, "I live in Berlin");
    const before = await memory.get(id);
    runtime.advance(60_000);
    const { opId } = await memory.add("We moved to Hamburg", ALICE);
    runtime.advance(60_000);
    const { results } = await memory.undo(opId);
    expect(results).toMatchObject([
      { id, event: "UPDATE", memory: "User lives in Berlin", previousMemory: "User moved to Hamburg" },
    ]);
    expect(await memory.get(id)).toEqual(before);
    expect(texts(await memory.search("Berlin", ALICE))).toEqual(["User lives in Berlin"]);
    const [latest] = await memory.history(id);
    expect(latest).toMatchObject({ event: "UPDATE", memory: "User lives in Berlin", reason: `undo of ${opId}` });
  });

  it("of an update restores text, metadata, expiration and times", async () => {
    const runtime = fakeRuntime();
    const memory = openMemory({ runtime });
    const { id } = await addOne(memory, "I like tea");
    await memory.update(id, { metadata: { mood: "good" }, expirationDate: "2099-01-01" });
    const before = await memory.get(id);
    runtime.advance(1_000);
    await memory.update(id, { text: "User likes rum", metadata: { mood: null }, expirationDate: null });
    await memory.undo(await newestOp(memory, id));
    expect(await memory.get(id)).toEqual(before);
  });

  it("of a delete brings the memory back where it was in getAll, and to search", async () => {
    const memory = openMemory();
    const { id } = await addOne(memory, "I like tea");
    await addOne(memory, "I own a boat");
    await memory.delete(id);
    const { results } = await memory.undo(await newestOp(memory, id));
    expect(results).toMatchObject([{ id, event: "ADD", memory: "User likes tea" }]);
    expect(texts(await memory.getAll(ALICE))).toEqual(["User owns a boat", "User likes tea"]);
    expect((await memory.search("User likes tea", ALICE)).results[0]!.id).toBe(id);
    expect((await memory.history(id))[0]).toMatchObject({ event: "ADD", previousMemory: null });
    expect((await memory.info()).memories).toBe(2);
  });

  it("of deleteAll brings everything back", async () => {
    const memory = openMemory();
    const { results } = await memory.add(MOVIE_MESSAGES, ALICE);
    const before = await memory.getAll(ALICE);
    await memory.deleteAll(ALICE);
    await memory.undo(await newestOp(memory, results[0]!.id!));
    expect(await memory.getAll(ALICE)).toEqual(before);
  });

  it("refuses where newer changes stand on the op, and says which; those undone, it goes", async () => {
    const memory = openMemory();
    const { id, opId } = await addOne(memory, "I like tea");
    await memory.update(id, "User likes rum");
    const second = (await memory.history(id))[0]!;
    await memory.update(id, "User likes gin");
    const third = (await memory.history(id))[0]!;
    const blockedBy = [second, third].map((change) => ({ id, opId: change.opId, seq: change.seq }));
    await expect(memory.undo(opId)).rejects.toMatchObject({ code: "conflict", details: { blockedBy } });
    expect(texts(await memory.getAll(ALICE))).toEqual(["User likes gin"]);

    await memory.undo(third.opId);
    await memory.undo(second.opId);
    expect(texts(await memory.getAll(ALICE))).toEqual(["User likes tea"]);
    await memory.undo(opId);
    expect((await memory.getAll(ALICE)).results).toEqual([]);
  });

  it("takes all of an op back or nothing: one memory changed since blocks the others too", async () => {
    const memory = openMemory();
    const { opId, results } = await memory.add(MOVIE_MESSAGES, ALICE);
    await memory.update(results[1]!.id!, { metadata: { seen: true } });
    await expect(memory.undo(opId)).rejects.toMatchObject({ code: "conflict" });
    expect((await memory.getAll(ALICE)).results).toHaveLength(3);
  });

  it("can be undone itself, again and again", async () => {
    const memory = openMemory();
    const { id, opId } = await addOne(memory, "I like tea");
    const added = await memory.get(id);
    const first = await memory.undo(opId);
    expect(await memory.get(id)).toBeNull();
    const second = await memory.undo(first.opId);
    expect(second.results).toMatchObject([{ id, event: "ADD" }]);
    expect(await memory.get(id)).toEqual(added);
    await memory.undo(second.opId);
    expect(await memory.get(id)).toBeNull();
  });

  it("refuses an op that is undone already, and names the undo", async () => {
    const memory = openMemory();
    const { id, opId } = await addOne(memory, "I like tea");
    const first = await memory.undo(opId);
    const error = await memory.undo(opId).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "conflict", details: { blockedBy: [{ id, opId: first.opId }] } });
    expect((error as Error).message).toBe(
      `keepsake: op ${opId} is undone already, by op ${first.opId}; undoing that one brings it back.`,
    );
    await memory.undo(first.opId);
    await memory.undo(opId);
    expect(await memory.get(id)).toBeNull();
  });

  it("of an undo is refused where something stands on it", async () => {
    const memory = openMemory();
    const { id } = await addOne(memory, "I like tea");
    await memory.update(id, "User likes rum");
    const undone = await memory.undo(await newestOp(memory, id));
    await memory.update(id, "User likes gin");
    await expect(memory.undo(undone.opId)).rejects.toMatchObject({ code: "conflict" });
    await memory.undo(await newestOp(memory, id));
    await memory.undo(undone.opId);
    expect(texts(await memory.getAll(ALICE))).toEqual(["User likes rum"]);
  });

  it("of an add that changed nothing takes nothing back", async () => {
    const memory = openMemory();
    const { opId } = await memory.add("What's the weather like?", ALICE);
    expect((await memory.undo(opId)).results).toEqual([]);
  });

  it("rejects an unknown op with not_found, and one that waits with a hint", async () => {
    const llm = (): Promise<string> => Promise.reject(new Error("away"));
    const memory = openMemory({ llm });
    await expect(memory.undo("nowhere")).rejects.toMatchObject({ code: "not_found" });
    await expect(memory.add("I like tea", { ...ALICE, opId: "waits" })).rejects.toThrow();
    await expect(memory.undo("waits")).rejects.toMatchObject({ code: "invalid_input" });
    await expect(memory.undo(7 as never)).rejects.toMatchObject({ code: "invalid_input" });
  });

  it("the opId of an undone add still stores nothing a second time (INV-3)", async () => {
    const memory = openMemory();
    const first = await memory.add("I like tea", { ...ALICE, opId: "once" });
    await memory.undo("once");
    expect(await memory.add("I like tea", { ...ALICE, opId: "once" })).toEqual(first);
    expect((await memory.getAll(ALICE)).results).toEqual([]);
  });

  it("takes relations back with their memories, and its own undo brings them again", async () => {
    const memory = openMemory();
    const graph = { ...ALICE, graph: true };
    await memory.add("I work at Acme", graph);
    const before = await memory.graph(ALICE);
    const { opId } = await memory.add("I work at Globex now. My sister Anna lives in Bonn.", graph);
    const after = await memory.graph(ALICE);
    expect(after).not.toEqual(before);
    const first = await memory.undo(opId);
    expect(await memory.graph(ALICE)).toEqual(before);
    const second = await memory.undo(first.opId);
    expect(await memory.graph(ALICE)).toEqual(after);
    await memory.undo(second.opId);
    expect(await memory.graph(ALICE)).toEqual(before);
  });
});

describe("feedback", () => {
  it("is kept on the memory, logged, cleared by null, and makes no memory newer", async () => {
    const runtime = fakeRuntime();
    const memory = openMemory({ runtime });
    const { id } = await addOne(memory, "I like tea");
    const before = await memory.get(id);
    runtime.advance(1_000);
    const given = { rating: "NEGATIVE", reason: "not any more" } as const;
    expect((await memory.feedback(id, given)).feedback).toEqual(given);
    expect(await memory.get(id)).toEqual({ ...before, feedback: given });
    expect((await memory.history(id))[0]).toMatchObject({ event: "UPDATE", reason: "app: feedback" });
    await memory.feedback(id, null);
    expect(await memory.get(id)).toEqual(before);
    await memory.undo(await newestOp(memory, id));
    expect((await memory.get(id))?.feedback).toEqual(given);
  });

  it("rejects an unknown rating and an unknown id", async () => {
    const memory = openMemory();
    await expect(memory.feedback("x", { rating: "GREAT" as never })).rejects.toMatchObject({ code: "invalid_input" });
    await expect(memory.feedback("x", undefined as never)).rejects.toMatchObject({ code: "invalid_input" });
    await expect(memory.feedback("x", null)).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("entities", () => {
  it("tells who has memories and how many; nobody with none", async () => {
    const memory = openMemory();
    expect(await memory.entities()).toEqual([]);
    await memory.add("I like tea", { userId: "bob" });
    const { results } = await memory.add("I like rum", { userId: "zoe" });
    await memory.add("I like milk", { userId: "alice", runId: "r1" });
    await memory.add("I own a boat", { userId: "alice", appId: "guide" });
    await memory.delete(results[0]!.id!);
    expect(await memory.entities()).toEqual([
      { type: "user", id: "alice", memories: 2 },
      { type: "user", id: "bob", memories: 1 },
      { type: "app", id: "guide", memories: 1 },
      { type: "run", id: "r1", memories: 1 },
    ]);
  });
});
