import { describe, expect, it } from "vitest";
import { vectorIndexSuite } from "../../../src/testing/vector-index-suite.ts";
import { FlatIndex } from "../../../src/vector/flat-index.ts";
import { HnswIndex } from "../../../src/vector/hnsw-index.ts";
import { PlannedIndex } from "../../../src/vector/planned-index.ts";
import type { VectorHit } from "../../../src/vector/vector-index.ts";

const test = { describe, it, expect };

/** Uses the graph from the first row on, and half of the rows are in it at every search. */
class HalfInGraph extends PlannedIndex {
  static async make(dims: number): Promise<HalfInGraph> {
    const index = new HalfInGraph(dims, { hnswFrom: 0 });
    index.set(0, new Float32Array(dims));
    await index.buildSlice(Infinity, () => 0);
    index.remove(0);
    return index;
  }

  override search(query: Float32Array, topK: number, allowed?: ArrayLike<number>): VectorHit[] {
    let inserts = this.size / 2;
    // Runs to its end synchronously, because the graph is open.
    if (this.hnswRows < inserts) void this.buildSlice(1, () => ((inserts -= 1) > 0 ? 0 : 1));
    return super.search(query, topK, allowed);
  }
}

vectorIndexSuite(test, "FlatIndex", (dims) => new FlatIndex(dims));
vectorIndexSuite(test, "HnswIndex", (dims) => HnswIndex.create({ dims, capacity: 0 }), { recall: 0.95 });
vectorIndexSuite(test, "PlannedIndex without a graph", (dims) => new PlannedIndex(dims));
vectorIndexSuite(test, "PlannedIndex with half of the rows in its graph", (dims) => HalfInGraph.make(dims), {
  recall: 0.95,
});
