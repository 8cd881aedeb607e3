import { describe, expect, it } from "vitest";
import { clusteredVectors } from "../../../src/testing/vectors.ts";
import { FlatIndex } from "../../../src/vector/flat-index.ts";
import { PlannedIndex } from "../../../src/vector/planned-index.ts";
import { recallAt10 } from "./recall.ts";

const DIMS = 32;
const COUNT = 1_500;
const vectors = clusteredVectors({ count: COUNT, dims: DIMS, clusters: 30, seed: 1 });
const others = clusteredVectors({ count: COUNT, dims: DIMS, clusters: 30, seed: 2 });
const queries = clusteredVectors({ count: 40, dims: DIMS, clusters: 30, seed: 3 });
const query = queries[0] as Float32Array;
const all = Array.from({ length: COUNT }, (_, label) => label);
const still = (): number => 0;

/** A clock that has moved on by 1 ms whenever it is asked. */
function ticking(): () => number {
  let now = 0;
  return () => now++;
}

interface Setup {
  index: PlannedIndex;
  exact: FlatIndex;
  problems: Error[];
  set(label: number, vector: Float32Array | undefined): void;
  remove(label: number): void;
}

/** A planned index and, as the oracle, an exact one that gets the same changes. */
function setup(hnswFrom = 500, count = COUNT): Setup {
  const problems: Error[] = [];
  const index = new PlannedIndex(DIMS, { hnswFrom, onProblem: (error) => problems.push(error) });
  const exact = new FlatIndex(DIMS);
  const both: Setup = {
    index,
    exact,
    problems,
    set: (label, vector) => [index, exact].forEach((one) => one.set(label, vector as Float32Array)),
    remove: (label) => [index, exact].forEach((one) => one.remove(label)),
  };
  for (let label = 0; label < count; label += 1) both.set(label, vectors[label]);
  return both;
}

async function built(hnswFrom?: number, count?: number): Promise<Setup> {
  const all = setup(hnswFrom, count);
  await all.index.buildSlice(Infinity, still);
  return all;
}

/** The bytes of a graph whose entry point lies far outside of memory: it loads, and the first search traps. */
function withTrap(parts: Record<string, Uint8Array>): Record<string, Uint8Array> {
  const graph = (parts["graph"] as Uint8Array).slice();
  new DataView(graph.buffer).setUint32(28, 0x7fff_0000, true);
  return { ...parts, graph };
}

describe("PlannedIndex plans", () => {
  it("an exact scan and no graph below the threshold", async () => {
    const { index, exact } = setup(COUNT + 1);
    expect([index.wantsBuild, index.lastPath, index.hnswRows]).toEqual([false, "none", 0]);
    expect(await index.buildSlice(Infinity, still)).toBe(false);
    expect(index.search(query, 10)).toEqual(exact.search(query, 10));
    expect([index.lastPath, index.hnswRows]).toEqual(["exact", 0]);
  });

  it("an exact scan until the graph is built, then the graph", async () => {
    const { index } = setup();
    index.search(query, 10);
    expect([index.wantsBuild, index.lastPath]).toEqual([true, "exact"]);
    expect(await index.buildSlice(Infinity, still)).toBe(false);
    index.search(query, 10);
    expect([index.wantsBuild, index.lastPath, index.hnswRows]).toEqual([false, "hnsw", COUNT]);
  });

  it("an exact scan for a narrow filter, the graph for a broad one", async () => {
    const { index, exact } = await built();
    const narrow = all.filter((label) => label % 20 === 0);
    expect(index.search(query, 10, narrow)).toEqual(exact.search(query, 10, narrow));
    expect(index.lastPath).toBe("exact");
    index.search(query, 10, all.slice(0, 1_400));
    expect(index.lastPath).toBe("hnsw");
  });

  it("nothing that loses a row where the filter names labels that are not there", async () => {
    const { index, exact } = await built();
    const allowed = [...Array.from({ length: 1_400 }, (_, i) => 10_000 + i), 3, 1, 2];
    expect(index.search(query, 10, allowed)).toEqual(exact.search(query, 10, allowed));
    expect(index.search(query, 10, allowed)).toHaveLength(3);
  });
});

