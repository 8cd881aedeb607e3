import "fake-indexeddb/auto";
import { InvalidInputError, type Filter, type Memory } from "keepsake";
import { beforeEach, describe, expect, it } from "vitest";
import { freshDatabase, openMemory, texts } from "./fixtures.ts";

beforeEach(freshDatabase);

/** One memory in each scope, named for it. */
async function peopled(): Promise<Memory> {
  const memory = openMemory({ defaults: { infer: false } });
  await memory.add("tea of alice", { userId: "alice" });
  await memory.add("tea of alice in r1", { userId: "alice", runId: "r1" });
  await memory.add("tea of bob with x", { userId: "bob", agentId: "x" });
  await memory.add("tea of x", { agentId: "x" });
  await memory.add("tea of the app", { appId: "app" });
  return memory;
}

/** What `search` and `getAll` find; they must agree. */
async function found(memory: Memory, filters: Filter, more: object = {}): Promise<string[]> {
  const listed = texts(await memory.getAll({ ...more, filters })).toSorted();
  expect(texts(await memory.search("tea", { ...more, filters })).toSorted()).toEqual(listed);
  return listed.map((text) => text.replace("tea of ", ""));
}

const ALL = ["alice", "alice in r1", "bob with x", "the app", "x"];

describe("filters over scope ids", () => {
  it.each<[string, Filter, string[]]>([
    ["OR", { OR: [{ user_id: "alice" }, { agent_id: "x" }] }, ["alice", "alice in r1", "bob with x", "x"]],
    ["a list", { user_id: ["alice", "bob"] }, ["alice", "alice in r1", "bob with x"]],
    ["in", { userId: { in: ["bob", "nobody"] } }, ["bob with x"]],
    ["in under AND", { AND: [{ user_id: { in: ["alice"] } }, { run_id: "r1" }] }, ["alice in r1"]],
    ["*", { user_id: "*" }, ["alice", "alice in r1", "bob with x"]],
    ["* beside an id", { AND: [{ user_id: "alice" }, { run_id: "*" }] }, ["alice in r1"]],
    ["ne beside *", { user_id: "*", userId: { ne: "alice" } }, ["bob with x"]],
    ["nin beside an id", { agent_id: "x", user_id: { nin: ["bob"] } }, ["x"]],
    ["NOT beside *", { AND: [{ agent_id: "*" }, { NOT: { user_id: "*" } }] }, ["x"]],
    ["contains", { user_id: { contains: "li" } }, ["alice", "alice in r1"]],
    ["every id there is", { OR: [{ user_id: "*" }, { agent_id: "*" }, { app_id: "*" }, { run_id: "*" }] }, ALL],
    [
      "OR with a condition on the memory",
      { OR: [{ user_id: "bob" }, { app_id: "app", memory: { contains: "x" } }] },
      ["bob with x"],
    ],
    ["no such user", { user_id: ["nobody"] }, []],
  ])("%s", async (_, filters, expected) => {
    expect(await found(await peopled(), filters)).toEqual(expected);
  });

  it.each<[string, object]>([
    ["plain", { user_id: 42 }],
    ["eq", { userId: { eq: 42 } }],
    ["a list", { user_id: [42, 43] }],
    ["in, under OR", { OR: [{ user_id: { in: [42] } }, { app_id: 7 }] }],
    ["ne beside *", { AND: [{ user_id: "*" }, { user_id: { ne: 41 } }] }],
  ])("take a number as the top level does: %s", async (_, filters) => {
    const memory = openMemory({ defaults: { infer: false } });
    for (const userId of [41, 42]) await memory.add(`tea of ${userId}`, { userId } as object);
    expect(await found(memory, filters as Filter)).toEqual(["42"]);
  });

  it("narrow what the ids beside them choose", async () => {
    expect(await found(await peopled(), { run_id: { eq: null } }, { userId: "alice" })).toEqual(["alice"]);
  });

  it("hold for the past as well, and for relations around what is found", async () => {
    const memory = await peopled();
    const filters = { user_id: ["alice", "bob"] };
    expect(await found(memory, filters, { at: new Date(Date.now() + 1_000) })).toHaveLength(3);
    await memory.add("I live in Oslo.", { userId: "alice", graph: true, infer: true });
    await memory.add("I live in Rome.", { userId: "carol", graph: true, infer: true });
    const { relations = [] } = await memory.search("Oslo or Rome", { filters, graph: true });
    expect(relations.map((relation) => relation.target)).toEqual(["Oslo"]);
  });

  it.each<[string, Filter]>([
    ["nothing about scopes", { kind: "note" }],
    ["ne alone", { user_id: { ne: "alice" } }],
    ["nin alone", { user_id: { nin: ["alice"] } }],
    ["null alone", { user_id: null }],
    ["a list with null", { user_id: ["alice", null] }],
    ["NOT alone", { NOT: { user_id: "alice" } }],
    ["an OR with a branch about no scope", { OR: [{ user_id: "alice" }, { kind: "note" }] }],
  ])("INV-8: %s bounds no read, and is refused", async (_, filters) => {
    const memory = await peopled();
    for (const reading of [memory.search("tea", { filters }), memory.getAll({ filters })]) {
      await expect(reading).rejects.toThrow(/needs a scope/);
    }
  });

  it("an operator that is wrong is refused over scope ids, too", async () => {
    const memory = await peopled();
    await expect(memory.getAll({ filters: { user_id: { like: "a" } } })).rejects.toThrow(/unknown operator "like"/);
  });

  it("what writes, exports or draws takes plain scopes only", async () => {
    const memory = await peopled();
    const filters = { user_id: ["alice", "bob"] };
    const calls = [
      () => memory.add("hi", { filters }),
      () => memory.deleteAll({ filters }),
      () => memory.forget({ filters }),
      () => memory.export({ filters }),
      () => memory.graph({ filters }),
    ];
    for (const call of calls) await expect(call()).rejects.toThrow(InvalidInputError);
    expect(await found(memory, { OR: [{ user_id: "*" }, { agent_id: "*" }, { app_id: "*" }] })).toEqual(ALL);
  });
});
