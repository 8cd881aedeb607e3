/** What a caller hands in at the edges of what is meant. */
import "fake-indexeddb/auto";
import { InvalidInputError, type AddOptions, type MemoryOptions } from "keepsake";
import { facts, scriptedLLM } from "keepsake/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { freshDatabase, openMemory, texts } from "./fixtures.ts";

beforeEach(freshDatabase);
const ALICE = { userId: "alice" };

describe("null turns a default off", () => {
  const schema = { type: "object", properties: { city: { type: "string" } } };
  const defaults: MemoryOptions["defaults"] = {
    expirationDate: "2020-01-01",
    timestamp: "2020-01-01",
    customCategories: { tea: "tea" },
    structuredDataSchema: schema,
    memoryType: "procedural",
  };
  const none: AddOptions = {
    expirationDate: null,
    timestamp: null,
    customCategories: null,
    structuredDataSchema: null,
    memoryType: null,
  };

  it("for one add", async () => {
    const memory = openMemory({ llm: scriptedLLM([new Error("away")]), defaults });
    await expect(memory.add("I like tea", { ...ALICE, ...none })).rejects.toThrow("away");
    const [op] = await memory.pending();
    expect(op?.options).toEqual({ infer: true, metadata: {}, extractor: "llm" });
  });

  it("and undefined does not", async () => {
    const memory = openMemory({ defaults: { expirationDate: "2020-01-01" } });
    await memory.add("I like tea", { ...ALICE, infer: false, expirationDate: undefined });
    expect(texts(await memory.getAll(ALICE))).toEqual([]);
  });
});

describe("dates are strict", () => {
  const bad = [
    "5",
    "2024-02-30",
    "March 5 2024",
    "2024-13-01",
    "2024-01-01T25:00",
    "01/02/2024",
    "",
    new Date(NaN),
    {},
  ];

  it.each(bad)("%j is none", async (given) => {
    const memory = openMemory();
    const at = given as string;
    const refusals = [
      memory.add("I like tea", { ...ALICE, timestamp: at }),
      memory.search("tea", { ...ALICE, at }),
      memory.search("tea", { ...ALICE, referenceDate: at }),
      memory.getAll({ ...ALICE, at }),
      memory.graph({ ...ALICE, at }),
    ];
    for (const refused of refusals) await expect(refused).rejects.toBeInstanceOf(InvalidInputError);
    expect(await memory.pending()).toEqual([]);
  });

  it.each([
    ["2024-03-05", "2024-03-05T00:00:00.000Z"],
    ["2024-03-05T10:00", "2024-03-05T10:00:00.000Z"],
    ["2024-03-05 10:00:01", "2024-03-05T10:00:01.000Z"],
    ["2024-03-05T10:00:00.123456+02:00", "2024-03-05T08:00:00.123Z"],
    [new Date("2024-03-05T10:00Z"), "2024-03-05T10:00:00.000Z"],
    [1_709_632_800, "2024-03-05T10:00:00.000Z"],
  ])("%j is %s, wherever the device is", async (timestamp, iso) => {
    const memory = openMemory();
    const { results } = await memory.add("I like tea", { ...ALICE, infer: false, timestamp });
    expect((await memory.get(results[0]!.id!))?.createdAt).toBe(iso);
  });
});

describe("filters are not dropped", () => {
  it("by graph and add, which take a scope only", async () => {
    const memory = openMemory();
    const filters = { mood: "good" };
    await expect(memory.graph({ ...ALICE, filters })).rejects.toThrow("graph takes a whole scope and no filter");
    await expect(memory.add("I like tea", { ...ALICE, filters })).rejects.toThrow(
      "add takes a whole scope and no filter",
    );
    await memory.add("I like tea", { filters: { user_id: "alice" }, infer: false });
    expect(texts(await memory.getAll(ALICE))).toEqual(["I like tea"]);
  });

  it.each(["", 0, NaN, false, "x", 5, []])("where they are %j, which is no filter", async (filters) => {
    const memory = openMemory();
    const options = { ...ALICE, filters } as never;
    await expect(memory.search("tea", options)).rejects.toThrow("a filter is an object of conditions");
    await expect(memory.getAll(options)).rejects.toThrow("a filter is an object of conditions");
  });
});

describe("what is not meant so", () => {
  it("an id that is none is refused by feedback, too", async () => {
    const memory = openMemory();
    for (const id of [5, null, {}]) {
      await expect(memory.feedback(id as never, null)).rejects.toThrow("the id must be a string");
    }
  });

  it("null as options is as good as none", async () => {
    const memory = openMemory();
    const none = null as never;
    memory.watch(none);
    await memory.ready(none);
    expect(await memory.pending(none)).toEqual([]);
    expect(await memory.entities(none)).toEqual([]);
    expect(await memory.info(none)).toMatchObject({ memories: 0 });
    expect(await memory.flush(none)).toEqual({ results: [], pending: [] });
    expect(await memory.get("x", none)).toBeNull();
    expect(await memory.history("x", none)).toEqual([]);
    expect(await memory.cancel("x", none)).toBe(false);
    await memory.reset(none);
  });

  it("texts, queries and metadata have limits", async () => {
    const memory = openMemory({ llm: scriptedLLM([facts("User likes tea")]) });
    const { results } = await memory.add("I like tea", ALICE);
    const long = "x".repeat(200_001);
    const limit = /200000 characters/;
    await expect(memory.update(results[0]!.id!, long)).rejects.toThrow(limit);
    await expect(memory.search(long, ALICE)).rejects.toThrow(limit);
    await expect(memory.update(results[0]!.id!, { metadata: { long } })).rejects.toThrow(limit);
    await expect(memory.add("I like rum", { ...ALICE, metadata: { long } })).rejects.toThrow(limit);
  });
});
