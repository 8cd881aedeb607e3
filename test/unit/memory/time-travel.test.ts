import "fake-indexeddb/auto";
import { InvalidInputError, type Memory } from "keepsake";
import { fakeRuntime, type FakeRuntime } from "keepsake/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { freshDatabase, openMemory, texts } from "./fixtures.ts";

beforeEach(freshDatabase);
const ALICE = { userId: "alice" };
const HOUR = 3_600_000;

/** 10:00 Berlin and tea; 11:00 Hamburg; 12:00 no tea. */
async function openPast(): Promise<{ memory: Memory; runtime: FakeRuntime }> {
  const runtime = fakeRuntime({ now: "2026-11-22T10:00:00Z" });
  const memory = openMemory({ runtime });
  await memory.add("I live in Berlin", ALICE);
  const { results } = await memory.add("I like tea", ALICE);
  runtime.advance(HOUR);
  await memory.add("We moved to Hamburg", ALICE);
  runtime.advance(HOUR);
  await memory.delete(results[0]!.id!);
  return { memory, runtime };
}

describe("time travel", () => {
  it("getAll tells what was believed then, in the same order", async () => {
    const { memory } = await openPast();
    const at = async (time: string) => texts(await memory.getAll({ ...ALICE, at: `2026-11-22T${time}Z` }));
    expect(await at("09:59")).toEqual([]);
    expect(await at("10:00")).toEqual(["User likes tea", "User lives in Berlin"]);
    expect(await at("10:59")).toEqual(["User likes tea", "User lives in Berlin"]);
    expect(await at("11:00")).toEqual(["User likes tea", "User moved to Hamburg"]);
    expect(await at("12:00")).toEqual(["User moved to Hamburg"]);
    expect(await at("23:00")).toEqual(texts(await memory.getAll(ALICE)));
  });

  it("search finds old texts, with the score that they had then", async () => {
    const { memory, runtime } = await openPast();
    const at = new Date("2026-11-22T10:30:00Z");
    const then = await memory.search("lives in Berlin", { ...ALICE, at });
    expect(texts(then)[0]).toBe("User lives in Berlin");
    const now = await memory.search("Berlin", ALICE);
    expect(now.results.find((result) => result.memory === "User lives in Berlin")).toHaveProperty("superseded");

    const fresh = openMemory({ runtime, name: "fresh" });
    await fresh.add("I live in Berlin", ALICE);
    await fresh.add("I like tea", ALICE);
    const scores = ({ results }: { results: { memory: string; score: number }[] }) =>
      results.map((result) => [result.memory, result.score]);
    expect(scores(then)).toEqual(scores(await fresh.search("lives in Berlin", ALICE)));
  });

  it("filters, expiration and pages are those of then", async () => {
    const { memory, runtime } = await openPast();
    const { results } = await memory.getAll(ALICE);
    await memory.update(results[0]!.id, { metadata: { city: true }, expirationDate: "2026-11-23" });
    runtime.advance(48 * HOUR);
    expect((await memory.getAll(ALICE)).results).toEqual([]);
    const filters = { city: true };
    const moved = await memory.getAll({ ...ALICE, at: "2026-11-22T12:00:00Z", filters });
    expect(texts(moved)).toEqual(["User moved to Hamburg"]);
    expect((await memory.getAll({ ...ALICE, at: "2026-11-22T11:00:00Z", filters })).results).toEqual([]);
    const early = { ...ALICE, at: "2026-11-22T10:00:00Z", pageSize: 1 };
    const first = await memory.getAll(early);
    const second = await memory.getAll({ ...early, cursor: first.nextCursor });
    expect([...texts(first), ...texts(second)]).toEqual(["User likes tea", "User lives in Berlin"]);
  });

  it("INV-8: sees the past of the scope that is asked, and no other", async () => {
    const { memory } = await openPast();
    const at = "2026-11-22T10:30:00Z";
    expect((await memory.getAll({ userId: "bob", at })).results).toEqual([]);
    expect((await memory.search("Berlin", { userId: "bob", at })).results).toEqual([]);
  });

  it("what was undone was believed until then", async () => {
    const { memory, runtime } = await openPast();
    const { results } = await memory.getAll(ALICE);
    runtime.advance(HOUR);
    await memory.undo((await memory.history(results[0]!.id))[0]!.opId);
    expect(texts(await memory.getAll(ALICE))).toEqual(["User lives in Berlin"]);
    expect(texts(await memory.getAll({ ...ALICE, at: "2026-11-22T12:30:00Z" }))).toEqual(["User moved to Hamburg"]);
  });

  it("rejects what is no instant", async () => {
    const { memory } = await openPast();
    for (const at of ["yesterday", new Date(Number.NaN), 5 as never]) {
      await expect(memory.getAll({ ...ALICE, at })).rejects.toBeInstanceOf(InvalidInputError);
      await expect(memory.search("x", { ...ALICE, at })).rejects.toBeInstanceOf(InvalidInputError);
    }
  });
});
