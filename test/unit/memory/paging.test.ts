import "fake-indexeddb/auto";
import { InvalidInputError, type Memory } from "keepsake";
import { fakeRuntime } from "keepsake/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { freshDatabase, openMemory, texts } from "./fixtures.ts";

beforeEach(freshDatabase);
const ALICE = { userId: "alice" };

async function addNotes(memory: Memory, count: number): Promise<string[]> {
  const notes = Array.from({ length: count }, (_, i) => ({ role: "user" as const, content: `note ${i}` }));
  const { results } = await memory.add(notes, { ...ALICE, infer: false });
  return results.map((result) => result.id!);
}

describe("getAll in pages", () => {
  it("gives every memory once, newest created first, and ends with null", async () => {
    const memory = openMemory();
    await addNotes(memory, 7);
    const all = await memory.getAll(ALICE);
    expect(all.nextCursor).toBeNull();
    const sizes: number[] = [];
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<Memory["getAll"]>> = await memory.getAll({ ...ALICE, pageSize: 3, cursor });
      sizes.push(page.results.length);
      seen.push(...texts(page));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(sizes).toEqual([3, 3, 1]);
    expect(seen).toEqual(texts(all));
    expect(seen[0]).toBe("note 6");
  });

  it("a last page that is full has no next one", async () => {
    const memory = openMemory();
    await addNotes(memory, 3);
    expect((await memory.getAll({ ...ALICE, pageSize: 3 })).nextCursor).toBeNull();
  });

  it("is not moved by updates, deletes and adds between the pages", async () => {
    const memory = openMemory();
    const ids = await addNotes(memory, 6);
    const first = await memory.getAll({ ...ALICE, pageSize: 2 });
    await memory.update(ids[0]!, "note 0, later");
    await memory.delete(ids[5]!);
    await memory.add("a newer note", { ...ALICE, infer: false });
    const rest = await memory.getAll({ ...ALICE, pageSize: 10, cursor: first.nextCursor });
    expect(texts(rest)).toEqual(["note 3", "note 2", "note 1", "note 0, later"]);
  });

  it("lists by when memories were created: what is dated back stands where it belongs, on any page", async () => {
    const memory = openMemory({ runtime: fakeRuntime({ now: "2026-11-22T10:00:00Z" }) });
    const add = (note: string, timestamp?: string) =>
      memory.add(note, { ...ALICE, infer: false, ...(timestamp !== undefined && { timestamp }) });
    await add("today");
    await add("2020", "2020-05-01T00:00:00Z");
    await add("before computers", "1950-01-01T00:00:00Z");
    await add("2020, too", "2020-05-01T00:00:00Z");
    await add("today, too");
    const expected = ["today, too", "today", "2020, too", "2020", "before computers"];
    expect(texts(await memory.getAll(ALICE))).toEqual(expected);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<Memory["getAll"]>> = await memory.getAll({ ...ALICE, pageSize: 1, cursor });
      seen.push(...texts(page));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(expected);
  });

  it("pages through what a filter lets pass", async () => {
    const memory = openMemory();
    const ids = await addNotes(memory, 6);
    await memory.update(ids.filter((_, i) => i % 2 === 0).map((id) => ({ id, metadata: { even: true } })));
    const filters = { even: true };
    const first = await memory.getAll({ ...ALICE, filters, pageSize: 2 });
    const second = await memory.getAll({ ...ALICE, filters, pageSize: 2, cursor: first.nextCursor });
    expect([texts(first), texts(second)]).toEqual([["note 4", "note 2"], ["note 0"]]);
  });

  it("refuses the cursor of another scope, and takes it for its own in either spelling", async () => {
    const memory = openMemory();
    for (const userId of ["alice", "bob"]) {
      for (const one of ["tea", "rum"]) await memory.add(`I like ${one}`, { userId, infer: false });
    }
    const { nextCursor: cursor } = await memory.getAll({ ...ALICE, pageSize: 1 });
    for (const scope of [{ userId: "bob" }, { ...ALICE, runId: "r1" }, { filters: { userId: "*" } } as const]) {
      await expect(memory.getAll({ ...scope, pageSize: 1, cursor })).rejects.toThrow(
        "keepsake: this cursor is of another scope. Begin without one.",
      );
    }
    const filters = { user_id: "alice" };
    expect(texts(await memory.getAll({ filters, pageSize: 1, cursor }))).toEqual(["I like tea"]);
  });

  it("rejects a cursor that is none, a page size out of range, and two sizes", async () => {
    const memory = openMemory();
    for (const cursor of [
      "",
      "x",
      "k1-1",
      "k2-1.1",
      "k3-1",
      "k3-1.1",
      "k3-1.1.",
      "k3-1.1.1!",
      "k3-1..1",
      "k4-1.1.1",
      4 as never,
    ]) {
      await expect(memory.getAll({ ...ALICE, cursor })).rejects.toBeInstanceOf(InvalidInputError);
    }
    for (const pageSize of [0, 1001, 1.5, "3" as never]) {
      await expect(memory.getAll({ ...ALICE, pageSize })).rejects.toBeInstanceOf(InvalidInputError);
    }
    await expect(memory.getAll({ ...ALICE, pageSize: 3, topK: 3 })).rejects.toBeInstanceOf(InvalidInputError);
  });

  it("with topK 0 there is nothing, and no next page", async () => {
    const memory = openMemory();
    await addNotes(memory, 2);
    expect(await memory.getAll({ ...ALICE, topK: 0 })).toEqual({ results: [], nextCursor: null });
    expect((await memory.getAll({ ...ALICE, topK: 1 })).nextCursor).not.toBeNull();
  });
});

describe("expiration", () => {
  it("hides a memory from getAll and search after its day in UTC, not on it; get and showExpired show it", async () => {
    const runtime = fakeRuntime({ now: "2026-11-22T23:59:59.999Z" });
    const memory = openMemory({ runtime });
    const [id] = await addNotes(memory, 2);
    await memory.update(id!, { expirationDate: "2026-11-22" });
    expect((await memory.getAll(ALICE)).results).toHaveLength(2);
    expect((await memory.search("note", ALICE)).results).toHaveLength(2);
    runtime.advance(1);
    expect(texts(await memory.getAll(ALICE))).toEqual(["note 1"]);
    expect(texts(await memory.search("note 0", ALICE))).toEqual(["note 1"]);
    expect((await memory.getAll({ ...ALICE, showExpired: true })).results).toHaveLength(2);
    expect((await memory.search("note 0", { ...ALICE, showExpired: true })).results).toHaveLength(2);
    expect(await memory.get(id!)).toMatchObject({ memory: "note 0", expirationDate: "2026-11-22" });
    await expect(memory.getAll({ ...ALICE, showExpired: "yes" as never })).rejects.toBeInstanceOf(InvalidInputError);
  });

  it("what has expired and is said again is stored again, and nothing is decided about the hidden one", async () => {
    const runtime = fakeRuntime({ now: "2026-11-22T10:00:00Z" });
    const memory = openMemory({ runtime });
    await memory.add("I live in Berlin", { ...ALICE, expirationDate: "2026-11-22" });
    runtime.advance(24 * 3_600_000);
    const again = await memory.add("I live in Berlin", ALICE);
    expect(again.results.map((result) => result.event)).toEqual(["ADD"]);
    const { results } = await memory.add("We moved to Hamburg", ALICE);
    expect(results).toMatchObject([{ event: "UPDATE", id: again.results[0]!.id }]);
    expect(texts(await memory.getAll({ ...ALICE, showExpired: true }))).toEqual([
      "User moved to Hamburg",
      "User lives in Berlin",
    ]);
  });
});