describe("PlannedIndex finds at least 95 % of the true nearest ten on the graph", () => {
  it("nearly built, with the rest scanned and merged", async () => {
    const { index, exact } = setup();
    let slices = 1;
    while ((await index.buildSlice(50, ticking())) && index.hnswRows < COUNT * 0.9) slices += 1;
    expect(slices).toBeGreaterThan(5);
    expect(index.hnswRows).toBeLessThan(COUNT);
    expect(recallAt10(index, exact, queries)).toBeGreaterThanOrEqual(0.95);
    expect(index.lastPath).toBe("hnsw");
  });

  it("after replacements, removals and re-additions, before and after the graph has caught up", async () => {
    const { index, exact, set, remove } = await built();
    for (let label = 0; label < COUNT; label += 16) set(label, others[label]);
    for (let label = 1; label < COUNT; label += 16) remove(label);
    for (let label = 1; label < COUNT; label += 64) set(label, others[label]);
    const allowed = all.filter((label) => label % 8 !== 0);
    for (const round of ["behind", "caught up"]) {
      expect(recallAt10(index, exact, queries), round).toBeGreaterThanOrEqual(0.95);
      expect(recallAt10(index, exact, queries, allowed), round).toBeGreaterThanOrEqual(0.95);
      expect(index.lastPath).toBe("hnsw");
      while (await index.buildSlice(100, ticking()));
    }
    expect(index.hnswRows).toBe(exact.size);
  });
});

describe("PlannedIndex answers from its rows, whatever the graph holds", () => {
  it("never a removed row, and a replaced one only by its new vector", async () => {
    const { index, set, remove } = await built();
    const target = vectors[7] as Float32Array;
    expect(index.search(target, 1)[0]?.label).toBe(7);
    set(
      7,
      target.map((number) => -number),
    );
    expect(index.search(target, 50).map((hit) => hit.label)).not.toContain(7);
    expect(
      index.search(
        target.map((number) => -number),
        1,
      )[0]?.label,
    ).toBe(7);
    remove(7);
    expect(
      index
        .search(
          target.map((number) => -number),
          50,
        )
        .map((hit) => hit.label),
    ).not.toContain(7);
    expect(index.lastPath).toBe("hnsw");
  });

  it("with the similarities of the exact scan, to the last bit", async () => {
    const { index, exact } = await built();
    const similarity = new Map(exact.search(query, COUNT).map((hit) => [hit.label, hit.similarity]));
    for (const hit of index.search(query, 20)) expect(hit.similarity).toBe(similarity.get(hit.label));
    expect(index.lastPath).toBe("hnsw");
  });

  it("and keeps the graph as it is when a row is set to what it holds", async () => {
    const { index } = await built();
    vectors.forEach((vector, label) => index.set(label, vector));
    expect([index.wantsBuild, index.hnswRows]).toEqual([false, COUNT]);
  });
});

describe("PlannedIndex builds", () => {
  it("in slices that end by the clock, each with at least one row", async () => {
    const { index } = setup();
    expect(await index.buildSlice(0, ticking())).toBe(true);
    expect(index.hnswRows).toBe(1);
    await index.buildSlice(10, ticking());
    expect(index.hnswRows).toBe(11);
  });

  it("with changes, searches and a second slice going on while the wasm loads", async () => {
    const { index, exact, set, remove } = setup();
    const slices = [index.buildSlice(5, ticking()), index.buildSlice(5, ticking())];
    set(3, others[3]);
    remove(4);
    expect(index.search(query, 10)).toEqual(exact.search(query, 10));
    expect(await Promise.all(slices)).toEqual([true, true]);
    await index.buildSlice(Infinity, still);
    expect(index.hnswRows).toBe(COUNT - 1);
    expect(recallAt10(index, exact, queries)).toBeGreaterThanOrEqual(0.95);
  });

  it("nothing any more when it is closed meanwhile", async () => {
    const { index } = setup();
    const slice = index.buildSlice(Infinity, still);
    index.close();
    expect(await slice).toBe(false);
    expect([index.wantsBuild, index.hnswRows, index.size]).toEqual([false, 0, 0]);
  });

  it("a new graph when more rows of it are dead than alive", async () => {
    const { index, exact, set, remove } = await built(100, 1_000);
    for (let label = 0; label < 600; label += 1) remove(label);
    expect(index.wantsBuild).toBe(true);
    set(2_000, others[0]);
    while (await index.buildSlice(Infinity, still));
    expect(index.hnswRows).toBe(401);
    expect(recallAt10(index, exact, queries)).toBeGreaterThanOrEqual(0.95);
  });

  it("no graph any more when most rows are gone", async () => {
    const { index, exact, remove } = await built(500, 600);
    for (let label = 0; label < 400; label += 1) remove(label);
    expect([index.hnswRows, index.wantsBuild]).toEqual([0, false]);
    expect(index.search(query, 10)).toEqual(exact.search(query, 10));
  });
});

