import "fake-indexeddb/auto";
import { InvalidInputError, type Memory, type Reranker, type SearchOptions } from "keepsake";
import { fakeRuntime, type FakeRuntime } from "keepsake/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { openIndexedDBStore } from "../../../src/store/indexeddb-store.ts";
import { freshDatabase, openMemory, texts } from "./fixtures.ts";

beforeEach(freshDatabase);
const ALICE = { userId: "alice" };
const DAY = 86_400_000;

async function openTeas(options = {}): Promise<{ memory: Memory; runtime: FakeRuntime }> {
  const runtime = fakeRuntime({ now: "2026-01-01T00:00:00Z" });
  const memory = openMemory({ runtime, ...options });
  for (const text of ["green tea", "black tea"]) await memory.add(text, { ...ALICE, infer: false });
  return { memory, runtime };
}

async function decayOf(memory: Memory, text: string, options: Partial<SearchOptions> = {}): Promise<number> {
  const { results } = await memory.search("tea", { ...ALICE, decay: true, explain: true, ...options });
  return results.find((result) => result.memory === text)!.parts!.decay!;
}

async function accessRows(): Promise<unknown[]> {
  const store = await openIndexedDBStore({ name: "default" });
  const rows = await store.read(["meta"], (tx) => tx.getAll("meta"));
  await store.close();
  return rows.filter(({ key }) => key.startsWith("accesses:")).map(({ value }) => value);
}

describe("decay", () => {
  it("is off by default: age and use change nothing, and nothing is kept of a search", async () => {
    const { memory, runtime } = await openTeas();
    const before = (await memory.search("tea", ALICE)).results;
    runtime.advance(400 * DAY);
    expect((await memory.search("tea", ALICE)).results).toEqual(before);
    await memory.close();
    expect(await accessRows()).toEqual([]);
  });

  it("takes from what is old, and gives to what is used again and again, up to a score of 1", async () => {
    const { memory, runtime } = await openTeas();
    expect(await decayOf(memory, "green tea", { referenceDate: "2026-01-01" })).toBeCloseTo(1, 10);
    runtime.advance(60 * DAY);
    for (let i = 0; i < 8; i++) await memory.search("green tea", { ...ALICE, topK: 1, decay: true });
    const { results } = await memory.search("tea", { ...ALICE, decay: true, explain: true });
    expect(texts({ results })[0]).toBe("green tea");
    expect(results[0]!.parts!.decay).toBeGreaterThan(1.2);
    expect(results[1]!.parts!.decay).toBeLessThan(1);
    const { results: same } = await memory.search("green tea", { ...ALICE, decay: true });
    expect(same[0]!.score).toBeLessThanOrEqual(1);
  });

  it("takes its half-life from the call, or from the options; `false` turns it off", async () => {
    const { memory, runtime } = await openTeas({ decay: { halfLifeDays: 10 } });
    runtime.advance(10 * DAY);
    const { results } = await memory.search("tea", { ...ALICE, explain: true });
    expect(results[0]!.parts!.decay).toBeCloseTo(0.3 + (1.2 * 0.5) / (0.5 + 5 / 7), 10);
    expect(
      (await memory.search("tea", { ...ALICE, explain: true, decay: false })).results[0]!.parts,
    ).not.toHaveProperty("decay");
    for (const decay of [{ halfLifeDays: 0 }, { halfLifeDays: "7" }, { halflifeDays: 1 }, [], 3, null]) {
      await expect(memory.search("tea", { ...ALICE, decay: decay as never })).rejects.toThrow(InvalidInputError);
    }
  });

  it("keeps the last 20 uses over a restart, outside of history and export, and forgets them with the memory", async () => {
    const { memory, runtime } = await openTeas();
    const { seq } = await memory.info();
    const file = await memory.export({ all: true });
    for (let i = 0; i < 25; i++) await memory.search("green tea", { ...ALICE, topK: 1, decay: true });
    expect((await memory.info()).seq).toBe(seq);
    expect(await memory.export({ all: true })).toEqual(file);
    await memory.close();
    expect(await accessRows()).toEqual([Array<number>(20).fill(runtime.now())]);
    const again = openMemory({ runtime });
    expect(await decayOf(again, "green tea")).toBeGreaterThan(await decayOf(again, "black tea"));
    await again.forget((await again.search("green tea", { ...ALICE, topK: 1 })).results[0]!.id);
    await again.close();
    expect(await accessRows()).toHaveLength(1);
    const last = openMemory({ runtime });
    await last.forget(ALICE);
    await last.close();
    expect(await accessRows()).toEqual([]);
  });

  it("counts as a use what the app was given: not all that was reranked, nor a former text for the present one", async () => {
    const reranker: Reranker = async ({ documents }) => documents.map((text) => Number(text === "green tea"));
    const { memory } = await openTeas({ reranker });
    for (let i = 0; i < 3; i++) await memory.search("tea", { ...ALICE, topK: 1, rerank: true, decay: true });
    await memory.close();
    expect(await accessRows()).toHaveLength(1);
  });

  it("applies after the threshold: what decay takes away hides nothing", async () => {
    const { memory, runtime } = await openTeas();
    const { score } = (await memory.search("green tea", ALICE)).results[0]!;
    runtime.advance(1_000 * DAY);
    const { results } = await memory.search("green tea", { ...ALICE, decay: true, threshold: score });
    expect(results[0]!.score).toBeLessThan(score);
  });
});
