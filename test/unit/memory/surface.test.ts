import "fake-indexeddb/auto";
import { InvalidInputError, Memory } from "keepsake";
import { beforeEach, describe, expect, it } from "vitest";
import { freshDatabase, MOVIE_MESSAGES, openMemory, texts, TRIP_MESSAGES } from "./fixtures.ts";

beforeEach(freshDatabase);
const ALICE = { userId: "alice" };

describe("what add takes", () => {
  const bad: [string, unknown, unknown][] = [
    ["no scope", "hi", {}],
    ["no options", "hi", undefined],
    ["an empty id", "hi", { userId: "  " }],
    ["an id with inner white space", "hi", { userId: "a b" }],
    ["two spellings that contradict", "hi", { userId: "a", filters: { user_id: "b" } }],
    ["null", null, ALICE],
    ["undefined", undefined, ALICE],
    ["no messages", [], ALICE],
    ["a blank string", " \n", ALICE],
    ["only blank messages", [{ role: "user", content: " " }], ALICE],
    ["an unknown role", [{ role: "robot", content: "hi" }], ALICE],
    ["content that is no string", [{ role: "user", content: 3 }], ALICE],
    ["metadata that is no JSON", "hi", { ...ALICE, metadata: { f: () => 1 } }],
    ["metadata that is a list", "hi", { ...ALICE, metadata: [1] }],
  ];
  for (const [what, messages, options] of bad) {
    it(`rejects ${what}, and stores nothing`, async () => {
      const memory = openMemory();
      await expect(memory.add(messages as never, options as never)).rejects.toBeInstanceOf(InvalidInputError);
      expect((await memory.info()).pending).toBe(0);
    });
  }

  it("trims ids, and takes them in either spelling, top-level or in filters", async () => {
    const memory = openMemory();
    await memory.add("I like tea", { userId: " alice " });
    await memory.add("I like milk", { user_id: "alice" });
    await memory.add("I like rum", { filters: { user_id: "alice" } });
    await memory.add("I like gin", { filters: { AND: [{ userId: "alice" }] } });
    expect((await memory.getAll({ filters: { user_id: "alice" } })).results).toHaveLength(4);
  });

  it("drops identity keys from metadata, so that they cannot change a scope", async () => {
    const memory = openMemory();
    await memory.add("I like tea", { ...ALICE, metadata: { user_id: "bob", runId: "r", mood: "good" } });
    const { results } = await memory.getAll(ALICE);
    expect(results[0]).toMatchObject({ userId: "alice", metadata: { mood: "good" } });
    expect((await memory.getAll({ userId: "bob" })).results).toEqual([]);
  });

  it("accepts options of other versions of the API without harm", async () => {
    const memory = openMemory();
    const { results } = await memory.add("I like tea", { ...ALICE, version: "v2", outputFormat: "v1.1" });
    expect(results).toHaveLength(1);
  });
});

