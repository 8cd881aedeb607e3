import "fake-indexeddb/auto";
import type { Memory } from "keepsake";
import { InvalidInputError } from "keepsake";
import { fakeRuntime, type FakeRuntime } from "keepsake/testing";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { freshDatabase, openMemory, texts } from "./fixtures.ts";

beforeEach(freshDatabase);
const ALICE = { userId: "alice" };
const DAY = 86_400_000;

/** Bonn on 1 March, Hamburg on 1 June, today is 22 November; and things that never changed. */
async function openMoved(): Promise<{ memory: Memory; runtime: FakeRuntime; opIds: string[] }> {
  const runtime = fakeRuntime({ now: "2026-11-22T10:00:00Z" });
  const memory = openMemory({ runtime });
  const opIds: string[] = [];
  const said = [
    ["I live in Bonn.", "2026-03-01"],
    ["I have a dog called Rex.", "2026-03-02"],
    ["I moved to Hamburg.", "2026-06-01"],
  ] as const;
  for (const [text, timestamp] of said) opIds.push((await memory.add(text, { ...ALICE, timestamp })).opId);
  return { memory, runtime, opIds };
}

describe("a search that asks for the past", () => {
  it("a question about the time before a move finds Bonn first, and says what superseded it", async () => {
    const { memory } = await openMoved();
    const { results } = await memory.search("where did I live before Hamburg", { ...ALICE, explain: true });
    expect(texts({ results }).slice(0, 2)).toEqual(["User lives in Bonn", "User moved to Hamburg"]);
    expect(results[0]!.superseded).toEqual({ at: "2026-06-01T00:00:00.000Z", by: "User moved to Hamburg" });
    expect(results[0]!.id).toBe(results[1]!.id);
    expect(results[1]).not.toHaveProperty("superseded");
    const { meaning, words, surroundings, person, time } = results[0]!.parts!;
    expect(meaning + words + surroundings + person + time).toBeCloseTo(results[0]!.score, 10);
  });

  it("finds what held in the days asked about, and what came after", async () => {
    const { memory } = await openMoved();
    const first = async (query: string) => (await memory.search(query, ALICE)).results[0]?.memory;
    expect(await first("where did I live in May?")).toBe("User lives in Bonn");
    expect(await first("where did I live in February?")).toBe("User lives in Bonn");
    expect(await first("where did I live after Bonn?")).toBe("User moved to Hamburg");
    await memory.add("I moved to Munich.", ALICE);
    expect(await first("where did I live before Munich?")).toBe("User moved to Hamburg");
    expect(await first("where did I live before Hamburg?")).toBe("User lives in Bonn");
  });

  it("without that, a superseded text is in no result", async () => {
    const { memory } = await openMoved();
    for (const query of ["where do I live", "where do I live now", "is Bonn my home", "will I move to Bonn", "dog"]) {
      expect(texts(await memory.search(query, ALICE))).not.toContain("User lives in Bonn");
    }
  });

  it("finds what an add has deleted, and nothing that the app deleted, changed, took back or forgot", async () => {
    const { memory, opIds } = await openMoved();
    const found = async () => texts(await memory.search("where did I live before Hamburg", ALICE));
    const { id } = (await memory.search("Hamburg", ALICE)).results[0]!;
    const undone = await memory.undo(opIds[2]!);
    expect(await found()).not.toContain("User moved to Hamburg");
    await memory.undo(undone.opId);
    await memory.update(id, "User lives in Altona");
    expect(await found()).not.toContain("User moved to Hamburg");
    await memory.delete(id);
    expect((await found()).join()).not.toMatch(/Bonn|Hamburg|Altona/);
    await memory.forget(id);
    expect((await found()).join()).not.toMatch(/Bonn|Hamburg|Altona/);
  });

  it("keeps to its scope, filter, threshold, topK and expiration", async () => {
    const { memory, runtime } = await openMoved();
    const query = "where did I live before Hamburg";
    expect((await memory.search(query, { userId: "bob" })).results).toEqual([]);
    const other = await memory.add("I live in Oslo.", { userId: "bob", metadata: { home: true } });
    await memory.add("I moved to Hamburg.", { userId: "bob" });
    expect(other.results).toHaveLength(1);
    expect(texts(await memory.search(query, ALICE)).join()).not.toContain("Oslo");
    expect(texts(await memory.search(query, { userId: "bob", filters: { home: false } }))).toEqual([]);
    expect(texts(await memory.search(query, { userId: "bob", topK: 1 }))).toEqual(["User lives in Oslo"]);
    expect((await memory.search(query, { ...ALICE, threshold: 1 })).results).toEqual([]);
    const { id } = (await memory.search("Hamburg", ALICE)).results[0]!;
    await memory.update(id, { expirationDate: "2026-11-22" });
    runtime.advance(DAY);
    expect(texts(await memory.search(query, ALICE))).not.toContain("User lives in Bonn");
  });
});

