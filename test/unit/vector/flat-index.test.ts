import { describe, expect, it } from "vitest";
import { clusteredVectors } from "../../../src/testing/vectors.ts";
import { FlatIndex } from "../../../src/vector/flat-index.ts";
import { contentsOf } from "./contents-of.ts";

const vectors = clusteredVectors({ count: 100, dims: 9, clusters: 5, seed: 1 });

function filled(): FlatIndex {
  const index = new FlatIndex(9);
  vectors.forEach((vector, label) => index.set(label, vector));
  return index;
}

describe("FlatIndex", () => {
  it("gives the same answers, to the last bit, after its contents went out and in", () => {
    const index = filled();
    for (let label = 0; label < 100; label += 4) index.remove(label);
    const restored = FlatIndex.fromContents(9, contentsOf(index));
    expect(restored.size).toBe(75);
    for (const query of vectors) expect(restored.search(query, 10)).toEqual(index.search(query, 10));
    restored.set(500, vectors[0] as Float32Array);
    expect(restored.search(vectors[0] as Float32Array, 1)[0]?.label).toBe(500);
  });

  it("does not depend on the order of inserts and removals", () => {
    const [index, reversed] = [filled(), new FlatIndex(9)];
    vectors.toReversed().forEach((vector, i) => reversed.set(99 - i, vector));
    for (const other of [index, reversed]) other.remove(17);
    for (const query of vectors) expect(reversed.search(query, 20)).toEqual(index.search(query, 20));
  });

  it("never gives a similarity beyond 1", () => {
    const third = Math.sqrt(1 / 3) + 1e-7;
    const index = new FlatIndex(3);
    index.set(1, Float32Array.of(third, third, third));
    index.set(2, Float32Array.of(-third, -third, -third));
    const hits = index.search(Float32Array.of(third, third, third), 2);
    expect(hits.map((hit) => hit.similarity)).toEqual([1, -1]);
  });

  it("refuses contents that do not fit together, or name a label twice", () => {
    const load = (labels: number[], numbers: number[]) => (): unknown =>
      FlatIndex.fromContents(2, { labels: Uint32Array.from(labels), blocks: [Float32Array.from(numbers)] });
    expect(load([1], [1, 0, 1])).toThrow(/do not fit together/);
    expect(load([1, 1], [1, 0, 0, 1])).toThrow(/there twice/);
    expect(load([], [])).not.toThrow();
  });
});