describe("search", () => {
  it("finds by words, best first, scores in [0, 1], with what is stored beside the text", async () => {
    const memory = openMemory();
    await memory.add(MOVIE_MESSAGES, { ...ALICE, metadata: { category: "movies" } });
    await memory.add(TRIP_MESSAGES, ALICE);
    const { results } = await memory.search("sci-fi movies", { ...ALICE, topK: 5 });
    expect(results[0]).toMatchObject({
      memory: "User loves sci-fi movies",
      userId: "alice",
      metadata: { category: "movies" },
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
    });
    const scores = results.map((r) => r.score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    expect(scores.every((s) => s >= 0 && s <= 1)).toBe(true);
  });

  it("obeys topK and threshold; topK 0 is legal", async () => {
    const memory = openMemory();
    await memory.add(MOVIE_MESSAGES, ALICE);
    expect((await memory.search("movies", { ...ALICE, topK: 2 })).results).toHaveLength(2);
    expect((await memory.search("movies", { ...ALICE, topK: 0 })).results).toEqual([]);
    expect((await memory.search("movies", { ...ALICE, threshold: 1 })).results).toEqual([]);
    for (const topK of [-1, 1.5, NaN, "3"]) {
      await expect(memory.search("x", { ...ALICE, topK: topK as number })).rejects.toThrow(InvalidInputError);
    }
    for (const threshold of [-0.1, 1.1, NaN]) {
      await expect(memory.search("x", { ...ALICE, threshold })).rejects.toThrow(InvalidInputError);
    }
    await expect(memory.search(" ", ALICE)).rejects.toThrow(InvalidInputError);
    await expect(memory.search("x", {})).rejects.toThrow(InvalidInputError);
  });

  it("filters by metadata before it ranks", async () => {
    const memory = openMemory();
    await memory.add("I like green tea", { ...ALICE, metadata: { kind: "drink" } });
    await memory.add("I like green apples", { ...ALICE, metadata: { kind: "food" } });
    const { results } = await memory.search("green", { filters: { user_id: "alice", kind: "food" } });
    expect(texts({ results })).toEqual(["User likes green apples"]);
  });

  it.each(["explain", "graph", "showExpired"])("takes true or false for %s, and nothing else", async (name) => {
    const memory = openMemory();
    const refused = { code: "invalid_input", message: `keepsake: ${name} must be true or false.` };
    await expect(memory.search("tea", { userId: "alice", [name]: "yes" })).rejects.toMatchObject(refused);
    await expect(memory.search("tea", { userId: "alice", [name]: 1 })).rejects.toMatchObject(refused);
    expect((await memory.search("tea", { userId: "alice", [name]: false })).results).toEqual([]);
  });

  it("names an unknown operator", async () => {
    const memory = openMemory();
    await memory.add("I like tea", ALICE);
    const filters = { kind: { almost: 3 } } as never;
    await expect(memory.search("tea", { ...ALICE, filters })).rejects.toThrow(/almost/);
  });
});

describe("the rest of the surface", () => {
  it("get, update, delete, history", async () => {
    const memory = openMemory();
    const { results } = await memory.add("I like tea", ALICE);
    const id = results[0]!.id!;
    expect(await memory.get(id)).toMatchObject({ id, memory: "User likes tea" });
    expect(await memory.get("nowhere")).toBeNull();
    await memory.update(id, "User likes black tea");
    await memory.update(id, { metadata: { mood: "good" } });
    expect(await memory.get(id)).toMatchObject({ memory: "User likes black tea", metadata: { mood: "good" } });
    await memory.delete(id);
    expect(await memory.get(id)).toBeNull();
    expect((await memory.history(id)).map((h) => h.event)).toEqual(["DELETE", "UPDATE", "UPDATE", "ADD"]);
    await expect(memory.update(id, "x")).rejects.toMatchObject({ code: "not_found" });
    await expect(memory.delete(id)).rejects.toMatchObject({ code: "not_found" });
    await expect(memory.update(id, {})).rejects.toBeInstanceOf(InvalidInputError);
  });

  it("deleteAll refuses without a scope, and takes only what carries it", async () => {
    const memory = openMemory();
    await memory.add("I like tea", ALICE);
    await memory.add("I like tea", { userId: "bob" });
    await expect(memory.deleteAll({})).rejects.toBeInstanceOf(InvalidInputError);
    expect(await memory.deleteAll(ALICE)).toEqual({ deleted: 1 });
    expect((await memory.getAll({ userId: "bob" })).results).toHaveLength(1);
  });

  it.each([
    ["userId", undefined],
    ["user_id", null],
  ])(
    "%s: %s beside another id, which would widen a call to everybody, is refused before anything is done",
    async (key, id) => {
      const memory = openMemory();
      await memory.add("User likes tea", { userId: "bob", agentId: "x", infer: false });
      const scope: object = { agentId: "x", [key]: id };
      const refused = { code: "invalid_input", message: expect.stringContaining(`${key} is ${id}. Leave it out`) };
      await expect(memory.deleteAll(scope)).rejects.toMatchObject(refused);
      await expect(memory.forget(scope)).rejects.toMatchObject(refused);
      await expect(memory.export(scope)).rejects.toMatchObject(refused);
      await expect(memory.search("tea", scope)).rejects.toMatchObject(refused);
      expect((await memory.getAll({ agentId: "x" })).results).toHaveLength(1);
    },
  );

  it("reset forgets everything", async () => {
    const memory = openMemory();
    await memory.add("I like tea", ALICE);
    await memory.reset();
    expect(await memory.info()).toMatchObject({ memories: 0, pending: 0 });
  });

  it("info tells what is in use", async () => {
    const memory = openMemory({ name: "mine" });
    expect(await memory.info()).toMatchObject({
      name: "mine",
      engine: "inline",
      storage: "indexeddb",
      embedder: { kind: "lexical", model: "none", dims: 384 },
    });
    expect((await openMemory({ storage: "memory" }).info()).storage).toBe("memory");
  });

  it("starts nothing before the first call, and rejects calls after close", async () => {
    const memory = new Memory({ engine: "inline", embedder: "hashing" });
    expect(await indexedDB.databases()).toEqual([]);
    await memory.ready();
    expect(await indexedDB.databases()).toHaveLength(1);
    await memory.close();
    await memory.close();
    await expect(memory.getAll(ALICE)).rejects.toMatchObject({ code: "closed" });
  });

  it("closes at the end of an `await using` block", async () => {
    const memory = new Memory({ engine: "inline", embedder: "hashing" });
    await memory[Symbol.asyncDispose]();
    await expect(memory.info()).rejects.toMatchObject({ code: "closed" });
  });

  it("refuses options that contradict each other", () => {
    expect(() => new Memory({ engine: "inline", worker: () => ({}) as Worker })).toThrow(InvalidInputError);
    expect(() => new Memory({ llm: "gpt" as never })).toThrow(InvalidInputError);
    expect(() => new Memory({ name: " " })).toThrow(InvalidInputError);
  });
});
