import "fake-indexeddb/auto";
import { InvalidInputError, type Memory } from "keepsake";
import { beforeEach, describe, expect, it } from "vitest";
import { freshDatabase, MOVIE_MESSAGES, openMemory, texts } from "./fixtures.ts";

beforeEach(freshDatabase);
const ALICE = { userId: "alice" };

async function addThree(memory: Memory): Promise<string[]> {
  const { results } = await memory.add(MOVIE_MESSAGES, ALICE);
  return results.map((result) => result.id!);
}

describe("update of several", () => {
  it("changes all in one op, that one undo takes back", async () => {
    const memory = openMemory();
    const ids = await addThree(memory);
    const before = await memory.getAll(ALICE);
    const items = await memory.update(ids.map((id, i) => ({ id, text: `User likes film ${i}`, metadata: { i } })));
    expect(items.map((item) => [item.id, item.memory, item.metadata])).toEqual(
      ids.map((id, i) => [id, `User likes film ${i}`, { i }]),
    );
    expect((await memory.search("film", ALICE)).results).toHaveLength(3);
    const ops = await Promise.all(ids.map(async (id) => (await memory.history(id))[0]!.opId));
    expect(new Set(ops).size).toBe(1);
    await memory.undo(ops[0]!);
    expect(await memory.getAll(ALICE)).toEqual(before);
  });

  it("changes nothing where one id is missing, and names its position", async () => {
    const memory = openMemory();
    const [a, b] = await addThree(memory);
    const before = await memory.getAll(ALICE);
    const changes = [
      { id: a!, text: "x" },
      { id: "nowhere", text: "y" },
      { id: b!, text: "z" },
    ];
    await expect(memory.update(changes)).rejects.toMatchObject({
      code: "not_found",
      message: expect.stringContaining("position 1"),
      details: { index: 1, id: "nowhere" },
    });
    expect(await memory.getAll(ALICE)).toEqual(before);
  });

  it("takes none, and at most 1000", async () => {
    const memory = openMemory();
    expect(await memory.update([])).toEqual([]);
    const many = Array.from({ length: 1001 }, (_, i) => ({ id: `m${i}`, text: "x" }));
    await expect(memory.update(many)).rejects.toBeInstanceOf(InvalidInputError);
    await expect(memory.delete(many.map(({ id }) => id))).rejects.toBeInstanceOf(InvalidInputError);
  });

  it("rejects an entry with nothing to change, and one that is none", async () => {
    const memory = openMemory();
    const [id] = await addThree(memory);
    await expect(memory.update([{ id: id! }])).rejects.toThrow(/update\[0\]/);
    await expect(memory.update([null as never])).rejects.toBeInstanceOf(InvalidInputError);
    await expect(memory.update([{ id: 3 as never, text: "x" }])).rejects.toBeInstanceOf(InvalidInputError);
  });
});

describe("delete of several", () => {
  it("deletes all, or none where one is missing", async () => {
    const memory = openMemory();
    const ids = await addThree(memory);
    await expect(memory.delete([ids[0]!, "nowhere"])).rejects.toMatchObject({ details: { index: 1 } });
    expect((await memory.getAll(ALICE)).results).toHaveLength(3);
    await memory.delete(ids.slice(0, 2));
    expect((await memory.getAll(ALICE)).results.map((item) => item.id)).toEqual([ids[2]]);
    await memory.delete([]);
  });

  it("takes the same id twice as once", async () => {
    const memory = openMemory();
    const [id] = await addThree(memory);
    await memory.delete([id!, id!]);
    expect((await memory.history(id!)).map((entry) => entry.event)).toEqual(["DELETE", "ADD"]);
  });
});

describe("update of what is kept beside the text", () => {
  it("sets and clears the expiration date, and wants a day that exists", async () => {
    const memory = openMemory();
    const [id] = await addThree(memory);
    expect((await memory.update(id!, { expirationDate: "2099-12-31" })).expirationDate).toBe("2099-12-31");
    expect(await memory.update(id!, { expirationDate: null })).not.toHaveProperty("expirationDate");
    for (const expirationDate of ["2099-02-30", "tomorrow", "2099-01-01T00:00:00Z"]) {
      await expect(memory.update(id!, { expirationDate })).rejects.toBeInstanceOf(InvalidInputError);
    }
  });

  it("leaves the text of an immutable memory alone, unless it is made mutable in the same call", async () => {
    const memory = openMemory();
    const [id] = await addThree(memory);
    await memory.update(id!, { immutable: true });
    await expect(memory.update(id!, "User likes rum")).rejects.toThrow(/immutable: false/);
    expect((await memory.update(id!, { metadata: { checked: true } })).metadata).toEqual({ checked: true });
    const item = await memory.update(id!, { text: "User likes rum", immutable: false });
    expect(item.memory).toBe("User likes rum");
    expect(item).not.toHaveProperty("immutable");
  });

  it("an immutable memory can be deleted", async () => {
    const memory = openMemory();
    const [id, ...rest] = await addThree(memory);
    await memory.update(id!, { immutable: true });
    await memory.delete(id!);
    expect(texts(await memory.getAll(ALICE))).toHaveLength(rest.length);
  });

  it("deleteAll and forget refuse a filter, which would not be heard", async () => {
    const memory = openMemory();
    await addThree(memory);
    const options = { ...ALICE, filters: { kind: "film" } };
    await expect(memory.deleteAll(options)).rejects.toThrow(/filter/);
    await expect(memory.forget(options)).rejects.toThrow(/filter/);
    expect((await memory.getAll(ALICE)).results).toHaveLength(3);
  });
});