describe("a search that names a time", () => {
  it("moves what is of those days up, and finds it without a word in common", async () => {
    const memory = openMemory({ runtime: fakeRuntime({ now: "2026-11-22T10:00:00Z" }) });
    const days = ["2026-05-03", "2026-08-03", "2026-11-10"];
    for (const [i, timestamp] of days.entries()) {
      await memory.add(`Cooked dish number ${i}`, { ...ALICE, infer: false, timestamp });
    }
    const first = async (query: string) => texts(await memory.search(query, ALICE))[0];
    expect(await first("which dish was cooked in May")).toBe("Cooked dish number 0");
    expect(await first("what happened last week")).not.toBe("Cooked dish number 0");
    expect(await first("the dish cooked most recently")).toBe("Cooked dish number 2");
    expect(await first("the dish I first cooked")).toBe("Cooked dish number 0");
    expect(texts(await memory.search("quantum in August", ALICE))[0]).toBe("Cooked dish number 1");
  });

  it("takes today from the clock of `referenceDate`, or else of the device", async () => {
    const memory = openMemory({ runtime: fakeRuntime({ now: "2026-11-26T02:00:00Z" }) });
    await memory.add("Cooked soup", { ...ALICE, infer: false, timestamp: "2026-11-26T02:00:00Z" });
    const timeOf = async (query: string, referenceDate?: string | Date) => {
      const options = { ...ALICE, explain: true, ...(referenceDate !== undefined && { referenceDate }) };
      return (await memory.search(query, options)).results[0]!.parts!.time;
    };
    const best = 0.1;
    expect(await timeOf("soup of today", "2026-11-25T18:00:00-08:00")).toBeCloseTo(best, 10);
    expect(await timeOf("soup of yesterday", "2026-11-26T18:00:00-08:00")).toBeCloseTo(best, 10);
    expect(await timeOf("soup of yesterday", "2026-11-27")).toBeCloseTo(best, 10);
    expect(await timeOf("soup of yesterday", "2026-11-28T02:00:00Z")).toBeLessThan(best);
    const zone = vi.spyOn(Date.prototype, "getTimezoneOffset").mockReturnValue(480);
    try {
      expect(await timeOf("soup of yesterday")).toBeLessThan(best);
      expect(await timeOf("soup of yesterday", new Date("2026-11-27T02:00:00Z"))).toBeCloseTo(best, 10);
      await memory.add("Baking bread tomorrow", { ...ALICE, infer: false });
      const { results } = await memory.search("bread", ALICE);
      expect(results[0]!.eventTime).toEqual({ from: "2026-11-26", to: "2026-11-26" });
    } finally {
      zone.mockRestore();
    }
  });

  it("counts from `referenceDate`, from `at`, or from now; nothing else changes a score", async () => {
    const { memory } = await openMoved();
    const scoreOf = async (query: string, options = {}) =>
      (await memory.search(query, { ...ALICE, explain: true, ...options })).results.find(({ memory }) =>
        memory.includes("Rex"),
      )?.parts?.time;
    expect(await scoreOf("my dog last month", { referenceDate: "2026-04-10" })).toBeCloseTo(0.1, 10);
    expect(await scoreOf("my dog last month", { at: new Date("2026-04-10") })).toBeCloseTo(0.1, 10);
    expect(await scoreOf("my dog last month")).toBeLessThan(0.05);
    expect(await scoreOf("my dog", { referenceDate: "2026-04-10" })).toBe(0);
    await expect(memory.search("x", { ...ALICE, referenceDate: "soon" })).rejects.toThrow(InvalidInputError);
  });
});