describe("PlannedIndex survives its graph", () => {
  it("a trap in wasm is reported, answers go on exactly, and the graph is built again", async () => {
    const { index: saved, exact } = await built();
    const problems: Error[] = [];
    const onProblem = (error: Error): unknown => problems.push(error);
    const parts = withTrap(await saved.toParts());
    const index = await PlannedIndex.fromParts(DIMS, parts, { hnswFrom: 500, onProblem });
    expect([index.hnswRows, problems]).toEqual([COUNT, []]);
    expect(index.search(query, 10)).toEqual(exact.search(query, 10));
    expect(problems).toEqual([expect.objectContaining({ code: "engine_crashed" })]);
    expect([index.lastPath, index.hnswRows, index.wantsBuild]).toEqual(["exact", 0, true]);
    while (await index.buildSlice(Infinity, still));
    expect(recallAt10(index, exact, queries)).toBeGreaterThanOrEqual(0.95);
    expect([index.lastPath, problems.length]).toEqual(["hnsw", 1]);
  });

  it("bad queries are the caller's fault, not the graph's", async () => {
    const { index, problems } = await built();
    expect(() => index.search(new Float32Array(DIMS).fill(Number.NaN), 5)).toThrow(/not finite/);
    expect(() => index.search(query, -1)).toThrow(/topK/);
    expect([index.hnswRows, problems]).toEqual([COUNT, []]);
  });
});

describe("INV-5: a saved PlannedIndex is a cache", () => {
  const options = { hnswFrom: 500 };

  it("it comes back with the same answers, graph included, and goes on from there", async () => {
    const { index, exact, set } = await built();
    set(9, others[9]);
    const loaded = await PlannedIndex.fromParts(DIMS, await index.toParts(), options);
    expect([loaded.size, loaded.hnswRows, loaded.wantsBuild]).toEqual([COUNT, COUNT - 1, true]);
    for (const one of queries) expect(loaded.search(one, 10)).toEqual(index.search(one, 10));
    expect(loaded.lastPath).toBe("hnsw");
    await loaded.buildSlice(Infinity, still);
    expect(loaded.hnswRows).toBe(COUNT);
    expect(recallAt10(loaded, exact, queries)).toBeGreaterThanOrEqual(0.95);
  });

  it("parts that lie at odd addresses are read as well", async () => {
    const { index } = setup(500, 20);
    const odd = Object.entries(await index.toParts()).map(([name, part]): [string, Uint8Array] => {
      const shifted = new Uint8Array(part.length + 1);
      shifted.set(part, 1);
      return [name, shifted.subarray(1)];
    });
    const loaded = await PlannedIndex.fromParts(DIMS, Object.fromEntries(odd), options);
    expect(loaded.search(query, 5)).toEqual(index.search(query, 5));
  });

  it("a graph that cannot be used is reported and dropped, and the rows are kept", async () => {
    const { index, exact } = await built();
    const parts = await index.toParts();
    const bad: Record<string, Uint8Array>[] = [
      { ...parts, graph: new Uint8Array(100) },
      { ...parts, graph: (parts["graph"] as Uint8Array).slice(0, -4) },
      { ...parts, graphHeader: new TextEncoder().encode('{"rows":1500}') },
    ];
    for (const one of bad) {
      const problems: Error[] = [];
      const loaded = await PlannedIndex.fromParts(DIMS, one, {
        ...options,
        onProblem: (error) => problems.push(error),
      });
      expect(problems).toEqual([expect.objectContaining({ code: "engine_crashed" })]);
      expect([loaded.hnswRows, loaded.wantsBuild]).toEqual([0, true]);
      expect(loaded.search(query, 1)).toEqual(exact.search(query, 1));
    }
  });

  it("a graph forgets rows that are not there any more", async () => {
    const { index, exact, remove } = await built();
    const { graph, graphHeader } = await index.toParts();
    remove(3);
    const parts = { ...(await index.toParts()), graph: graph!, graphHeader: graphHeader! };
    const loaded = await PlannedIndex.fromParts(DIMS, parts, options);
    expect([loaded.hnswRows, loaded.has(3), loaded.wantsBuild]).toEqual([index.size, false, false]);
    expect(loaded.search(query, 5)).toEqual(exact.search(query, 5));
  });

  it("rows that do not fit together are refused", async () => {
    const { index } = setup(500, 20);
    const parts = await index.toParts();
    const refused = { code: "engine_crashed" };
    const { labels } = parts as { labels: Uint8Array };
    await expect(PlannedIndex.fromParts(DIMS + 1, parts)).rejects.toMatchObject(refused);
    await expect(PlannedIndex.fromParts(DIMS, {})).rejects.toMatchObject(refused);
    await expect(PlannedIndex.fromParts(DIMS, { ...parts, labels: labels.slice(4) })).rejects.toMatchObject(refused);
    await expect(PlannedIndex.fromParts(DIMS, { ...parts, labels: labels.slice(1) })).rejects.toMatchObject(refused);
  });
});
