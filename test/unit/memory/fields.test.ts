import "fake-indexeddb/auto";
import { beforeEach, expect, it } from "vitest";
import { freshDatabase, openMemory } from "./fixtures.ts";

beforeEach(freshDatabase);
const ALICE = { userId: "alice" };

it("`fields` gives only these fields of each result of search and getAll; id and score are always there", async () => {
  const memory = openMemory();
  await memory.add("I like tea", ALICE);
  const { results } = await memory.search("tea", { ...ALICE, fields: ["memory", "userId"] });
  expect(Object.keys(results[0]!).sort()).toEqual(["id", "memory", "score", "userId"]);
  const page = await memory.getAll({ ...ALICE, fields: ["createdAt"] });
  expect(Object.keys(page.results[0]!).sort()).toEqual(["createdAt", "id"]);
  expect(Object.keys((await memory.getAll({ ...ALICE, fields: [] })).results[0]!)).toEqual(["id"]);
});

it("an unknown field is refused, and the known ones are named", async () => {
  const memory = openMemory();
  const search = memory.search("tea", { ...ALICE, fields: ["created_at" as never] });
  await expect(search).rejects.toThrow(/fields has no "created_at"\. Known: id, memory, .*createdAt/);
  await expect(memory.getAll({ ...ALICE, fields: ["score" as never] })).rejects.toThrow(/has no "score"/);
  await expect(memory.getAll({ ...ALICE, fields: "id" as never })).rejects.toThrow(/must be a list/);
});
