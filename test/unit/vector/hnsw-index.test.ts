import { beforeAll, describe, expect, it } from "vitest";
import { clusteredVectors } from "../../../src/testing/vectors.ts";
import { FlatIndex } from "../../../src/vector/flat-index.ts";
import { HnswIndex } from "../../../src/vector/hnsw-index.ts";
import { recallAt10 } from "./recall.ts";

const DIMS = 32;
const COUNT = 2_000;
const vectors = clusteredVectors({ count: COUNT, dims: DIMS, clusters: 40, seed: 1 });
const others = clusteredVectors({ count: COUNT, dims: DIMS, clusters: 40, seed: 2 });
const queries = clusteredVectors({ count: 50, dims: DIMS, clusters: 40, seed: 3 });
const options = { dims: DIMS, count: COUNT, capacity: COUNT };

/** One slot to begin with, so that it grows all the way. */
async function filled(count: number): Promise<HnswIndex> {
  const index = await HnswIndex.create({ dims: DIMS, capacity: 1 });
  for (let label = 0; label < count; label += 1) index.set(label, vectors[label] as Float32Array);
  return index;
}

function exactOf(held: Map<number, Float32Array>): FlatIndex {
  const exact = new FlatIndex(DIMS);
  for (const [label, vector] of held) exact.set(label, vector);
  return exact;
}

describe("HnswIndex finds at least 95 % of the true nearest ten", () => {
  let index: HnswIndex;
  const held = new Map(vectors.entries());
  beforeAll(async () => {
    index = await filled(COUNT);
  });

  it("after inserts", () => {
    expect(recallAt10(index, exactOf(held), queries)).toBeGreaterThanOrEqual(0.95);
  });

  it("behind broad and narrow filters", () => {
    for (const every of [2, 10, 100]) {
      const allowed = [...held.keys()].filter((label) => label % every === 0);
      expect(recallAt10(index, exactOf(held), queries, allowed)).toBeGreaterThanOrEqual(0.95);
    }
  });

  it("after replacing a third, removing a third and bringing some back", () => {
    for (let label = 0; label < COUNT; label += 3) held.set(label, others[label] as Float32Array);
    for (let label = 1; label < COUNT; label += 3) held.delete(label);
    for (let label = 0; label < COUNT; label += 3) index.set(label, others[label] as Float32Array);
    for (let label = 1; label < COUNT; label += 3) index.remove(label);
    // The search tells the graph of the removals; bringing back a label it knows as deleted is the hard case.
    index.search(queries[0] as Float32Array, 1);
    for (let label = 1; label < COUNT; label += 9) held.set(label, others[label] as Float32Array);
    for (let label = 1; label < COUNT; label += 9) index.set(label, others[label] as Float32Array);
    expect(index.size).toBe(held.size);
    expect(index.deadRows).toBe(COUNT - held.size);
    expect(recallAt10(index, exactOf(held), queries)).toBeGreaterThanOrEqual(0.95);
  });

  it("and never a removed label", () => {
    const found = queries.flatMap((query) => index.search(query, 100)).map((hit) => hit.label);
    expect(found.filter((label) => !held.has(label))).toEqual([]);
  });

  it("after it went to bytes and back, with the very same hits", async () => {
    const loaded = await HnswIndex.load(index.serialize(), { ...options, count: held.size, capacity: 10 });
    expect([loaded.size, loaded.deadRows]).toEqual([index.size, index.deadRows]);
    for (const query of queries) expect(loaded.search(query, 10)).toEqual(index.search(query, 10));
    loaded.set(5_000, queries[0] as Float32Array);
    expect(loaded.search(queries[0] as Float32Array, 1)[0]?.label).toBe(5_000);
    loaded.close();
  });
});

describe("HnswIndex", () => {
  it("is deterministic: the same inserts give the same bytes", async () => {
    const [a, b] = [await filled(300), await filled(300)];
    expect(a.serialize()).toEqual(b.serialize());
  });

  it("gives every row for a topK beyond its size, with most rows removed too", async () => {
    const index = await filled(300);
    for (let label = 0; label < 280; label += 1) index.remove(label);
    expect(index.search(queries[0] as Float32Array, 1_000)).toHaveLength(20);
    expect(index.search(queries[0] as Float32Array, 1_000, [1, 2, 290, 299])).toHaveLength(2);
  });

  it("gives every row that was asked for, also rows that no link leads to", async () => {
    const bytes = (await filled(50)).serialize();
    const file = new DataView(bytes.buffer);
    const bytesPerRow = file.getUint32(12, true);
    for (let row = 0; row < 50; row += 1) file.setUint16(56 + row * bytesPerRow, 0, true);
    const index = await HnswIndex.load(bytes, { ...options, count: 50 });
    const exact = exactOf(new Map(vectors.slice(0, 50).entries()));
    const labelsOf = (one: HnswIndex | FlatIndex, allowed?: number[]): number[] =>
      one.search(queries[0] as Float32Array, 10, allowed).map((hit) => hit.label);
    expect(labelsOf(index)).toEqual(labelsOf(exact));
    expect(labelsOf(index, [1, 2, 3, 30])).toEqual(labelsOf(exact, [1, 2, 3, 30]));
  });

  it("saves and loads an empty index", async () => {
    const empty = await HnswIndex.create({ dims: DIMS, capacity: 0 });
    const loaded = await HnswIndex.load(empty.serialize(), { dims: DIMS, count: 0, capacity: 0 });
    loaded.set(1, vectors[0] as Float32Array);
    expect(loaded.search(vectors[0] as Float32Array, 5)).toHaveLength(1);
  });

  it("refuses bytes of other dims, another count, cut off, too long or random", async () => {
    const bytes = (await filled(50)).serialize();
    const load = (damaged: Uint8Array, change: object = {}): Promise<unknown> =>
      HnswIndex.load(damaged, { ...options, count: 50, ...change });
    const longer = new Uint8Array(bytes.length + 8);
    longer.set(bytes);
    const refused = { code: "engine_crashed" };
    await expect(load(bytes, { dims: 16 })).rejects.toMatchObject(refused);
    await expect(load(bytes, { count: 49 })).rejects.toMatchObject(refused);
    await expect(load(new Uint8Array())).rejects.toMatchObject(refused);
    await expect(load(bytes.slice(0, 1_000))).rejects.toMatchObject(refused);
    await expect(load(longer)).rejects.toMatchObject(refused);
    await expect(load(crypto.getRandomValues(new Uint8Array(5_000)))).rejects.toMatchObject(refused);
    await expect(load(bytes)).resolves.toMatchObject({ size: 50 });
  });

  it("is poisoned by a trap: every later call throws a typed error, and closing works", async () => {
    const bytes = (await filled(50)).serialize();
    // The entry point of the graph, far outside of memory: hnswlib does not check it.
    new DataView(bytes.buffer).setUint32(28, 0x7fff_0000, true);
    const index = await HnswIndex.load(bytes, { ...options, count: 50 });
    const crashed = expect.objectContaining({ name: "EngineError", code: "engine_crashed", retryable: true });
    expect(index.poisoned).toBe(false);
    expect(() => index.search(queries[0] as Float32Array, 5)).toThrow(crashed);
    expect(index.poisoned).toBe(true);
    expect(() => index.set(1, vectors[0] as Float32Array)).toThrow(crashed);
    expect(() => index.remove(1)).toThrow(crashed);
    expect(() => index.serialize()).toThrow(crashed);
    index.close();
    expect(() => index.search(queries[0] as Float32Array, 5)).toThrow(expect.objectContaining({ code: "closed" }));
  });
});
