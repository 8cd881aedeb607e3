import { afterEach, describe, expect, it } from "vitest";
import { clusteredVectors } from "../../../src/testing/vectors.ts";
import { HnswHeap } from "../../../src/vector/hnsw-heap.ts";

const vectors = clusteredVectors({ count: 200, dims: 8, clusters: 5, seed: 1 });
const query = vectors[0] as Float32Array;

function filled(heap: HnswHeap): ReturnType<HnswHeap["newIndex"]> {
  const graph = heap.newIndex(8);
  graph.initIndex(201, 16, 200, 100);
  vectors.forEach((vector, label) => graph.addPoint(vector, label, false));
  return graph;
}

const traceLimit = Error.stackTraceLimit;
afterEach(() => {
  Error.stackTraceLimit = traceLimit;
});

describe("HnswHeap", () => {
  it("survives 12,000 caught errors, of C++ and of filters alike", async () => {
    Error.stackTraceLimit = 0; // 12,000 stack traces would take ten seconds
    const heap = await HnswHeap.start();
    const graph = filled(heap);
    const before = heap.read(() => graph.searchKnn(query, 10, undefined));
    const wrongFilter = (): boolean => {
      throw new Error("the filter threw");
    };
    const seen = new Set<string>();
    for (let i = 0; i < 6_000; i += 1) {
      seen.add(messageOf(() => heap.read(() => graph.searchKnn(query, 0, undefined))));
      seen.add(messageOf(() => heap.read(() => graph.searchKnn(query, 5, wrongFilter))));
    }
    expect(seen.size).toBe(2);
    expect([...seen].join()).toMatch(/Invalid the number of k-nearest.*the filter threw/);
    expect(heap.poison).toBeUndefined();
    expect(heap.read(() => graph.searchKnn(query, 10, undefined))).toEqual(before);
    expect(heap.write(graph).length).toBeGreaterThan(200 * 8 * 4);
  });

  it("is lost when a change fails, because half of it may be done", async () => {
    const heap = await HnswHeap.start();
    const graph = filled(heap);
    const crashed = expect.objectContaining({
      code: "engine_crashed",
      message: expect.stringContaining("maximum number of elements"),
    });
    expect(() => heap.change(() => graph.resizeIndex(300))).not.toThrow();
    expect(() =>
      heap.change(() => {
        for (let label = 200; label <= 300; label += 1) graph.addPoint(query, label, false);
      }),
    ).toThrow(crashed);
    expect(() => heap.read(() => graph.getCurrentCount())).toThrow(crashed);
    expect(heap.poison?.cause).toBeInstanceOf(Error);
  });

  it("is apart from every other heap", async () => {
    const [one, two] = [await HnswHeap.start(), await HnswHeap.start()];
    const graph = filled(two);
    expect(() => one.change(() => one.newIndex(8).initIndex(-1, 16, 200, 100))).toThrow();
    expect(one.poison).toBeDefined();
    expect(two.read(() => graph.searchKnn(query, 1, undefined)).neighbors).toEqual([0]);
  });
});

function messageOf(body: () => unknown): string {
  try {
    body();
    return "nothing thrown";
  } catch (error) {
    const { name, code, message } = error as Error & { code?: string };
    return `${name} ${code} ${message}`;
  }
}
